"""Changes of albums and saved searches, with undo: stored off the GUI thread, then shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from gallery.catalog import Catalog
from gallery.domain import Album, SavedSearch
from gallery.ui.background import Background, Lane

_Kept = TypeVar("_Kept")


@dataclass(frozen=True, slots=True)
class AlbumState:
    """An album as it was or is: all that undo needs."""

    album_id: int
    name: str
    photo_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Change:
    """Undone by making it ``before`` again, redone by ``after``; None: it is not there."""

    text: str
    before: AlbumState | SavedSearch | None
    after: AlbumState | SavedSearch | None


class CollectionEdits(QObject):
    """The one way by which the window changes them; what failed goes to ``Background.failed``."""

    changed = Signal()
    album_made = Signal(int)

    def __init__(
        self, catalog: Catalog, background: Background, undo_stack: QUndoStack, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._catalog, self._background, self._undo = catalog, background, undo_stack

    def create(self, name: str, photo_ids: Sequence[int] = ()) -> None:
        """Make an album of these photos."""

        def make() -> _Change:
            album = self._catalog.create_album(name)
            self._catalog.add_to_album(album.id, photo_ids)
            return _Change(self.tr("new album"), None, self._state(album.id))

        self._run(make, self._on_made)

    def add(self, album_id: int, photo_ids: Sequence[int]) -> None:
        """Put photos at an album's end."""
        act = partial(self._catalog.add_to_album, album_id, photo_ids)
        self._change(album_id, self.tr("adding to an album"), act)

    def remove(self, album_id: int, photo_ids: Sequence[int]) -> None:
        """Take photos out of an album."""
        act = partial(self._catalog.remove_from_album, album_id, photo_ids)
        self._change(album_id, self.tr("removing from an album"), act)

    def step(self, album_id: int, photo_ids: Sequence[int], by: int) -> None:
        """Move photos of an album together, one place earlier (-1) or later (1)."""

        def move() -> None:
            chosen = set(photo_ids)
            order = self._catalog.album_photo_ids(album_id)
            first = next((at for at, each in enumerate(order) if each in chosen), 0)
            self._catalog.move_in_album(album_id, photo_ids, first + by)

        self._change(album_id, self.tr("moving in an album"), move)

    def move_before(self, album_id: int, photo_ids: Sequence[int], before_id: int | None) -> None:
        """Move photos of an album together to before another one; None: to the end."""

        def move() -> None:
            chosen = set(photo_ids)
            order = list(self._catalog.album_photo_ids(album_id))
            end = order.index(before_id) if before_id in order else len(order)
            others = sum(each not in chosen for each in order[:end])
            self._catalog.move_in_album(album_id, photo_ids, others)

        self._change(album_id, self.tr("moving in an album"), move)

    def rename(self, album_id: int, name: str) -> None:
        """Give an album another name."""
        act = partial(self._catalog.rename_album, album_id, name)
        self._change(album_id, self.tr("renaming an album"), act)

    def delete(self, album_id: int) -> None:
        """Forget an album; its photos stay, and undo brings it back."""
        act = partial(self._catalog.delete_album, album_id)
        self._change(album_id, self.tr("deleting an album"), act)

    def save_search(self, name: str, query: str) -> None:
        """Keep a query under a name."""

        def save() -> _Change:
            saved = self._catalog.save_search(name, query)
            return _Change(self.tr("saving a search"), None, saved)

        self._run(save, self._on_changed)

    def rename_saved(self, saved: SavedSearch, name: str) -> None:
        """Give a saved search another name."""

        def rename() -> _Change:
            self._catalog.rename_saved_search(saved.id, name)
            after = self._catalog.saved_search(name)
            return _Change(self.tr("renaming a saved search"), saved, after)

        self._run(rename, self._on_changed)

    def delete_saved(self, saved: SavedSearch) -> None:
        """Forget a saved search; undo brings it back."""

        def delete() -> _Change:
            self._catalog.delete_saved_search(saved.id)
            return _Change(self.tr("deleting a saved search"), saved, None)

        self._run(delete, self._on_changed)

    def put(
        self, there: AlbumState | SavedSearch | None, gone: AlbumState | SavedSearch | None
    ) -> None:
        """Make it ``there``; None: take away what is ``gone`` (undo and redo)."""

        def write() -> None:
            if isinstance(there, AlbumState):
                self._catalog.restore_album(there.album_id, there.name, there.photo_ids)
            elif there is not None:
                self._catalog.restore_saved_search(there)
            elif isinstance(gone, AlbumState):
                self._catalog.delete_album(gone.album_id)
            elif gone is not None:
                self._catalog.delete_saved_search(gone.id)

        self._run(write, lambda _: self.changed.emit())

    def _change(self, album_id: int, text: str, act: Callable[[], object]) -> None:
        def work() -> _Change:
            before = self._state(album_id)
            act()
            return _Change(text, before, self._state(album_id))

        self._run(work, self._on_changed)

    def _state(self, album_id: int) -> AlbumState | None:
        known: Album | None = next(
            (album for album in self._catalog.albums() if album.id == album_id), None
        )
        if known is None:
            return None
        return AlbumState(album_id, known.name, tuple(self._catalog.album_photo_ids(album_id)))

    def _run(self, work: Callable[[], _Kept], then: Callable[[_Kept], None]) -> None:
        self._background.run(Lane.WRITES, work, then)

    def _on_changed(self, change: _Change) -> None:
        if change.before != change.after:
            self._undo.push(_Edit(self, change))
        self.changed.emit()

    def _on_made(self, change: _Change) -> None:
        self._on_changed(change)
        if isinstance(change.after, AlbumState):
            self.album_made.emit(change.after.album_id)


class _Edit(QUndoCommand):
    """One change; it is already stored when it comes onto the stack."""

    def __init__(self, edits: CollectionEdits, change: _Change) -> None:
        super().__init__(change.text)
        self._edits, self._change = edits, change
        self._stored = True

    def undo(self) -> None:
        """As it was before."""
        self._edits.put(self._change.before, self._change.after)

    def redo(self) -> None:
        """As it was made."""
        if self._stored:
            self._stored = False
        else:
            self._edits.put(self._change.after, self._change.before)
