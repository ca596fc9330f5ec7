"""What lies in a folder: the files worth listing, and what tells two files are the same photo."""

import hashlib
import os
import stat
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import TypeAlias

from engine.images import SUFFIXES
from gallery.domain import FoundFile

_LATEST_NS = 2**63 - 1  # in the year 2262; a file may claim a later time, a catalog keeps 64 bits
_SAMPLE_BYTES = 65_536
_WHOLE_BELOW_BYTES = 4 * _SAMPLE_BYTES
# Made by systems, cameras and servers for themselves: copies, trash, thumbnails.
_SKIPPED_FOLDERS = frozenset(
    {"@eadir", "#recycle", "$recycle.bin", "system volume information", "lost+found", "__macosx"}
)
_name_of = attrgetter("name")


class RootGoneError(Exception):
    """The folder itself cannot be read: unplugged, unmounted, or not permitted."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some of a root: a folder in it, and where it is ``deep``, all that is below."""

    folder_id: int
    path: Path
    deep: bool


#: What a walk meets: path, size in bytes, when the file and when its sidecar changed (0: none).
#: Plain, for a walk meets a million of them and nearly all are as they were.
Met: TypeAlias = tuple[str, int, int, int]


def walk(
    root: Path,
    *,
    part: Part | None = None,
    left_out: Collection[Path] = (),
    cancelled: Callable[[], bool] = lambda: False,
    unreadable: Callable[[Path], None] = lambda folder: None,
) -> Iterator[FoundFile]:
    """Yield what :func:`meet` meets, as files."""
    met = meet(root, part=part, left_out=left_out, cancelled=cancelled, unreadable=unreadable)
    return map(found_file, met)


def meet(
    root: Path,
    *,
    part: Part | None = None,
    left_out: Collection[Path] = (),
    cancelled: Callable[[], bool] = lambda: False,
    unreadable: Callable[[Path], None] = lambda folder: None,
) -> Iterator[Met]:
    """Yield every file below ``root`` whose name ends like a picture's, folder by folder.

    Hidden files and folders, trash, servers' thumbnail folders and those ``left_out`` are skipped.
    Links to folders are followed when all else is done, so that what lies in ``root`` is met in its
    own place, and no folder is entered twice. What is named like a picture and is none (a folder, a
    pipe, a link to nothing) is yielded too, so that it can be listed with a reason. Of a ``part``
    only that is walked, and no links: where they lead is not known without the rest.
    ``unreadable`` hears of folders below ``root`` that cannot be listed, or were not: nothing is
    known about their files. Raises :class:`RootGoneError`. Ends early where ``cancelled()`` says
    so.
    """
    yield from _Walk(root, part, left_out, cancelled, unreadable).run()


