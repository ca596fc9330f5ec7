"""Files that are there as a whole or not at all, after a power cut too."""

import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from gallery.errors import KnownError

#: What is left to everybody else on the disk.
_RESERVE_BYTES = 64 << 20


def flush_file(path: Path) -> None:
    """Wait until a file's contents are on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Wait until names that were added, moved or removed are on the disk; Windows has no such."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def finish_file(partial: Path, target: Path) -> None:
    """Give a file that was written under another name its own, replacing what has it."""
    flush_file(partial)
    partial.replace(target)
    flush_folder(target.parent)


def remove_files(paths: Iterable[Path]) -> None:
    """Remove those that are there."""
    for path in paths:
        path.unlink(missing_ok=True)


def require_room(folder: Path, size_bytes: int, what: str) -> None:
    """Raise ``KnownError`` where so much does not fit on the disk of a folder."""
    free = shutil.disk_usage(folder).free
    if free < size_bytes + _RESERVE_BYTES:
        raise KnownError(
            f"There is no room for {what} in {folder}: it takes {size_bytes / 1e6:,.0f} MB,"
            f" and {free / 1e6:,.0f} MB are free.",
            "Free some space, then try again. The catalog is as it was.",
        )
