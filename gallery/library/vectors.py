"""The vectors of one matcher, kept in step with the catalog; exact nearest by cosine.

What is held is rounded to int8: most of it mapped from a file beside the catalog, what came since
in memory. A scan of it nominates, and the catalog's own float16 vectors decide. Rounding moves a
cosine by a random amount whose standard deviation is known (that of a sum of ``d`` rounding errors,
each uniform within one step), so that whoever could be among the nearest, six of these deviations
allowed, is nominated.
"""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import simsimd

from engine.protocol import CheckpointRef
from gallery.catalog import Catalog
from gallery.library import vector_file
from gallery.library.vector_file import Floats, Ids, Parts, Rows, Source, VectorFile, rounded

_LOG = logging.getLogger(__name__)
_STORED = np.dtype("<f2")
_SIX_DEVIATIONS = 6 / np.sqrt(12)  # of a uniform error within one step of length 1
#: Up to so many photos every cosine is exact: reading them all takes a few milliseconds.
ALL_EXACT = 1_024
#: So many new vectors, and this share of what the file has, are held in memory before it is
#: written anew; at a start, which would read them again, this share of so many.
_FEW, _SHARE = 65_536, 8
_AT_ONCE = 4_096
_BLOCK = 256
_LOOKED_AT = 64


@dataclass(frozen=True, slots=True, eq=False)
class Similarities:
    """The cosine of a query with photos: ``ids`` and ``cosines``, (n,).

    ``margin``: how far a cosine may be from the exact one at most; 0 where all are exact.
    """

    ids: Ids
    cosines: Floats
    margin: float = 0.0

    @classmethod
    def none(cls) -> "Similarities":
        """With no photo."""
        return cls(np.zeros(0, np.int64), np.zeros(0, np.float32))


def numbers_of(stored: bytes, size: int = -1) -> Floats:
    """Stored vectors as float32, (d,) or with a ``size`` (n, size); what is no number is 0."""
    # One that is not a number would be nearest to every query.
    numbers = np.frombuffer(stored, _STORED).astype(np.float32)
    clean: Floats = np.nan_to_num(numbers, nan=0.0, posinf=0.0, neginf=0.0)
    return clean if size < 0 else clean.reshape(-1, size)


def nearest(similar: Similarities, limit: int) -> Ids:
    """Places in ``similar`` of all that may be among the nearest ``limit``, in no order."""
    if limit <= 0 or limit >= len(similar.ids):
        return np.arange(len(similar.ids) if limit > 0 else 0)
    least = _least_of_the_best(similar.cosines, limit)
    return np.flatnonzero(similar.cosines >= least - 2 * similar.margin)


def _least_of_the_best(numbers: Floats, count: int) -> float:
    """The ``count``-th largest, without sorting all of many."""
    blocks = len(numbers) // _BLOCK
    if blocks >= count:
        # As many blocks have one that is at least as large: what is smaller is not among the best.
        largest = numbers[: blocks * _BLOCK].reshape(blocks, _BLOCK).max(axis=1)
        numbers = numbers[numbers >= np.partition(largest, blocks - count)[blocks - count]]
    return float(np.partition(numbers, len(numbers) - count)[len(numbers) - count])


