"""The vectors of one matcher in memory, kept in step with the catalog; exact nearest by cosine."""

from array import array
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.protocol import CheckpointRef
from gallery.catalog import Catalog

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]

_STORED = np.dtype("<f2")
_GROWTH = 1.25


@dataclass(frozen=True, slots=True, eq=False)
class Similarities:
    """The cosine of a query with every photo that has a vector: ``ids`` and ``cosines``, (n,)."""

    ids: Ids
    cosines: Floats


def numbers_of(stored: bytes) -> Floats:
    """A stored vector as float32; what is not a number in it is 0."""
    return np.nan_to_num(
        np.frombuffer(stored, _STORED).astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0
    )


class Vectors:
    """A float32 matrix (n, d) of unit vectors. Not thread-safe: its owner holds a lock.

    Vectors of different checkpoints, or of different sizes, never meet in one matrix.
    """

    def __init__(self, catalog: Catalog, matcher: CheckpointRef) -> None:
        self.matcher = matcher
        self._catalog = catalog
        self._last = 0
        self._count = 0
        self._ids: Ids = np.zeros(0, np.int64)
        self._matrix: Floats = np.zeros((0, 0), np.float32)
        self._rows: dict[int, int] = {}

    def __len__(self) -> int:
        return self._count

    def refresh(self) -> None:
        """Take in what was stored since the last time, and drop what went."""
        if self._catalog.vector_count(self.matcher) == 0:
            self._forget()
            return
        batch = self._catalog.vectors_changed(self.matcher, self._last)
        self._last = batch.last
        if batch.ids:
            size = len(batch.matrix) // len(batch.ids) // _STORED.itemsize
            self._take_in(
                batch.ids,
                np.frombuffer(batch.matrix, _STORED).reshape(len(batch.ids), size),
            )
        if self._count != self._catalog.vector_count(self.matcher):
            self._drop_all_but(np.asarray(self._catalog.vector_ids(self.matcher), np.int64))

    def similarities(self, query: Floats) -> Similarities | None:
        """Compare with a unit vector (d,); None where there is nothing of its size."""
        if self._count == 0 or query.shape != (self._matrix.shape[1],):
            return None
        return Similarities(self._ids[: self._count].copy(), self._matrix[: self._count] @ query)

    def _forget(self) -> None:
        self._last = 0
        self._count = 0
        self._ids = np.zeros(0, np.int64)
        self._matrix = np.zeros((0, 0), np.float32)
        self._rows = {}

    def _take_in(self, ids: "array[int]", stored: npt.NDArray[np.float16]) -> None:
        self._make_room(len(ids), stored.shape[1])
        for photo_id in ids:
            if photo_id not in self._rows:
                self._rows[photo_id] = len(self._rows)
        rows = np.fromiter((self._rows[photo_id] for photo_id in ids), np.int64, len(ids))
        self._ids[rows] = ids
        # A vector that is not a number would be nearest to every query.
        self._matrix[rows] = np.nan_to_num(stored, nan=0.0, posinf=0.0, neginf=0.0)
        self._count = len(self._rows)

    def _make_room(self, more: int, size: int) -> None:
        wanted = self._count + more
        if wanted <= len(self._ids):
            return
        room = max(wanted, int(self._count * _GROWTH))
        ids, matrix = np.zeros(room, np.int64), np.zeros((room, size), np.float32)
        if self._count:
            ids[: self._count] = self._ids[: self._count]
            matrix[: self._count] = self._matrix[: self._count]
        self._ids, self._matrix = ids, matrix

    def _drop_all_but(self, staying: Ids) -> None:
        gone = self._ids[: self._count][~np.isin(self._ids[: self._count], staying)]
        for photo_id in gone.tolist():
            # The last row fills the gap.
            row, last = self._rows.pop(photo_id), self._count - 1
            if row != last:
                self._ids[row], self._matrix[row] = self._ids[last], self._matrix[last]
                self._rows[int(self._ids[row])] = row
            self._count = last
