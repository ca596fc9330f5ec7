"""Copies of the catalog: made while others read and write, whole or not at all, old ones removed.

A copy is VACUUM INTO a temporary name, flushed, and only then renamed: a program that is killed
leaves at most a file that the next one removes.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import Timeout
from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError

from gallery.catalog import sqlite
from gallery.catalog.backup_files import (
    PARTIAL,
    Backup,
    BackupKind,
    backup_of,
    backup_path,
    backups,
    backups_folder,
    beside,
    is_the_catalog,
    schema_of,
)
from gallery.catalog.lock import backup_lock
from gallery.catalog.store import Store
from gallery.catalog.tables import captions
from gallery.catalog.writing_files import finish_file, flush_folder, remove_files, require_room
from gallery.errors import CatalogError, KnownError

#: Of the days on which something was stored.
DAILY_KEPT = 7
_LOCK_TIMEOUT_S = 120.0


class BackingUp(Store):
    """Copies of this catalog, in a folder beside it."""

    def back_up(self, to: Path | None = None) -> Backup:
        """Make a copy now: ``to`` a new file, or among the others, where it stays until removed.

        Raises ``KnownError`` where there is no room, the file exists, or the catalog is damaged.
        """
        moment = datetime.now(UTC)
        with backing_up(self._path):
            target = to or backup_path(self._path, BackupKind.ASKED, moment)
            write_copy(self._engine, self._path, target)
        made = backup_of(target)
        if made is None:  # a name of the person's own
            size = target.stat().st_size
            return Backup(target, BackupKind.ASKED, moment, size, schema_of(target))
        return made

    def back_up_daily(
        self, *, stopped: Callable[[], bool] = lambda: False, now: datetime | None = None
    ) -> Backup | None:
        """Make the copy of this day where something was stored since the last; remove old ones.

        None: not due, nothing to keep yet, ``stopped``, or another program is at it. Raises
        ``KnownError`` as ``back_up`` does; no older copy is removed then.
        """
        try:
            with backing_up(self._path, timeout_s=0):
                sqlite.settle(self._engine, self._path)
                moment = now or datetime.now(UTC)
                if not self._is_due(moment):
                    return None
                target = backup_path(self._path, BackupKind.DAILY, moment)
                if not write_copy(self._engine, self._path, target, stopped):
                    return None
                self._prune(moment)
        except BusyError:
            return None
        return backup_of(target)

    def backups(self) -> list[Backup]:
        """All copies, the newest first."""
        return backups(self._path)

    def _is_due(self, moment: datetime) -> bool:
        with self._reading() as connection:
            if connection.scalar(select(captions.c.id).limit(1)) is None:
                return False
        # One of the future is of a clock that was wrong.
        newest = next((item for item in self._dailies() if item.made_at <= moment), None)
        if newest is None:
            return True
        same_day = newest.made_at.astimezone().date() == moment.astimezone().date()
        return not same_day and _changed_at(self._path) > newest.made_at.timestamp()

    def _dailies(self) -> Iterator[Backup]:
        return (item for item in backups(self._path) if item.kind is BackupKind.DAILY)

    def _prune(self, moment: datetime) -> None:
        # Of the future last: or after a clock that was wrong what was just made would go first.
        dailies = sorted(self._dailies(), key=lambda item: item.made_at > moment)
        for item in dailies[DAILY_KEPT:]:
            item.path.unlink(missing_ok=True)


class BusyError(CatalogError):
    """Another program is writing a backup."""


@contextmanager
def backing_up(path: Path, timeout_s: float = _LOCK_TIMEOUT_S) -> Iterator[None]:
    """Nobody else writes backups of this catalog meanwhile; what was left half done is removed.

    Raises ``KnownError`` where the folder cannot be written, ``BusyError`` where it takes too long.
    """
    folder = backups_folder(path)
    lock = backup_lock(path)
    try:
        lock.acquire(timeout=timeout_s)
        try:
            folder.mkdir(exist_ok=True)
            _tidy(path, folder)
            yield
        finally:
            lock.release()
    except Timeout as error:
        raise BusyError(
            f"Another program is making a backup of the catalog {path}.",
            "Wait until it is done, then try again.",
        ) from error
    except OSError as error:
        raise KnownError(
            f"A backup of the catalog could not be written in {folder}: {error.strerror or error}.",
            "Check the folder and the space on its disk. The catalog is as it was.",
        ) from error


def write_copy(
    engine: Engine, path: Path, target: Path, stopped: Callable[[], bool] = lambda: False
) -> bool:
    """Write a copy of the catalog as a whole or not at all; False where it was stopped.

    Raises ``KnownError`` where ``target`` exists, there is no room, or the catalog is damaged, and
    ``OSError``. Call it within ``backing_up``.
    """
    if target.exists():
        raise KnownError(f"The file {target} is there already.", "Choose another name.")
    if not target.parent.is_dir():
        raise KnownError(f"There is no folder {target.parent}.", "Check the name.")
    require_room(target.parent, _size_of(path), "a backup of the catalog")
    partial = beside(target, PARTIAL)
    remove_files([partial, beside(partial, "-journal")])
    try:
        with _in_plain_words(path, target):
            sqlite.copy_to(engine, partial, stopped)
        finish_file(partial, target)
    except InterruptedError:
        return False
    finally:
        remove_files([partial, beside(partial, "-journal")])
    return True


@contextmanager
def _in_plain_words(path: Path, target: Path) -> Iterator[None]:
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        own = error.orig if isinstance(error, DBAPIError) else error
        if not isinstance(own, sqlite3.Error):
            raise
        if own.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            raise InterruptedError from error
        if sqlite.is_damage(own):
            raise sqlite.damaged(path) from error
        raise KnownError(
            f"The backup {target} could not be written: {own}.",
            "Check the space on its disk, then try again. The catalog is as it was.",
        ) from error


def _tidy(path: Path, folder: Path) -> None:
    """Remove what programs that were killed left."""
    for file in folder.glob(f"*{PARTIAL}*"):
        file.unlink(missing_ok=True)
    for file in folder.glob(f"{BackupKind.REPLACED.value}-*.sqlite"):
        item = backup_of(file)
        if item is not None and is_the_catalog(item, path):
            file.unlink(missing_ok=True)
    flush_folder(folder)


def _size_of(path: Path) -> int:
    return sum(file.stat().st_size for file in (path, beside(path, "-wal")) if file.exists())


def _changed_at(path: Path) -> float:
    """When something was stored last, in seconds since 1970."""
    wal = beside(path, "-wal")
    changed = path.stat().st_mtime
    if wal.exists() and wal.stat().st_size:
        changed = max(changed, wal.stat().st_mtime)
    return changed
