"""Stars and captions given by a person, to one photo or many: one step to undo each."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from gallery.catalog import Catalog
from gallery.domain import CaptionState
from gallery.library.events import EventBus, PhotosChanged
from gallery.ui.background import Background, Lane
from gallery.ui.words import photos_text

_State = TypeVar("_State")


class BatchEdits(QObject):
    """Stored off the GUI thread, all of a step in one transaction, then told on the bus.

    A step comes onto the undo stack when it is stored, with what was there before of every photo
    that changed; undo and redo store that.
    """

    stored = Signal(object)  # frozenset of the ids of photos that changed
    put_back = Signal(object)  # the same, by undo or redo

    def __init__(
        self,
        catalog: Catalog,
        bus: EventBus,
        background: Background,
        undo_stack: QUndoStack,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._catalog, self._bus, self._background = catalog, bus, background
        self._undo = undo_stack

    def rate(self, photo_ids: Sequence[int], stars: int | None) -> None:
        """Give stars, 0 to 5; None: those of the file count again."""
        self._do(
            self._catalog.set_ratings, dict.fromkeys(photo_ids, stars), self.tr("rating of {0}")
        )

    def say(self, states: Mapping[int, CaptionState], text: str) -> None:
        """Say captions; ``text`` names the step, ``{0}`` in it the photo, or how many."""
        self._do(self._catalog.set_caption_states, states, text)

    def _do(
        self,
        store: Callable[[Mapping[int, _State]], dict[int, _State]],
        after: Mapping[int, _State],
        text: str,
    ) -> None:
        def work() -> tuple[dict[int, _State], str]:
            before = self._store(store, after)
            return before, text.format(self._named(list(before)))

        def keep(done: tuple[dict[int, _State], str]) -> None:
            before, name = done
            if before:
                changed = {photo_id: after[photo_id] for photo_id in before}
                put = partial(self._put, store)
                self._undo.push(_Step(name, put, before, changed))
            self.stored.emit(frozenset(before))

        self._background.run(Lane.WRITES, work, keep)

    def _put(
        self,
        store: Callable[[Mapping[int, _State]], dict[int, _State]],
        states: Mapping[int, _State],
    ) -> None:
        self._background.run(
            Lane.WRITES,
            partial(self._store, store, states),
            lambda _: self.put_back.emit(frozenset(states)),
        )

    def _store(
        self,
        store: Callable[[Mapping[int, _State]], dict[int, _State]],
        states: Mapping[int, _State],
    ) -> dict[int, _State]:
        before = store(states)
        if before:
            self._bus.publish(PhotosChanged(tuple(before)))
        return before

    def _named(self, photo_ids: Sequence[int]) -> str:
        if len(photo_ids) == 1:
            return self._catalog.photo(photo_ids[0]).name
        return photos_text(len(photo_ids))


class _Step(QUndoCommand):
    """One step; it is already stored when it comes onto the stack."""

    def __init__(
        self,
        text: str,
        put: Callable[[Mapping[int, Any]], None],
        before: Mapping[int, Any],
        after: Mapping[int, Any],
    ) -> None:
        super().__init__(text)
        self._put, self._before, self._after = put, before, after
        self._stored = True

    def undo(self) -> None:
        """As it was before."""
        self._put(self._before)

    def redo(self) -> None:
        """As it was made."""
        if self._stored:
            self._stored = False
        else:
            self._put(self._after)
