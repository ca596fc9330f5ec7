"""Vectors rounded to int8 in a file that is mapped into memory: a copy that can be made again.

One file for one matcher lies beside the catalog. It only nominates: which photos are nearest is
decided by the catalog's own float16 vectors, so a wrong byte here could hide a hit but never make
one, and a file that was cut off, damaged or left by another catalog is recognised and not used.

Layout, little-endian: a header of 4096 bytes (JSON, then zeros), photo ids (int64, ascending),
scales (float32), rows (int8). Number ``j`` of a vector is ``row[j] * scale``.
"""

import json
import logging
import os
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

_LOG = logging.getLogger(__name__)
_KIND = "Photo Narrator vectors 1"
_HEADER_BYTES = 4096
_PEAK = 127  # of int8, so that -127 to 127 are one scale
#: Rows that are copied at once: a few MiB.
_AT_ONCE = 16_384

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]
Rounded = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Source:
    """What a file was made from: a catalog (and course of it), a checkpoint at a revision."""

    catalog: str
    matcher: str
    revision: str


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rounded vectors: ``ids`` (n,), ``scales`` (n,), ``rows`` (n, d)."""

    ids: Ids
    scales: Floats
    rows: Rounded

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def none(cls, size: int = 0) -> "Rows":
        """No rows, of this size."""
        return cls(np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros((0, size), np.int8))

    def only(self, which: "npt.NDArray[np.bool_] | npt.NDArray[np.int64]") -> "Rows":
        """These of them."""
        return Rows(self.ids[which], self.scales[which], self.rows[which])

    def and_then(self, more: "Rows") -> "Rows":
        """These, then more of the same size."""
        return Rows(
            np.concatenate([self.ids, more.ids]),
            np.concatenate([self.scales, more.scales]),
            np.concatenate([self.rows, more.rows]),
        )


def rounded(ids: Ids, matrix: Floats) -> Rows:
    """Vectors (n, d) in int8; the largest number of each is 127 times its scale."""
    scales = np.abs(matrix).max(axis=1, initial=0.0).astype(np.float32) / np.float32(_PEAK)
    rows = np.rint(matrix / np.where(scales > 0, scales, 1)[:, None]).astype(np.int8)
    return Rows(ids, scales, rows)


@dataclass(frozen=True, slots=True)
class _Header:
    kind: str
    source: Source
    count: int
    size: int
    last: int
    checksum: int

    @property
    def places(self) -> tuple[int, int, int, int]:
        """Where ids, scales and rows begin, and where the file ends."""
        ids = _HEADER_BYTES
        scales = ids + 8 * self.count
        rows = scales + 4 * self.count
        return ids, scales, rows, rows + self.count * self.size

    def as_bytes(self) -> bytes:
        return json.dumps(asdict(self)).encode().ljust(_HEADER_BYTES, b"\0")


@dataclass(frozen=True, slots=True, eq=False)
class VectorFile:
    """A file that was found to be whole; ``last``: the number of the newest vector in it."""

    mapped: Rows
    last: int


def read(path: Path, source: Source) -> VectorFile | None:
    """Map a file; None where there is none that is whole and made from this source."""
    try:
        header = _header(path)
        if header is None or header.source != source or not header.count:
            return None
        ids_at, scales_at, rows_at, end = header.places
        if path.stat().st_size != end:
            return None
        whole = np.memmap(path, np.uint8, "r")
        if zlib.crc32(whole[ids_at:].data) != header.checksum:
            _LOG.warning("%s is damaged; it is made again", path)
            return None
        mapped = Rows(
            np.asarray(whole[ids_at:scales_at]).view("<i8"),
            np.asarray(whole[scales_at:rows_at]).view("<f4"),
            np.asarray(whole[rows_at:end]).view(np.int8).reshape(header.count, header.size),
        )
        return VectorFile(mapped, header.last)
    except FileNotFoundError:
        return None
    except OSError as error:
        _LOG.warning("%s cannot be read: %s", path, error)
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """What a file is to have: ``old`` without those ``gone`` (n,), then ``new``; each photo once.

    ``last``: the number of the newest vector.
    """

    old: Rows
    gone: npt.NDArray[np.bool_]
    new: Rows
    last: int

    @property
    def size(self) -> int:
        """How many numbers a vector has."""
        return int((self.old if len(self.old) else self.new).rows.shape[1])

    def order(self, ids: Ids) -> Ids:
        """Places of what is to stay in ``ids`` (those of ``old``, then of ``new``), ascending."""
        order = np.argsort(ids, kind="stable")
        staying = np.concatenate([~self.gone, np.ones(len(self.new), np.bool_)])
        kept: Ids = order[staying[order]]
        return kept


def write(path: Path, source: Source, parts: Parts) -> None:
    """Write a file, all of it or nothing. Raises ``OSError``."""
    ids = np.concatenate([parts.old.ids, parts.new.ids])
    order = parts.order(ids)
    header = _Header(_KIND, source, len(order), parts.size, parts.last, 0)
    written = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        with written.open("wb") as file:
            file.write(header.as_bytes())
            checksum = 0
            for some in _in_order(parts, ids, order):
                checksum = zlib.crc32(some, checksum)
                file.write(some)
            file.seek(0)
            file.write(replace(header, checksum=checksum).as_bytes())
        written.replace(path)
    except BaseException:
        with suppress(OSError):
            written.unlink(missing_ok=True)
        raise


def _in_order(parts: Parts, ids: Ids, order: Ids) -> Iterator[memoryview]:
    """Everything behind the header, piece by piece."""
    first, second = parts.old, parts.new
    yield np.ascontiguousarray(ids[order], "<i8").data
    scales = np.concatenate([first.scales, second.scales])
    yield np.ascontiguousarray(scales[order], "<f4").data
    for begin in range(0, len(order), _AT_ONCE):
        places = order[begin : begin + _AT_ONCE]
        late = places >= len(first)
        some = np.empty((len(places), parts.size), np.int8)
        if len(first):
            some[~late] = first.rows[places[~late]]
        if len(second):
            some[late] = second.rows[places[late] - len(first)]
        yield some.data


def _header(path: Path) -> _Header | None:
    """What a file says of itself; None where it is no such file."""
    with path.open("rb") as file:
        text = file.read(_HEADER_BYTES).rstrip(b"\0")
    try:
        told = json.loads(text)
        header = _Header(**{**told, "source": Source(**told["source"])})
    except (ValueError, TypeError, KeyError):
        return None
    numbers = (header.count, header.size, header.last, header.checksum)
    sound = all(isinstance(number, int) and number >= 0 for number in numbers)
    return header if sound and header.kind == _KIND else None
