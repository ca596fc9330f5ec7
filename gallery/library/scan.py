"""What lies in a folder: the files worth listing, and what tells two files are the same photo."""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from engine.images import SUFFIXES
from gallery.domain import FoundFile

_LATEST_NS = 2**63 - 1  # in the year 2262; a file may claim a later time, a catalog keeps 64 bits
_SAMPLE_BYTES = 65_536
_WHOLE_BELOW_BYTES = 4 * _SAMPLE_BYTES
# Made by systems, cameras and servers for themselves: copies, trash, thumbnails.
_SKIPPED_FOLDERS = frozenset(
    {"@eadir", "#recycle", "$recycle.bin", "system volume information", "lost+found", "__macosx"}
)


class RootGoneError(Exception):
    """The folder itself cannot be read: unplugged, unmounted, or not permitted."""


def walk(
    root: Path,
    *,
    cancelled: Callable[[], bool] = lambda: False,
    unreadable: Callable[[Path], None] = lambda folder: None,
) -> Iterator[FoundFile]:
    """Yield every file below ``root`` whose name ends like a picture's, folder by folder.

    Hidden files and folders, trash and servers' thumbnail folders are skipped; links to folders
    are followed, but no folder is entered twice. What is named like a picture and is none (a
    folder, a pipe, a link to nothing) is yielded too, so that it can be listed with a reason.
    ``unreadable`` hears of folders below ``root`` that cannot be listed: nothing is known about
    their files. Raises :class:`RootGoneError`. Ends early where ``cancelled()`` says so.
    """
    try:
        entered = {_identity(root.stat())}
        os.scandir(root).close()
    except OSError as error:
        raise RootGoneError(str(error)) from error
    waiting = [os.fspath(root)]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                # links last: what they lead to keeps its own place
                listed = sorted(entries, key=lambda entry: (entry.is_symlink(), entry.name))
        except OSError:
            unreadable(Path(folder))
            continue
        inner: list[str] = []
        sidecars = _sidecars(listed)
        for entry in listed:
            if cancelled():
                return
            if entry.name.startswith(".") or entry.name.lower() in _SKIPPED_FOLDERS:
                continue
            if _is_new_folder(entry, entered):
                inner.append(entry.path)
            if os.path.splitext(entry.name)[1].lower() in SUFFIXES:  # noqa: PTH122 - called for every file: a Path costs ten times that
                found = _found(entry, sidecars)
                if found is not None:
                    yield found
        waiting.extend(reversed(inner))


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


def _found(entry: os.DirEntry[str], sidecars: Mapping[str, int]) -> FoundFile | None:
    try:
        status = entry.stat()
    except OSError:
        try:
            status = entry.stat(follow_symlinks=False)  # a link to nothing
        except OSError:
            return None  # gone since it was listed
    size = status.st_size if stat.S_ISREG(status.st_mode) else 0
    path = Path(entry.path)
    sidecar_ns = 0
    if sidecars:
        sidecar_ns = max(sidecars.get(place.name, 0) for place in sidecars_of(path))
    return FoundFile(path, size, _bounded(status.st_mtime_ns), sidecar_ns)


def sidecars_of(path: Path) -> tuple[Path, Path]:
    """Where a photo's sidecar may lie: ``IMG.jpg.xmp`` (its own) and ``IMG.xmp``."""
    return path.with_name(f"{path.name}.xmp"), path.with_suffix(".xmp")


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino
