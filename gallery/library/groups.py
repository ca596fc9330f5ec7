"""Photos that belong together: the same content, nearly the same, shots of one moment.

Same content is known by its fingerprint. Nearly the same (saved smaller, brightened, cut a little)
are photos whose ITC vectors are nearer than copies were measured to be (see
``engine.training.alike``). A burst is shots by one camera, each within seconds of the next, that
look alike. Every photo is in one group at most. Nothing here is quadratic: contents are sorted,
bursts compare neighbours in time, and ``near_pairs`` tells how vectors are compared.
"""

from collections.abc import Callable, Collection, Sequence

import numpy as np
import numpy.typing as npt

from engine.likeness import Likeness
from engine.protocol import CheckpointRef
from gallery.catalog import Catalog
from gallery.catalog.shots import UNKNOWN_CAMERA, Shots
from gallery.domain import GroupKind, PhotoGroup
from gallery.library.joined import Joined
from gallery.library.near_pairs import Halves, Places, cosines, join_near

_BETWEEN_SHOTS_US = 3_000_000
_LOOKED_AHEAD = 4  # another camera's shots may lie between
_COMPARED_ALL = 500
_WITHOUT = -1


def groups(
    catalog: Catalog,
    matcher: CheckpointRef | None,
    likeness: Likeness,
    *,
    bursts: bool = True,
    among: Collection[int] | None = None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> tuple[PhotoGroup, ...]:
    """Return the groups, in the order of the gallery by their first photos.

    Blocks: about a minute for a million photos. ``among``: only these photos. Without a matcher
    only the same content is found; what was found when it is cancelled is dropped.
    """
    shots = catalog.shots()
    chosen = np.arange(len(shots.ids))
    if among is not None:
        chosen = chosen[np.isin(_column(shots.ids), np.fromiter(among, np.int64, len(among)))]
    found = _Grouping(shots, chosen, *_vectors(catalog, matcher, shots, chosen))
    found.join_same()
    found.join_alike(likeness.copies, is_cancelled)
    if bursts:
        found.join_bursts(likeness.shots)
    return () if is_cancelled() else found.told()


class _Grouping:
    """Works on places among the chosen photos, which are in the order of the gallery.

    ``row_of`` (n,): the row of a place's vector, -1 where it has none.
    """

    def __init__(self, shots: Shots, chosen: Places, vectors: Halves, row_of: Places) -> None:
        self._ids = _column(shots.ids)[chosen]
        self._taken, self._cameras = _column(shots.taken_us)[chosen], _column(shots.cameras)[chosen]
        self._contents = _column(shots.contents)[chosen]
        quality = (shots.ratings, shots.pixels, shots.sizes)
        self._quality = np.stack([_column(each)[chosen] for each in quality], 1)
        self._vectors, self._row_of = vectors, row_of
        self._same, self._alike, self._all = (Joined(len(chosen)) for _ in range(3))

    def join_same(self) -> None:
        """Join what has the same content."""
        known = np.flatnonzero(self._contents > 0)
        order = known[np.argsort(self._contents[known], kind="stable")]
        equal = np.diff(self._contents[order]) == 0
        for joined in (self._same, self._alike, self._all):
            joined.join(order[:-1][equal], order[1:][equal])

    def join_alike(self, bound: float, is_cancelled: Callable[[], bool]) -> None:
        """Join what is nearly the same."""
        place_of = np.zeros(len(self._vectors), np.int64)
        there = np.flatnonzero(self._row_of != _WITHOUT)
        place_of[self._row_of[there]] = there
        near = Joined(len(self._vectors))
        join_near(self._vectors, bound, near, is_cancelled)
        for rows in near.sets():
            for some in self._around_best(rows, place_of[rows], bound):
                for joined in (self._alike, self._all):
                    joined.join(np.full(len(some) - 1, some[0]), some[1:])

    def join_bursts(self, bound: float) -> None:
        """Join shots of one moment."""
        timed = (self._taken >= 0) & (self._cameras != UNKNOWN_CAMERA)
        order = np.flatnonzero(timed & (self._row_of != _WITHOUT))
        for step in range(1, min(_LOOKED_AHEAD, len(order) - 1) + 1):
            first, second = order[:-step], order[step:]
            soon = self._taken[second] - self._taken[first] <= _BETWEEN_SHOTS_US
            asked = soon & (self._cameras[first] == self._cameras[second])
            first, second = first[asked], second[asked]
            alike = cosines(self._vectors, self._row_of[first], self._row_of[second]) >= bound
            self._all.join(first[alike], second[alike])

    def told(self) -> tuple[PhotoGroup, ...]:
        """The groups, the best photo of each first."""
        return tuple(self._group(places) for places in self._all.sets())

    def _group(self, places: Places) -> PhotoGroup:
        first = np.full(len(places), places[0])
        if not self._same.are_apart(first, places).any():
            kind = GroupKind.SAME
        elif not self._alike.are_apart(first, places).any():
            kind = GroupKind.ALIKE
        else:
            kind = GroupKind.BURST
        best = self._best(places, rating_only=kind is GroupKind.BURST)
        others = [int(each) for each in self._ids[places] if each != self._ids[best]]
        return PhotoGroup(kind, (int(self._ids[best]), *others))

    def _best(self, places: Places, *, rating_only: bool) -> int:
        """The highest rated, then the largest; of equal ones, and in a burst, the first."""
        quality = self._quality[places, : 1 if rating_only else 3].tolist()
        return int(places[max(range(len(places)), key=lambda at: (quality[at], -at))])

    def _around_best(self, rows: Places, places: Places, bound: float) -> list[Places]:
        """Cut a chain of likenesses where its ends are no longer alike: sets around a best one."""
        order = np.argsort(places)
        rows, places = rows[order], places[order]
        sets = []
        while len(places) > 1:
            best = self._best(places, rating_only=False) if len(places) <= _COMPARED_ALL else None
            at = 0 if best is None else int(np.flatnonzero(places == best)[0])
            near = cosines(self._vectors, np.full(len(rows), rows[at]), rows) >= bound
            near[at] = True
            if best is None:  # of very many only those up to the first that differs
                near &= np.cumprod(near).astype(bool)
            if near.sum() > 1:
                sets.append(places[near])
            rows, places = rows[~near], places[~near]
        return sets


def _column(values: Sequence[int]) -> Places:
    return np.asarray(values, np.int64)


def _vectors(
    catalog: Catalog, matcher: CheckpointRef | None, shots: Shots, chosen: Places
) -> tuple[Halves, Places]:
    """The vectors of the chosen photos (m, d), and the row of each photo, -1 without one."""
    row_of = np.full(len(chosen), _WITHOUT, np.int64)
    parts: list[Halves] = []
    ids = _column(shots.ids)[chosen]
    order = np.argsort(ids)
    taken = 0
    for batch in catalog.vector_portions(matcher) if matcher is not None and len(ids) else ():
        given = _column(batch.ids)
        size = len(batch.matrix) // len(given) // 2
        rows = np.frombuffer(batch.matrix, "<f2").reshape(len(given), size)
        if parts and parts[0].shape[1] != size:
            continue
        at = np.minimum(np.searchsorted(ids[order], given), len(ids) - 1)
        wanted = (ids[order][at] == given) & np.isfinite(rows).all(1)
        row_of[order[at[wanted]]] = taken + np.arange(int(wanted.sum()))
        parts.append(rows[wanted])
        taken += len(parts[-1])
    empty: npt.NDArray[np.float16] = np.zeros((0, 1), np.float16)
    return np.concatenate(parts) if parts else empty, row_of
