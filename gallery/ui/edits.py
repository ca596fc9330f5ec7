"""Corrections of captions, with undo: stored off the GUI thread, then told."""

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from gallery.catalog import Catalog
from gallery.library.events import EventBus, PhotosChanged
from gallery.ui.background import Background, Lane


@dataclass(frozen=True, slots=True)
class _Stored:
    before: str | None
    after: str | None
    name: str


class CaptionEdits(QObject):
    """The one way by which the window changes captions.

    Every change is written in order (one lane) and announced on the bus after it was stored. The
    undo stack holds what a person said before and after, never what a model said.
    """

    stored = Signal(int)

    def __init__(
        self, catalog: Catalog, bus: EventBus, background: Background, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._catalog, self._bus, self._background = catalog, bus, background
        self.undo_stack = QUndoStack(self)

    def set_caption(self, photo_id: int, text: str) -> None:
        """A person's words for a photo; an empty text takes them back."""
        self._background.run(
            Lane.WRITES,
            partial(self._store_new, photo_id, text.strip() or None),
            partial(self._on_stored_new, photo_id),
        )

    def confirm_caption(self, photo_id: int) -> None:
        """A person says that their words fit the picture as it is now."""
        self._background.run(Lane.WRITES, partial(self._confirm, photo_id))

    def write(self, photo_id: int, text: str | None) -> None:
        """Store a caption again (undo and redo)."""
        self._background.run(
            Lane.WRITES,
            partial(self._store, photo_id, text),
            lambda _: self.stored.emit(photo_id),
        )

    def _store_new(self, photo_id: int, text: str | None) -> _Stored:
        before = self._catalog.person_caption(photo_id)
        name = self._catalog.photo(photo_id).name
        if before != text:
            self._store(photo_id, text)
        return _Stored(before, text, name)

    def _store(self, photo_id: int, text: str | None) -> None:
        self._catalog.edit_caption(photo_id, text)
        self._bus.publish(PhotosChanged((photo_id,)))

    def _confirm(self, photo_id: int) -> None:
        self._catalog.confirm_caption(photo_id)
        self._bus.publish(PhotosChanged((photo_id,)))

    def _on_stored_new(self, photo_id: int, change: _Stored) -> None:
        if change.before != change.after:
            self.undo_stack.push(_Edit(self, photo_id, change))
            self.stored.emit(photo_id)


class _Edit(QUndoCommand):
    """One correction; it is already stored when it comes onto the stack."""

    def __init__(self, edits: CaptionEdits, photo_id: int, change: _Stored) -> None:
        super().__init__(edits.tr("caption of {0}").format(change.name))
        self._edits, self._photo_id, self._change = edits, photo_id, change
        self._stored = True

    def undo(self) -> None:
        """What the person had said before."""
        self._edits.write(self._photo_id, self._change.before)

    def redo(self) -> None:
        """What the person said."""
        if self._stored:
            self._stored = False
        else:
            self._edits.write(self._photo_id, self._change.after)