class _Walk:
    """One walk; see :func:`meet`."""

    def __init__(
        self,
        root: Path,
        part: Part | None,
        left_out: Collection[Path],
        cancelled: Callable[[], bool],
        unreadable: Callable[[Path], None],
    ) -> None:
        self._part, self._cancelled, self._unreadable = part, cancelled, unreadable
        self._deep = part is None or part.deep
        self._entered = _entered_before(root, left_out)
        self._waiting = [os.fspath(part.path if part else root)]
        self._links: deque[os.DirEntry[str]] = deque()
        self._ended = False

    def run(self) -> Iterator[Met]:
        while self._waiting and not self._ended:
            listed = self._list(self._waiting.pop())
            inner: list[str] = []
            yield from self._met_in(listed, inner)
            self._waiting.extend(reversed(inner))
            if not self._waiting and self._part is None:
                self._follow_links()
        for link in self._links:
            self._unreadable(Path(link.path))

    def _list(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                return sorted(entries, key=_name_of)
        except OSError:
            if self._part is None or os.path.lexists(folder):
                self._unreadable(Path(folder))
            return []

    def _met_in(self, listed: Sequence[os.DirEntry[str]], inner: list[str]) -> Iterator[Met]:
        sidecars = _sidecars(listed)
        for entry in listed:
            if self._cancelled():
                self._ended = True
                return
            name = entry.name
            if name[0] == "." or name.lower() in _SKIPPED_FOLDERS:
                continue
            if entry.is_symlink():
                self._links.append(entry)
            elif self._deep and _is_new_folder(entry, self._entered):
                inner.append(entry.path)
            # Called for every file: os.path.splitext takes three times as long.
            if name[name.rfind(".") :].lower() in SUFFIXES:
                found = _met(entry, sidecars)
                if found is not None:
                    yield found

    def _follow_links(self) -> None:
        while self._links and not self._waiting:
            link = self._links.popleft()
            if _is_new_folder(link, self._entered):
                self._waiting.append(link.path)


def found_file(met: Met) -> FoundFile:
    """What was met, as a file."""
    path, size_bytes, mtime_ns, sidecar_ns = met
    return FoundFile(Path(path), size_bytes, mtime_ns, sidecar_ns)


def outermost(parts: Collection[Part]) -> list[Part]:
    """Leave out what lies in a deep one beside it."""
    deep = {(part.folder_id, part.path) for part in parts if part.deep}
    return sorted(
        (
            part
            for part in parts
            if not any((part.folder_id, around) in deep for around in part.path.parents)
            and (part.deep or (part.folder_id, part.path) not in deep)
        ),
        key=lambda part: (part.folder_id, os.fsencode(part.path)),
    )


def concerns(path: Path) -> bool:
    """Whether a walk would look at a path below a root: nothing hidden or skipped is in it."""
    return not any(name.startswith(".") or name.lower() in _SKIPPED_FOLDERS for name in path.parts)


def may_be_photo(name: str) -> bool:
    """Whether a file's name ends like a picture's or like a sidecar's."""
    ending = os.path.splitext(name)[1].lower()  # noqa: PTH122 - a name, not a path
    return ending in SUFFIXES or ending == ".xmp"


def fingerprint(path: Path) -> bytes:
    """Return 16 bytes that tell the content: its length and its beginning, middle and end.

    Small files are read whole. Two photos with the same fingerprint are taken for one. Raises
    ``OSError``.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        digest = hashlib.blake2b(size.to_bytes(8, "little"), digest_size=16)
        if size <= _WHOLE_BELOW_BYTES:
            digest.update(file.read(_WHOLE_BELOW_BYTES))
        else:
            for start in (0, (size - _SAMPLE_BYTES) // 2, size - _SAMPLE_BYTES):
                file.seek(start)
                digest.update(file.read(_SAMPLE_BYTES))
        return digest.digest()


def _entered_before(root: Path, left_out: Collection[Path]) -> set[tuple[int, int]]:
    """The root, and what a person left out: no link leads there either."""
    try:
        entered = {_identity(root.stat())}
        os.scandir(root).close()
    except OSError as error:
        raise RootGoneError(str(error)) from error
    for folder in left_out:
        try:
            entered.add(_identity(folder.stat()))
        except OSError:  # it is not there: nothing is left out
            continue
    return entered


def _is_new_folder(entry: os.DirEntry[str], entered: set[tuple[int, int]]) -> bool:
    """Whether this is a folder not entered so far, by whatever name; notes it as entered."""
    try:
        if not entry.is_dir():
            return False
        identity = _identity(Path(entry.path).stat())  # the entry's own lacks these on Windows
    except OSError:
        return False
    is_new = identity not in entered
    entered.add(identity)
    return is_new


def _sidecars(listed: Sequence[os.DirEntry[str]]) -> dict[str, int]:
    """When each sidecar of a folder changed, by its name."""
    found = {}
    for entry in listed:
        if entry.name[-4:].lower() == ".xmp":
            try:
                found[entry.name] = _bounded(entry.stat().st_mtime_ns)
            except OSError:  # gone since it was listed
                continue
    return found


def _bounded(time_ns: int) -> int:
    return max(-_LATEST_NS, min(time_ns, _LATEST_NS))


def _met(entry: os.DirEntry[str], sidecars: Mapping[str, int]) -> Met | None:
    try:
        status = entry.stat()
    except OSError:
        try:
            status = entry.stat(follow_symlinks=False)  # a link to nothing
        except OSError:
            return None  # gone since it was listed
    size = status.st_size if stat.S_ISREG(status.st_mode) else 0
    sidecar_ns = 0
    if sidecars:
        places = sidecars_of(Path(entry.path))
        sidecar_ns = max(sidecars.get(place.name, 0) for place in places)
    return entry.path, size, _bounded(status.st_mtime_ns), sidecar_ns


def sidecars_of(path: Path) -> tuple[Path, Path]:
    """Where a photo's sidecar may lie: ``IMG.jpg.xmp`` (its own) and ``IMG.xmp``."""
    return path.with_name(f"{path.name}.xmp"), path.with_suffix(".xmp")


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino
