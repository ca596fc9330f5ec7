"""Why the photos in sight are hits: told off the GUI thread, looked up when they are drawn."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal

from gallery.domain import SearchResult
from gallery.library.reasons import Reasons, Why
from gallery.ui.background import Background, Lane
from gallery.ui.refinement import Refinement
from gallery.ui.why_words import long_text, short_text


class Explanations(QObject):
    """Of each hit its words, its likeness, and what a check of it said."""

    changed = Signal(object)  # frozenset of photo ids

    def __init__(
        self, reasons: Reasons, refinement: Refinement, background: Background, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._reasons, self._refinement = reasons, refinement
        self._background = background
        self._result: SearchResult | None = None
        self._turn = 0
        self._whys: dict[int, Why] = {}
        self._asked: set[int] = set()
        refinement.judged_some.connect(self.changed)

    def explain(self, result: SearchResult | None) -> None:
        """Explain this search from now on; None: there is none."""
        if result is self._result:
            return
        same = None not in (result, self._result) and result.text == self._result.text  # type: ignore[union-attr]
        self._result = result
        self._turn += 1
        self._asked.clear()
        if not same:  # else what is known stands until what is new is here
            self._whys.clear()

    def want(self, photo_ids: Sequence[int]) -> None:
        """Find out about these."""
        new = [photo_id for photo_id in photo_ids if photo_id not in self._asked]
        if self._result is None or not new:
            return
        self._asked.update(new)
        self._background.run(
            Lane.REASONS,
            partial(self._work, self._turn, self._result, new),
            partial(self._on_told, self._turn),
        )

    def short(self, photo_id: int) -> str:
        """What stands under a photo; empty where nothing is known or no search is on."""
        return self._text(photo_id, short=True)

    def long(self, photo_id: int) -> str:
        """The same in whole sentences."""
        return self._text(photo_id, short=False)

    def _text(self, photo_id: int, *, short: bool) -> str:
        why = self._whys.get(photo_id) if self._result is not None else None
        if why is None:
            return ""
        tell = short_text if short else long_text
        return tell(why, self._refinement.judged(photo_id), checks=self._refinement.checks)

    def _work(
        self, turn: int, result: SearchResult, photo_ids: Sequence[int]
    ) -> dict[int, Why] | None:
        """Run on a worker; what was overtaken while it waited is not asked."""
        return self._reasons.of(result, photo_ids) if turn == self._turn else None

    def _on_told(self, turn: int, whys: dict[int, Why] | None) -> None:
        if whys is not None and turn == self._turn:
            self._whys.update(whys)
            self.changed.emit(frozenset(whys))
