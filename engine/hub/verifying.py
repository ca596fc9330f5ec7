"""Holding an installed set against what was recorded when it was got."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from engine.checkpoints import CheckpointError, check_checkpoint
from engine.files import sha256_of
from engine.hub.messages import Moved, Stage
from engine.hub.store import Store, read_record

_TELL_EVERY_S = 0.1
_AGAIN = "Remove the set and get it again."


def verify(store: Store, name: str, tell: Callable[[object], None]) -> None:
    """Hash every file of a set again; raises CheckpointError that names what is not as it was."""
    found = store.find(name)
    if found is None:
        raise CheckpointError(f"“{name}” is not installed.", "See what is: `checkpoints list`.")
    files = [item for checkpoint in found.checkpoints for item in _recorded(checkpoint.folder)]
    counter = _Counter(sum(int(record["size_bytes"]) for _, record in files), tell)
    wrong = [problem for path, record in files for problem in _problems(path, record, counter)]
    if wrong:
        raise CheckpointError(f"“{name}” is damaged: {'; '.join(wrong)}.", _AGAIN)
    for checkpoint in found.checkpoints:
        check_checkpoint(checkpoint.folder)


def _recorded(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    files = read_record(folder).get("files")
    if not isinstance(files, list) or not files:
        raise CheckpointError(f"Nothing was recorded of the files in {folder}.", _AGAIN)
    for record in files:
        yield folder / str(record["name"]), record


def _problems(path: Path, record: dict[str, Any], counter: "_Counter") -> Iterator[str]:
    try:
        if path.stat().st_size != record["size_bytes"]:
            yield f"{path} has another size"
        elif sha256_of(path, counter) != record["sha256"]:
            yield f"{path} has another content"
    except FileNotFoundError:
        yield f"{path} is missing"
    except OSError as error:
        yield f"{path} cannot be read ({error.strerror or error})"


class _Counter:
    """Tells of the bytes that were hashed, now and then."""

    def __init__(self, total_bytes: int, tell: Callable[[object], None]) -> None:
        self._total_bytes, self._tell = total_bytes, tell
        self._done_bytes, self._told_at = 0, 0.0

    def __call__(self, count: int) -> None:
        self._done_bytes += count
        now = time.monotonic()
        if now - self._told_at >= _TELL_EVERY_S or self._done_bytes >= self._total_bytes:
            self._told_at = now
            self._tell(Moved(Stage.CHECKING, self._done_bytes, self._total_bytes))
