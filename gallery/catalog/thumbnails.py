"""Thumbnails in a database of their own: nothing in it is worth a backup, all can be made again.

It stays within a limit: those that were not looked at for the longest time make room. When they
were looked at is kept apart from the pictures (else each look would write a picture anew), noted in
memory and written a few hundred at a time.
"""

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    bindparam,
    delete,
    func,
    select,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DatabaseError, OperationalError

from gallery.catalog.sqlite import open_engine, reading, writing
from gallery.errors import DamagedCatalogError, KnownError

_LOG = logging.getLogger(__name__)
_T = TypeVar("_T")
_AT_ONCE = 500
LIMIT_BYTES = 2 << 30
_ATTEMPTS = 5  # to begin anew, where somebody deletes the file again and again
_ROOM = 0.95  # of the limit; below it after making room
_MOST_GO = 2_000  # go with one write, so that none takes long

_METADATA = MetaData()
_THUMBNAILS = Table(
    "thumbnails",
    _METADATA,
    Column("photo_id", Integer, primary_key=True),
    Column("jpeg", LargeBinary, nullable=False),
)
#: The identity of the catalog whose photo ids these are; no row in a file that was just begun.
_CATALOG = Table("catalog", _METADATA, Column("identity", Text, nullable=False))
_USES = Table(
    "uses",
    _METADATA,
    Column("photo_id", Integer, primary_key=True),
    Column("used_s", Integer, nullable=False, index=True),  # since 1970
)

#: What SQLite says of a file that was deleted while it looked.
_GONE = frozenset({"SQLITE_READONLY_DBMOVED", "SQLITE_IOERR_FSTAT", "SQLITE_IOERR_SHORT_READ"})

_OLDEST = (
    select(_USES.c.photo_id, func.length(_THUMBNAILS.c.jpeg))
    .select_from(_USES.outerjoin(_THUMBNAILS, _THUMBNAILS.c.photo_id == _USES.c.photo_id))
    .order_by(_USES.c.used_s, _USES.c.photo_id)
    .limit(_MOST_GO)
)


