"""Finding as one types: words at once, meaning right after, what was overtaken dropped."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from gallery.domain import SearchResult
from gallery.library.searcher import Searcher
from gallery.ui.background import Background, Lane

_PAUSE_MS = 120  # between keystrokes: shorter than a person sees, long enough to skip most letters


class Search(QObject):
    """Runs the newest query only. ``found`` may come twice: by words, then by words and meaning."""

    found = Signal(object)  # SearchResult
    ended = Signal()
    busy_changed = Signal(bool)

    def __init__(
        self,
        searcher: Searcher,
        background: Background,
        parent: QObject,
        *,
        overtaken: Callable[[], None] = lambda: None,
    ) -> None:
        """``overtaken``: called when nobody wants the vector of the query before any more."""
        super().__init__(parent)
        self._searcher, self._background = searcher, background
        self._overtaken = overtaken
        self._turn = 0
        self._text = ""
        self._meant_turn = -1
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._ask)

    @property
    def text(self) -> str:
        """The newest query."""
        return self._text

    def type(self, text: str) -> None:
        """The person typed; an empty text ends the search."""
        text = " ".join(text.split())
        if text == self._text:
            return
        self._text = text
        self._turn += 1
        self._overtaken()
        if text:
            self._pause.start()
        else:
            self._pause.stop()
            self.busy_changed.emit(False)
            self.ended.emit()

    def forget(self) -> None:
        """Drop the query without a word."""
        self._text = ""
        self._turn += 1
        self._overtaken()
        self._pause.stop()
        self.busy_changed.emit(False)

    def again(self) -> None:
        """Ask the same query again (new photos were described)."""
        if self._text and not self._pause.isActive():
            self._turn += 1
            self._ask(quick=False)

    def _ask(self, *, quick: bool = True) -> None:
        turn = self._turn
        self.busy_changed.emit(True)
        if quick:
            self._background.run(
                Lane.WORDS,
                partial(self._work, turn, self._searcher.by_words, self._text),
                partial(self._on_found, turn, False),
            )
        self._background.run(
            Lane.MEANING,
            partial(self._work, turn, self._searcher.search, self._text),
            partial(self._on_found, turn, True),
        )

    def _work(self, turn: int, ask: object, text: str) -> SearchResult | None:
        """Run on a worker; a query that was overtaken while it waited is not run at all."""
        if turn != self._turn:
            return None
        assert callable(ask)
        found: SearchResult = ask(text)
        return found

    def _on_found(self, turn: int, final: bool, result: SearchResult | None) -> None:
        if result is None or turn != self._turn:
            return
        if final:
            self._meant_turn = turn
            self.busy_changed.emit(False)
        elif self._meant_turn == turn or not result.hits:
            return  # meaning was faster, or may still find something: say "nothing" only then
        self.found.emit(result)
