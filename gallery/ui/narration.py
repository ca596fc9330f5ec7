"""The current photo told aloud: made by the voice off the GUI thread, played here."""

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QWidget

from gallery.catalog import Catalog
from gallery.domain import Clip
from gallery.narration.narrator import Narrator
from gallery.narration.script import spoken_text
from gallery.ui.announce import announce
from gallery.ui.background import Background, Lane
from gallery.ui.player import Player

_PATIENCE_S = 30.0


class Narration(QObject):
    """Tells one photo at a time. Where a screen reader is active it is announced instead."""

    preparing = Signal()  # the voice was asked; the first time it takes a moment
    started = Signal(int, str)  # photo id, text
    word_changed = Signal(int, int)
    paused_changed = Signal(bool)
    ended = Signal()

    def __init__(
        self, catalog: Catalog, narrator: Narrator, background: Background, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._speaker = parent
        self._catalog, self._narrator, self._background = catalog, narrator, background
        self.player = Player(self)
        self.player.word_changed.connect(self.word_changed)
        self.player.finished.connect(self._on_finished)
        self.player.failed.connect(self._on_failed_to_play)
        self._turn = 0
        self.photo_id: int | None = None

    @property
    def is_active(self) -> bool:
        """Whether a photo is being told or held."""
        return self.photo_id is not None

    def tell(self, photo_id: int) -> None:
        """Tell a photo from the beginning, or hold and go on where it is being told already."""
        if photo_id == self.photo_id:
            self.toggle_pause()
            return
        self.stop()
        self._turn += 1
        self.photo_id = photo_id
        announced = QAccessible.isActive()
        work = partial(self._announcement if announced else self._clip, photo_id)
        if not announced:
            self.preparing.emit()
        self._background.run(
            Lane.SPEECH, work, partial(self._on_ready, self._turn), self._on_failed
        )

    def toggle_pause(self) -> None:
        """Hold, or go on."""
        if self.player.is_paused:
            self.player.resume()
            self.paused_changed.emit(False)
        elif self.player.is_playing:
            self.player.pause()
            self.paused_changed.emit(True)

    def stop(self) -> None:
        """Be quiet."""
        if self.photo_id is not None:
            self._turn += 1
            self.player.stop()
            self._on_finished()

    def _clip(self, photo_id: int) -> Clip:
        text = spoken_text(self._catalog.photo(photo_id))
        return self._narrator.prepare(text).result(_PATIENCE_S)

    def _announcement(self, photo_id: int) -> str:
        return spoken_text(self._catalog.photo(photo_id))

    def _on_ready(self, turn: int, said: Clip | str) -> None:
        if turn != self._turn or self.photo_id is None:
            return
        if isinstance(said, str):
            announce(self._speaker, said)
            self._on_finished()
            return
        self.started.emit(self.photo_id, said.text)
        self.player.play(said)

    def _on_finished(self) -> None:
        self.photo_id = None
        self.ended.emit()

    def _on_failed_to_play(self, message: str) -> None:
        self._on_finished()
        self._background.failed.emit(RuntimeError(message))

    def _on_failed(self, error: Exception) -> None:
        self._on_finished()
        self._background.failed.emit(error)