class ThumbnailDatabase:
    """JPEG bytes by photo id; usable from any thread.

    A file that is damaged or no database is thrown away and begun anew, at opening and later. So
    are the thumbnails of another ``identity``: after an old state of the catalog was put back, the
    same id may be another photo's. And so is a file that was deleted meanwhile.
    ``limit_bytes``: how large it may become (and a little more, while many are stored at once).
    """

    def __init__(
        self,
        path: Path,
        identity: str = "",
        *,
        limit_bytes: int = LIMIT_BYTES,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._path, self._identity = path, identity
        self._limit_bytes, self._clock = limit_bytes, clock
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._opened: tuple[int, int] | None = None
        self._used: dict[int, int] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        self._heal(self._connected)

    def get_many(self, photo_ids: Iterable[int]) -> dict[int, bytes]:
        """Return what is there of the thumbnails asked for."""
        wanted = list(photo_ids)
        found = self._heal(lambda: self._read(wanted)) or {}
        with self._lock:
            self._used.update(dict.fromkeys(found, int(self._clock())))
            many = len(self._used) >= _AT_ONCE
        if many:
            self._heal(self._note_uses)
        return found

    def which(self, photo_ids: Iterable[int]) -> set[int]:
        """Those of these photos that have a thumbnail; nobody looks at it by that."""
        wanted = list(photo_ids)
        return self._heal(lambda: self._read_which(wanted)) or set()

    @property
    def is_full(self) -> bool:
        """Whether one more would make another go, or nearly so."""
        return (self._heal(self._size_bytes) or 0) > self._limit_bytes * _ROOM * _ROOM

    def put_many(self, jpegs: Mapping[int, bytes]) -> None:
        """Store thumbnails in one transaction; raises ``KnownError`` where the disk is full."""
        if jpegs:
            self._heal(lambda: self._write(jpegs))

    def drop(self, photo_ids: Iterable[int]) -> None:
        """Forget these thumbnails."""
        gone = list(photo_ids)
        if gone:
            self._heal(lambda: self._delete(gone))

    def ids(self) -> set[int]:
        """The ids of all photos that have a thumbnail."""
        return self._heal(self._read_ids) or set()

    def close(self) -> None:
        """Close every connection. When thumbnails were last looked at is kept for the next time."""
        if self._used and self._is_there():
            with contextlib.suppress(KnownError, DatabaseError):
                self._note_uses()
        with self._lock:
            self._disconnect()

    def _disconnect(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._engine = self._opened = None

    def _connected(self) -> Engine:
        with self._lock:
            if self._engine is not None and not self._is_there():
                _LOG.info("the file of thumbnails was deleted; they are made again")
                self._disconnect()
                self._remove()  # what SQLite keeps beside it belongs to the one that is gone
            if self._engine is None:
                self._engine = open_engine(self._path)
                with writing(self._engine, self._path, durable=False) as connection:
                    _METADATA.create_all(connection)
                    self._disown_others(connection)
                self._opened = _identity(self._path)
            return self._engine

    def _disown_others(self, connection: Connection) -> None:
        if connection.scalar(select(_CATALOG.c.identity)) != self._identity:
            for table in (_THUMBNAILS, _USES):
                connection.execute(delete(table))
            connection.execute(delete(_CATALOG))
            connection.execute(insert(_CATALOG).values(identity=self._identity))

    def _is_there(self) -> bool:
        return self._opened is not None and _identity(self._path) == self._opened

    def _remove(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                self._path.with_name(self._path.name + suffix).unlink()

    def _size_bytes(self) -> int:
        with reading(self._connected(), self._path) as connection:
            return _size_bytes(connection)

    def _note_uses(self) -> None:
        with self._lock:
            used, self._used = self._used, {}
        if used:
            with writing(self._connected(), self._path, durable=False) as connection:
                _note(connection, used)

    def _read(self, photo_ids: list[int]) -> dict[int, bytes]:
        found: dict[int, bytes] = {}
        with reading(self._connected(), self._path) as connection:
            for start in range(0, len(photo_ids), _AT_ONCE):
                some = photo_ids[start : start + _AT_ONCE]
                rows = connection.execute(
                    select(_THUMBNAILS.c.photo_id, _THUMBNAILS.c.jpeg).where(
                        _THUMBNAILS.c.photo_id.in_(some)
                    )
                )
                found.update((photo_id, jpeg) for photo_id, jpeg in rows)
        return found

    def _read_which(self, photo_ids: list[int]) -> set[int]:
        found: set[int] = set()
        with reading(self._connected(), self._path) as connection:
            for start in range(0, len(photo_ids), _AT_ONCE):
                some = photo_ids[start : start + _AT_ONCE]
                query = select(_THUMBNAILS.c.photo_id).where(_THUMBNAILS.c.photo_id.in_(some))
                found.update(connection.execute(query).scalars())
        return found

    def _read_ids(self) -> set[int]:
        with reading(self._connected(), self._path) as connection:
            return set(connection.execute(select(_THUMBNAILS.c.photo_id)).scalars())

    def _write(self, jpegs: Mapping[int, bytes]) -> None:
        statement = insert(_THUMBNAILS)
        statement = statement.on_conflict_do_update(
            index_elements=["photo_id"], set_={"jpeg": statement.excluded.jpeg}
        )
        rows = [{"photo_id": photo_id, "jpeg": jpeg} for photo_id, jpeg in jpegs.items()]
        with self._lock:
            used = {**self._used, **dict.fromkeys(jpegs, int(self._clock()))}
            self._used = {}
        with writing(self._connected(), self._path, durable=False) as connection:
            connection.execute(statement, rows)
            _note(connection, used)
            self._make_room(connection, kept=jpegs.keys())

    def _make_room(self, connection: Connection, kept: Collection[int]) -> None:
        """Let those go that were not looked at for the longest time; not what was just made."""
        excess = _size_bytes(connection) - self._limit_bytes
        if excess <= 0:
            return
        excess += int(self._limit_bytes * (1 - _ROOM))
        going = []
        for photo_id, size_bytes in connection.execute(_OLDEST):
            if photo_id not in kept:
                going.append(photo_id)
                excess -= size_bytes or 0
            if excess <= 0:
                break
        if going:
            _forget(connection, going)

    def _delete(self, photo_ids: list[int]) -> None:
        with self._lock:
            for photo_id in photo_ids:
                self._used.pop(photo_id, None)
        with writing(self._connected(), self._path, durable=False) as connection:
            _forget(connection, photo_ids)

    def _heal(self, action: Callable[[], _T]) -> _T | None:
        """Do it; where the file is damaged or was deleted, begin a new one and do it there."""
        for attempts_left in reversed(range(_ATTEMPTS)):
            opened = self._opened
            try:
                return action()
            except (KnownError, DatabaseError) as error:
                deleted = opened is not None and _identity(self._path) != opened
                if not attempts_left or not (deleted or _is_damage(error)):
                    raise
                _LOG.warning("the thumbnails were damaged or deleted and are made again: %s", error)
            with self._lock:
                if self._opened == opened:  # else another thread has begun a new one already
                    self._disconnect()
                    self._remove()
        raise AssertionError


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file this is; None where there is none."""
    try:
        status = os.stat(path)  # noqa: PTH116 - before every look, and a third of the time
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _size_bytes(connection: Connection) -> int:
    """How much of the file is in use; told at once, without a look at any row."""
    pages, free, page_bytes = (
        int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * page_bytes


def _note(connection: Connection, used: Mapping[int, int]) -> None:
    """Note when pictures were last looked at; of those that went meanwhile nothing."""
    statement = insert(_USES)
    statement = statement.on_conflict_do_update(
        index_elements=["photo_id"], set_={"used_s": statement.excluded.used_s}
    )
    connection.execute(statement, [{"photo_id": i, "used_s": s} for i, s in used.items()])


def _forget(connection: Connection, photo_ids: Sequence[int]) -> None:
    rows = [{"gone": photo_id} for photo_id in photo_ids]
    for table in (_THUMBNAILS, _USES):
        connection.execute(delete(table).where(table.c.photo_id == bindparam("gone")), rows)


def _is_damage(error: Exception) -> bool:
    """Whether the file itself is at fault (and not a full disk or a lock)."""
    if isinstance(error, DamagedCatalogError):
        return True
    cause = error.__cause__ if isinstance(error, KnownError) else error
    original = getattr(cause, "orig", cause)
    gone = getattr(original, "sqlite_errorname", "") in _GONE
    return gone or (isinstance(cause, OperationalError) and "no such table" in str(original))
