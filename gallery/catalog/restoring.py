"""Putting a backup in the place of a catalog: checked first, nothing lost, in one step.

Written beside the catalog and flushed, then renamed over it. A file of WAL is bound to no database
by itself: one that was left would be played onto the new file. It is therefore brought into the
old file first; where that cannot be done, because the old file is damaged, it is kept beside it.
"""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from gallery.catalog import sqlite
from gallery.catalog.backup_files import (
    JOURNALS,
    PARTIAL,
    BackupKind,
    backup_path,
    backups,
    beside,
)
from gallery.catalog.backups import backing_up
from gallery.catalog.integrity import problems_at_rest, problems_of_words
from gallery.catalog.lock import nobody_else
from gallery.catalog.migrations import STEPS
from gallery.catalog.writing_files import (
    finish_file,
    flush_folder,
    remove_files,
    require_room,
)
from gallery.errors import CatalogError, KnownError

_ALL_PARTS = ("", *JOURNALS, "-shm")
_IDENTITY_SINCE = 4


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done. ``kept``: the former catalog, None where there was none.

    ``refused``: newer backups that are not whole.
    """

    backup: Path
    kept: Path | None
    refused: tuple[Path, ...] = ()


class BadBackupError(CatalogError):
    """A backup that cannot be put in place of anything."""


def restore(path: Path, backup: Path) -> Restored:
    """Put this backup in the place of the catalog.

    Raises ``BadBackupError`` where it is not whole, is no catalog, or is of a newer version; other
    ``KnownError`` where another program has the catalog open, or there is no room. The catalog is
    as it was then.
    """
    path = path.absolute()
    with nobody_else(path), backing_up(path):
        return Restored(backup, _put_in_place(path, backup))


def restore_newest(path: Path) -> Restored:
    """Put the newest backup that is whole in the place of the catalog; raises as ``restore``."""
    path = path.absolute()
    refused: list[Path] = []
    with nobody_else(path), backing_up(path):
        for backup in backups(path):
            if backup.kind is BackupKind.REPLACED:
                continue
            try:
                kept = _put_in_place(path, backup.path)
            except BadBackupError:
                refused.append(backup.path)
                continue
            return Restored(backup.path, kept, tuple(refused))
    raise CatalogError(
        f"There is no good backup of the catalog {path}.",
        "Name a file: `photo-narrator catalog restore FILE`.",
    )


def _put_in_place(path: Path, backup: Path) -> Path | None:
    real = path.resolve()  # a link to the catalog stays one
    prepared = beside(real, ".restoring")
    try:
        _prepare(prepared, backup)
        kept = _keep(path, real) if real.exists() else None
        finish_file(prepared, real)
    except OSError as error:
        raise KnownError(
            f"The backup {backup} could not be put in place: {error.strerror or error}.",
            "Check the folder of the catalog and the space on its disk, then try again.",
        ) from error
    finally:
        remove_files(beside(prepared, end) for end in _ALL_PARTS)
    return kept


def _prepare(prepared: Path, backup: Path) -> None:
    """Copy the backup beside the catalog, look at the copy, and give it an identity of its own."""
    if not backup.is_file():
        raise KnownError(f"There is no file {backup}.", "See `photo-narrator catalog list`.")
    remove_files(beside(prepared, end) for end in _ALL_PARTS)
    require_room(prepared.parent, backup.stat().st_size, "what is to be restored")
    try:
        _copy(backup, prepared)
        engine = sqlite.open_engine(prepared)
        try:
            wrong = _look_and_rename(engine)
        finally:
            engine.dispose()
    except (DBAPIError, sqlite3.Error) as error:
        wrong = _damage_told_by(error)
    if wrong:
        raise BadBackupError(
            f"The backup {backup} cannot be used: {wrong}.",
            "Choose another one: `photo-narrator catalog list`.",
        )
    if _has_contents(beside(prepared, "-wal")):
        raise OSError("not all of it could be written")


def _damage_told_by(error: DBAPIError | sqlite3.Error) -> str:
    """What SQLite says of the backup; raises ``OSError`` where it is the disk's fault."""
    own = error.orig if isinstance(error, DBAPIError) else error
    if not isinstance(own, sqlite3.Error):
        raise error
    if not sqlite.is_damage(own):
        raise OSError(str(own)) from error
    return str(own)


def _copy(backup: Path, prepared: Path) -> None:
    """One state of the backup, with what its WAL holds."""
    # Without a WAL nothing may change it: no file is made beside it then, so it may lie anywhere.
    has_journal = any(beside(backup, end).exists() for end in JOURNALS)
    how = "mode=ro" if has_journal else "mode=ro&immutable=1"
    with (
        closing(sqlite3.connect(f"{backup.absolute().as_uri()}?{how}", uri=True)) as source,
        closing(sqlite3.connect(prepared)) as target,
    ):
        source.backup(target)


def _look_and_rename(engine: Engine) -> str:
    """What is wrong with it; where nothing is, its identity is drawn anew."""
    with engine.connect() as connection, connection.begin():
        version = sqlite.schema_version(connection)
        if sqlite.is_foreign(connection) or version == 0:
            return "it is no catalog of Photo Narrator"
        if version > STEPS[-1].number:
            return "it was made by a newer version of Photo Narrator"
        problems = problems_at_rest(connection) or problems_of_words(connection)
        if problems:
            return problems[0].text
        if version >= _IDENTITY_SINCE:  # an older one is given its identity when it is migrated
            connection.exec_driver_sql("UPDATE identity SET token = lower(hex(randomblob(16)))")
        return ""


def _keep(path: Path, real: Path) -> Path:
    """Keep the catalog as it is among the backups, and leave nothing of its journals here."""
    kept = backup_path(path, BackupKind.REPLACED, datetime.now(UTC))
    settled = _settle(real)
    journals = [end for end in JOURNALS if _has_contents(beside(real, end))]
    if settled and journals:
        raise CatalogError(
            f"The catalog {path} could not be brought to rest.",
            "Check the space on its disk, then try again.",
        )
    for end in ("", *journals):
        _double(beside(real, end), beside(kept, end))
    flush_folder(kept.parent)
    remove_files(beside(real, end) for end in _ALL_PARTS if end)
    flush_folder(real.parent)
    return kept


def _settle(real: Path) -> bool:
    """Bring what is in the WAL into the file; False where the file is too damaged for that."""
    try:
        with closing(sqlite3.connect(real)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except sqlite3.DatabaseError as error:
        if sqlite.is_damage(error):
            return False
        raise CatalogError(
            f"The catalog {real} could not be brought to rest: {error}.",
            "Check the space on its disk, then try again.",
        ) from error
    return True


def _double(source: Path, target: Path) -> None:
    """A second name for a file; a copy where the file system gives none."""
    try:
        target.hardlink_to(source)
    except OSError:
        require_room(target.parent, source.stat().st_size, "keeping the present catalog")
        partial = beside(target, PARTIAL)
        shutil.copyfile(source, partial)
        finish_file(partial, target)


def _has_contents(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0
