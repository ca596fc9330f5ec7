"""The hits in sight checked by the matcher beside the window: results come, rows stay.

Nothing moves by itself. What was checked is told where it stands; that the hits can be sorted by
it is offered, and happens when the person says so.
"""

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from gallery.domain import SearchResult
from gallery.library.refining import (
    LOOKED_AT,
    Judged,
    Look,
    Refiner,
    Verdict,
    is_turned_down,
    rearranged,
)
from gallery.ui.background import Background, Lane

_REST_MS = 350  # so long the photos in sight stay before they are checked


class Refinement(QObject):
    """One look at a time; a new query, or other photos in sight, end it, in the engine too."""

    judged_some = Signal(object)  # frozenset of photo ids
    changed = Signal()  # a look began or ended, or hits were sorted

    def __init__(self, refiner: Refiner, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._refiner, self._background = refiner, background
        self._result: SearchResult | None = None
        self._judged: dict[int, Judged] = {}
        self._sorted_by: dict[int, Judged] = {}
        self._tried: set[int] = set()
        self._wanted: list[int] = []
        self._look: Look | None = None
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._begin)

    @property
    def checks(self) -> bool:
        """Whether hits of this search are checked at all, so that one that is not is told."""
        result = self._result
        return result is not None and result.by_meaning and self._refiner.can_refine

    @property
    def is_looking(self) -> bool:
        """Whether photos are being checked just now."""
        return self._look is not None

    @property
    def checked(self) -> int:
        """How many hits of this search were checked."""
        return len(self._judged)

    @property
    def turned_down(self) -> int:
        """How many of the hits that are shown do not seem to fit."""
        hits = self.arranged.hits if self._result is not None else ()
        return sum(is_turned_down(hit, self._judged.get(hit.photo_id)) for hit in hits)

    @property
    def refuses_all(self) -> bool:
        """Whether every hit that is shown was checked, and none seems to fit."""
        return self._result is not None and 0 < self.turned_down == len(self.arranged.hits)

    @property
    def can_sort(self) -> bool:
        """Whether sorting by what was checked would put better ones first, in words at least."""
        if self._result is None or self.is_looking:
            return False
        now, then = (self._verdicts(by) for by in (self._sorted_by, self._judged))
        return now != then

    @property
    def arranged(self) -> SearchResult:
        """The hits as they were sorted last; as they were found where nobody wanted that."""
        assert self._result is not None
        return rearranged(self._result, self._sorted_by)

    def _verdicts(self, by: Mapping[int, Judged]) -> list[Verdict | None]:
        """What was said of each hit, were the hits sorted by this."""
        assert self._result is not None
        judged = (self._judged.get(hit.photo_id) for hit in rearranged(self._result, by).hits)
        return [each.verdict if each is not None else None for each in judged]

    def judged(self, photo_id: int) -> Judged | None:
        """What was said of a hit."""
        return self._judged.get(photo_id)

    def refine(self, result: SearchResult | None) -> None:
        """Be about this search from now on; the same text again keeps what was checked."""
        before, self._result = self._result, result
        if result is None or before is None or before.text != result.text:
            self.stop()
            for known in (self._judged, self._sorted_by):
                known.clear()
            self._tried.clear()

    def look_at(self, photo_ids: Sequence[int]) -> None:
        """Check these, which are in sight, as soon as they stay there."""
        wanted = [one for one in photo_ids if one not in self._judged and one not in self._tried]
        wanted = wanted[:LOOKED_AT]
        if not self.checks or (self._wanted and set(wanted) <= set(self._wanted)):
            return
        self.stop()
        self._wanted = wanted
        if wanted:
            self._rest.start()

    def sort(self) -> None:
        """Stand by what was checked from now on."""
        self._sorted_by = dict(self._judged)
        self.changed.emit()

    def forget(self, photo_ids: Sequence[int]) -> None:
        """These photos changed: what was said of them may be wrong."""
        for photo_id in photo_ids:
            for known in (self._judged, self._sorted_by):
                known.pop(photo_id, None)
            self._tried.discard(photo_id)

    def stop(self) -> None:
        """Give up what is being checked."""
        self._rest.stop()
        self._wanted = []
        look, self._look = self._look, None
        if look is not None:
            look.cancel()
            self.changed.emit()

    def _begin(self) -> None:
        assert self._result is not None
        self._look = self._refiner.look(self._result.text, self._wanted)
        self.changed.emit()
        self._step(self._look)

    def _step(self, look: Look) -> None:
        self._background.run(Lane.CHECKS, look.step, partial(self._on_judged, look))

    def _on_judged(self, look: Look, some: dict[int, Judged] | None) -> None:
        if look is not self._look:
            return  # it was given up
        if some is not None:
            self._judged |= some
            self.judged_some.emit(frozenset(some))
            self._step(look)
            return
        self._tried.update(self._wanted)
        self._wanted, self._look = [], None
        self.changed.emit()
