"""Installing a set: ask what it consists of, get it, convert and check it, put it in place."""

import importlib
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from engine.checkpoints import CheckpointError, check_checkpoint, check_config
from engine.files import sha256_of, write_json
from engine.hub.messages import Install, Moved, Stage, Wanted
from engine.hub.remote import Hub, Plan
from engine.hub.store import RECORD, Store, read_record

_COMMIT = re.compile(r"[0-9a-f]{40}")
_SPARE_BYTES = 64_000_000
_TELL_EVERY_S = 0.1
_BIN, _SAFE = "pytorch_model.bin", "model.safetensors"


def install(wish: Install, hub: Hub, tell: Callable[[object], None]) -> None:
    """Get what the set needs and is not there yet, and install it; raises CheckpointError.

    Whatever ends it, the set that was installed before still is, and what was got stays.
    """
    store = Store(Path(wish.store))
    store.staging.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(store.folder / "getting.lock", timeout=0):
            _install(wish, store, hub, tell)
    except Timeout as error:
        message = "Another Photo Narrator is getting a checkpoint."
        raise CheckpointError(message, "Wait until it is done, or pause it there.") from error


def _install(wish: Install, store: Store, hub: Hub, tell: Callable[[object], None]) -> None:
    tell(Moved(Stage.ASKING, 0, 0))
    plans, folders = [], []
    for wanted in wish.checkpoints:
        folder = _already_there(store, wanted)
        if folder is None:
            plan = hub.plan(wanted)
            folder = store.checkpoint_folder(plan.repository, plan.commit)
            if not folder.is_dir():
                plans.append(plan)
        folders.append(folder)
    staged = [store.staging_folder(plan.repository, plan.commit) for plan in plans]
    total = sum(plan.size_bytes for plan in plans)
    if plans:
        store.begin(wish.name, staged, total)
    work = _Work(store, hub, tell, total)
    for plan in plans:
        work.count_what_is_there(plan)
    work.check_room(plans)
    try:
        for plan in plans:
            work.get(plan)
            work.finish(plan)
    except _UnusableError as unusable:
        store.give_up(wish.name)  # what arrived as it should and cannot be used is not kept
        raise unusable.reason from unusable
    for plan, folder in zip(plans, staged, strict=True):
        store.place(folder, store.checkpoint_folder(plan.repository, plan.commit))
    store.add(wish.name, folders)
    store.give_up(wish.name)


def _already_there(store: Store, wanted: Wanted) -> Path | None:
    """The folder of a checkpoint that is there at a pinned commit: nothing has to be asked."""
    if not _COMMIT.fullmatch(wanted.revision):
        return None
    folder = store.checkpoint_folder(wanted.repository, wanted.revision)
    return folder if folder.is_dir() else None


class _UnusableError(Exception):
    """A checkpoint that arrived whole and cannot be used."""

    def __init__(self, reason: CheckpointError) -> None:
        super().__init__(reason.message)
        self.reason = reason


@contextmanager
def _unusable() -> Iterator[None]:
    try:
        yield
    except CheckpointError as error:
        raise _UnusableError(error) from error


class _Work:
    """Getting the checkpoints of one set, and telling how far it is."""

    def __init__(
        self, store: Store, hub: Hub, tell: Callable[[object], None], total_bytes: int
    ) -> None:
        self._store, self._hub, self._tell = store, hub, tell
        self._total_bytes, self._done_bytes = total_bytes, 0
        self._told_at = 0.0

    def count_what_is_there(self, plan: Plan) -> None:
        """Count what an earlier try got."""
        folder = self._store.staging_folder(plan.repository, plan.commit)
        if folder.is_dir():
            got = sum(path.stat().st_size for path in folder.iterdir() if path.name != RECORD)
            self._done_bytes += min(got, plan.size_bytes)

    def check_room(self, plans: list[Plan]) -> None:
        """Refuse where the disk has not enough room: a .bin lies there twice for a moment."""
        twice = [file.size_bytes for plan in plans for file in plan.files if file.name == _BIN]
        needed = self._total_bytes - self._done_bytes + max(twice, default=0)
        free = shutil.disk_usage(self._store.staging).free
        if plans and free < needed + _SPARE_BYTES:
            raise CheckpointError(
                f"There is not enough room in {self._store.folder}: "
                f"{_gigabytes(needed + _SPARE_BYTES)} are needed and {_gigabytes(free)} are free.",
                "Make room on this disk, and go on.",
            )

    def get(self, plan: Plan) -> None:
        """Get the files of a checkpoint that are not there yet."""
        staged = self._store.staging_folder(plan.repository, plan.commit)
        staged.mkdir(parents=True, exist_ok=True)
        record = _read_files(staged)
        for file in plan.files:
            if file.name in (_SAFE, _BIN):
                with _unusable():
                    check_config(staged)  # before a gigabyte is got for nothing
            if file.name not in record:
                sha256 = self._hub.fetch(file, staged / file.name, self._moved)
                record[file.name] = {
                    "name": file.name,
                    "size_bytes": file.size_bytes,
                    "sha256": sha256,
                    "hub_etag": file.etag,
                }
                _write_record(staged, plan, record)

    def finish(self, plan: Plan) -> None:
        """Convert a checkpoint's weights where that is needed, and check it."""
        staged = self._store.staging_folder(plan.repository, plan.commit)
        record = _read_files(staged)
        with _unusable():
            if "made_from" not in record.get(_BIN, {"made_from": None}):
                self._convert(staged, plan, record)
            _tidy(staged, {str(item["name"]) for item in record.values()})
            check_checkpoint(staged)

    def _convert(self, staged: Path, plan: Plan, record: dict[str, Any]) -> None:
        """Once to safetensors; both hashes are kept, the .bin is not."""
        source, made, target = staged / _BIN, staged / f"{_SAFE}.making", staged / _SAFE
        self._tell(Moved(Stage.CONVERTING, 0, 0))
        # torch comes in here: by name, so that no gallery takes it in with this module
        converting = importlib.import_module("engine.blip.converting")
        converting.convert(source, made)
        sha256 = sha256_of(made)
        record[_BIN] = {
            "name": _SAFE,
            "size_bytes": made.stat().st_size,
            "sha256": sha256,
            "made_from": record[_BIN],
        }
        made.replace(target)
        _write_record(staged, plan, record)

    def _moved(self, count: int) -> None:
        self._done_bytes += count
        now = time.monotonic()
        if now - self._told_at >= _TELL_EVERY_S or self._done_bytes >= self._total_bytes:
            self._told_at = now
            done = max(0, min(self._done_bytes, self._total_bytes))
            self._tell(Moved(Stage.GETTING, done, self._total_bytes))


def _read_files(staged: Path) -> dict[str, Any]:
    """What an earlier try got and recorded, by its name on the hub, as far as it is there."""
    files = read_record(staged).get("files")
    found = files if isinstance(files, list) else []
    return {
        str(item.get("made_from", item)["name"]): item
        for item in found
        if (staged / str(item["name"])).is_file()
    }


def _tidy(staged: Path, names: set[str]) -> None:
    """Delete what is not recorded: the .bin, and what a try that was ended left half written."""
    for path in staged.iterdir():
        if path.name not in names and path.name != RECORD:
            path.unlink()


def _write_record(staged: Path, plan: Plan, files: dict[str, Any]) -> None:
    write_json(
        staged / RECORD,
        {
            "repository": plan.repository,
            "revision": plan.commit,
            "got_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "files": list(files.values()),
        },
    )


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB"