class Vectors:
    """Unit vectors (n, d). Not thread-safe: its owner holds a lock, except for ``exact``.

    Vectors of different checkpoints, or of different sizes, never meet.
    """

    def __init__(self, catalog: Catalog, matcher: CheckpointRef, *, few: int = _FEW) -> None:
        """``few``: so many vectors at least need no file."""
        self.matcher = matcher
        self._catalog = catalog
        self._few = few
        self._opened = False
        self._forget()

    def __len__(self) -> int:
        return len(self._file.mapped) - int(self._gone.sum()) + len(self._new)

    def refresh(self) -> None:
        """Take in what was stored since the last time, and drop what went."""
        if not self._opened:
            self._opened = True
            self._use(self._agreeing(vector_file.read(self._path(), self._source())))
            self._take_in_what_is_new()
            self._behind = len(self._new) >= self._few // _SHARE
        else:
            self._take_in_what_is_new()
        count = self._catalog.vector_count(self.matcher)
        if count == 0:
            self._forget()
        elif len(self) != count:
            self._drop_all_but(np.asarray(self._catalog.vector_ids(self.matcher), np.int64))
            if len(self) < min(count, self._catalog.vector_count(self.matcher)):
                _LOG.warning("%s lacks vectors of the catalog; it is made again", self._path())
                self._forget()
                self._opened = True  # without the file, which may not let itself be deleted
                self._take_in_what_is_new()

    def similarities(self, query: Floats) -> Similarities | None:
        """Compare with a unit vector (d,); None where there is nothing of its size."""
        if len(self) == 0 or query.shape != (self._size(),):
            return None
        if len(self) <= ALL_EXACT:
            return self.exact(self._ids(), query)
        asked = rounded(np.zeros(1, np.int64), query[None])
        step = float(asked.scales[0])
        mapped = self._file.mapped
        cosines = np.concatenate([_products(asked.rows, part) for part in (mapped, self._new)])
        cosines *= np.float32(step)
        longest = max(self._longest, float(self._new.scales.max(initial=0.0)))
        margin = float(_SIX_DEVIATIONS * np.hypot(longest, step))
        if self._gone.any():
            there = self._there()
            return Similarities(self._ids(), cosines[there], margin)
        return Similarities(self._ids(), cosines, margin)

    def exact(self, ids: Sequence[int] | Ids, query: Floats) -> Similarities:
        """The exact cosines of these photos; those without a vector of this size are left out."""
        batch = self._catalog.vectors_of(self.matcher, [int(i) for i in ids])
        if len(batch.matrix) != len(batch.ids) * len(query) * _STORED.itemsize:
            return Similarities.none()
        cosines = numbers_of(batch.matrix, len(query)) @ query
        return Similarities(np.asarray(batch.ids, np.int64), cosines)

    @property
    def wants_writing(self) -> bool:
        """Whether so much changed since the file was written that it should be written anew."""
        changed = len(self._new) + int(self._gone.sum())
        return self._behind or changed >= max(self._few, len(self._file.mapped) // _SHARE)

    def to_write(self) -> Parts:
        """What the file should have, for ``write``, which may run beside searches."""
        return Parts(self._file.mapped, self._gone.copy(), self._new, self._last)

    def write(self, parts: Parts) -> VectorFile | None:
        """Write the file anew and map it; None where that cannot be done. For ``written``."""
        path, source = self._path(), self._source()
        try:
            vector_file.write(path, source, parts)
        except OSError as error:  # a full disk: it goes without
            _LOG.warning("%s cannot be written: %s", path, error)
            return None
        return vector_file.read(path, source)

    def written(self, file: VectorFile | None) -> None:
        """Go on from a file; what changed since it was written is taken in by ``refresh``."""
        if file is None:
            self._few = 2 * max(self._few, len(self._new))  # not at every search again
            self._behind = False
        else:
            self._use(file)

    def _agreeing(self, file: VectorFile | None) -> VectorFile | None:
        """The file, if it is not ahead of the catalog and some of its rows are the catalog's."""
        if file is None:
            return None
        if file.last > self._catalog.newest_vector():
            return None
        places = np.linspace(0, len(file.mapped) - 1, _LOOKED_AT).astype(np.int64)
        some = file.mapped.only(np.unique(places))
        known = self._catalog.vectors_of(self.matcher, some.ids.tolist())
        if len(known.matrix) != len(known.ids) * some.rows.shape[1] * _STORED.itemsize:
            return None
        ids = np.asarray(known.ids, np.int64)
        anew = rounded(ids, numbers_of(known.matrix, some.rows.shape[1]))
        # Newer ones than the file's may differ, all of them do not.
        of_file = some.rows[np.searchsorted(some.ids, ids)]
        return file if (anew.rows == of_file).all(axis=1).sum() * 2 >= len(some) else None

    def _path(self) -> Path:
        path = self._catalog.path
        return path.with_name(
            f"{path.name}.vectors-{self._catalog.checkpoint_number(self.matcher)}"
        )

    def _source(self) -> Source:
        return Source(self._catalog.identity(), self.matcher.id, self.matcher.revision)

    def _size(self) -> int:
        held = self._file.mapped if len(self._file.mapped) else self._new
        return int(held.rows.shape[1])

    def _ids(self) -> Ids:
        ids = np.concatenate([self._file.mapped.ids, self._new.ids])
        return ids[self._there()] if self._gone.any() else ids

    def _there(self) -> npt.NDArray[np.bool_]:
        return np.concatenate([~self._gone, np.ones(len(self._new), np.bool_)])

    def _forget(self) -> None:
        self._use(None)
        if self._opened:
            with suppress(OSError):
                self._path().unlink(missing_ok=True)
        self._opened = False

    def _use(self, file: VectorFile | None) -> None:
        self._file = file or VectorFile(Rows.none(), 0)
        mapped = self._file.mapped
        self._longest = float(mapped.scales.max(initial=0.0))
        self._gone = np.zeros(len(mapped), np.bool_)
        self._new = Rows.none(mapped.rows.shape[1])
        self._last = self._file.last
        self._behind = False

    def _take_in_what_is_new(self) -> None:
        while True:
            batch = self._catalog.vectors_changed(self.matcher, self._last, limit=_AT_ONCE)
            if not batch.ids:
                return
            size = len(batch.matrix) // len(batch.ids) // _STORED.itemsize
            ids = np.asarray(batch.ids, np.int64)
            self._drop(ids)  # the older vector of the same photo
            more = rounded(ids, numbers_of(batch.matrix, size))
            self._new = self._new.and_then(more) if len(self._new) else more
            self._last = batch.last
            if self.wants_writing and len(batch.ids) == _AT_ONCE:  # a whole collection is read
                self.written(self.write(self.to_write()))

    def _drop(self, ids: Ids) -> None:
        mapped = self._file.mapped.ids
        if len(mapped):
            places = np.minimum(np.searchsorted(mapped, ids), len(mapped) - 1)
            self._gone[places[mapped[places] == ids]] = True
        there = ~np.isin(self._new.ids, ids)
        if not there.all():
            self._new = self._new.only(there)

    def _drop_all_but(self, staying: Ids) -> None:
        known = self._ids()
        self._drop(known[~np.isin(known, staying)])


def _products(asked: vector_file.Rounded, part: Rows) -> Floats:
    """The product of a rounded query (1, d) with each row, in the row's own scale."""
    if not len(part):
        return np.zeros(0, np.float32)
    # Whole numbers below 2**24, which float32 keeps exactly.
    products = simsimd.cdist(asked, part.rows, metric="dot", out_dtype="float32")
    scaled: Floats = np.asarray(products, np.float32)[0] * part.scales
    return scaled
