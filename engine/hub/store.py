"""What is installed: describer sets in the program's data folder, each there whole or not at all.

Beside the files of a checkpoint lies ``photo-narrator.json``: where they came from and their
sha256. What is being got lies under ``staging`` until it is whole; then its folder is renamed into
place, and last of all the set file is written.
"""

import errno
import json
import os
import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.checkpoints import CheckpointError
from engine.files import write_json
from engine.installed import is_set_name, set_file, set_folders

KEPT = "What was got so far is kept. Go on later."
RECORD = "photo-narrator.json"
_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class InstalledCheckpoint:
    """A checkpoint in the store. ``repository`` and ``revision`` are those it came from."""

    folder: Path
    repository: str
    revision: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class InstalledSet:
    """A set in the store."""

    name: str
    checkpoints: tuple[InstalledCheckpoint, ...]

    @property
    def size_bytes(self) -> int:
        """What its files take, those that it shares with others included."""
        return sum(checkpoint.size_bytes for checkpoint in self.checkpoints)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A set that was begun to be got, and how far that is. ``total_bytes`` 0: not known yet."""

    name: str
    done_bytes: int
    total_bytes: int


class Store:
    """The folder of installed sets; it need not exist yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.staging = folder / "staging"

    # What is there

    def sets(self) -> list[InstalledSet]:
        """Return the installed sets by name."""
        names = sorted(path.stem for path in (self.folder / "sets").glob("*.json"))
        found = [self.find(name) for name in names]
        return [item for item in found if item is not None]

    def find(self, name: str) -> InstalledSet | None:
        """Return the installed set of this name; None also where somebody deleted its files."""
        folders = set_folders(self.folder, name)
        if folders is None or not all(folder.is_dir() for folder in folders):
            return None
        return InstalledSet(name, tuple(_checkpoint(folder) for folder in folders))

    def unfinished(self) -> list[Unfinished]:
        """Return the sets that were begun and not finished."""
        found = []
        for path in sorted(self.staging.glob("*.json")):
            wish = _read(path)
            done = sum(_size(self.staging / folder) for folder in _texts(wish, "folders"))
            total = wish.get("total_bytes")
            total = total if isinstance(total, int) else 0
            found.append(Unfinished(path.stem, min(done, total) if total else done, total))
        return found

    def checkpoint_folder(self, repository: str, commit: str) -> Path:
        """Where a checkpoint lies once it is whole."""
        if not _COMMIT.fullmatch(commit):
            raise CheckpointError(f"“{commit}” is no commit of {repository}.")
        return self.folder / _plain(repository) / "snapshots" / commit

    def staging_folder(self, repository: str, commit: str) -> Path:
        """Where it lies until then."""
        if not _COMMIT.fullmatch(commit):
            raise CheckpointError(f"“{commit}” is no commit of {repository}.")
        return self.staging / f"{_plain(repository)}@{commit}"

    # Changes

    def begin(self, name: str, folders: Iterable[Path], total_bytes: int) -> None:
        """Remember that a person wants this set, until it is installed or given up."""
        _check_name(name)
        names = [folder.name for folder in folders]
        wish = {"folders": names, "total_bytes": total_bytes}
        write_json(self.staging / f"{name}.json", wish)

    def give_up(self, name: str) -> None:
        """Forget a set that was begun, with what was got for it alone."""
        (self.staging / f"{name}.json").unlink(missing_ok=True)
        needed = {
            folder
            for path in self.staging.glob("*.json")
            for folder in _texts(_read(path), "folders")
        }
        for folder in self.staging.glob("models--*"):
            if folder.name not in needed:
                shutil.rmtree(folder, ignore_errors=True)

    def place(self, staged: Path, folder: Path) -> None:
        """Move a whole checkpoint from its staging folder into place."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        staged.rename(folder)

    def add(self, name: str, folders: Sequence[Path]) -> None:
        """Install (or change) a set of these checkpoint folders, which lie in the store."""
        _check_name(name)
        inside = [folder.relative_to(self.folder).as_posix() for folder in folders]
        write_json(set_file(self.folder, name), {"name": name, "checkpoints": inside})
        self._sweep()

    def remove(self, name: str) -> None:
        """Remove a set, and the files that no other set needs; raises CheckpointError."""
        if not is_set_name(name) or not set_file(self.folder, name).is_file():
            raise CheckpointError(f"“{name}” is not installed.", "See what is: `checkpoints list`.")
        try:
            set_file(self.folder, name).unlink()
        except OSError as error:
            message = f"“{name}” cannot be removed: {error.strerror or error}."
            raise CheckpointError(message, "Check the permissions of its folder.") from error
        self._sweep()

    def _sweep(self) -> None:
        """Delete checkpoints that no set needs; what cannot be deleted is tried again next time."""
        names = [path.stem for path in (self.folder / "sets").glob("*.json")]
        needed = {folder for name in names for folder in set_folders(self.folder, name) or ()}
        for folder in self.folder.glob("models--*/snapshots/*"):
            if folder not in needed:
                shutil.rmtree(folder, ignore_errors=True)
        for parent in self.folder.glob("models--*"):
            for empty in (parent / "snapshots", parent):
                try:
                    empty.rmdir()
                except OSError:
                    break  # another revision is in it


def disk_refusal(error: OSError) -> CheckpointError:
    """Return what a disk did as a sentence for people."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return CheckpointError("The disk is full.", f"Make room on it. {KEPT}")
    message = f"The files cannot be written: {error.strerror or error}."
    return CheckpointError(message, f"Check the permissions of the folder. {KEPT}")


def read_record(folder: Path) -> dict[str, Any]:
    """Return what was recorded beside a checkpoint's files; empty where nothing was."""
    return _read(folder / RECORD)


def _checkpoint(folder: Path) -> InstalledCheckpoint:
    record = _read(folder / RECORD)
    repository = str(record.get("repository") or folder.name)
    return InstalledCheckpoint(folder, repository, folder.name, _size(folder))


def _check_name(name: str) -> None:
    if not is_set_name(name):
        message = f"A set cannot be called “{name}”."
        raise CheckpointError(message, "Use small letters, digits, dots and hyphens.")


def _plain(repository: str) -> str:
    """The hub's own name for a repository's folder; raises CheckpointError for what is none."""
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository) or ".." in repository:
        raise CheckpointError(f"“{repository}” is no name on the hub.")
    return "models--" + repository.replace("/", "--")


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _texts(wish: dict[str, Any], key: str) -> list[str]:
    found = wish.get(key)
    texts = [item for item in found if isinstance(item, str)] if isinstance(found, list) else []
    return [text for text in texts if text == os.path.basename(text)]  # noqa: PTH119 - a text, no path yet


def _size(folder: Path) -> int:
    try:
        return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    except OSError:
        return 0
