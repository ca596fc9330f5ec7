"""Thumbnails in a database of their own: nothing in it is worth a backup, all can be made again."""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterable, Mapping
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
    select,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DatabaseError, OperationalError

from gallery.catalog.sqlite import open_engine, reading, writing
from gallery.errors import KnownError

_LOG = logging.getLogger(__name__)
_T = TypeVar("_T")
_AT_ONCE = 500

_METADATA = MetaData()
_THUMBNAILS = Table(
    "thumbnails",
    _METADATA,
    Column("photo_id", Integer, primary_key=True),
    Column("jpeg", LargeBinary, nullable=False),
)
#: The identity of the catalog whose photo ids these are; no row in a file that was just begun.
_CATALOG = Table("catalog", _METADATA, Column("identity", Text, nullable=False))


class ThumbnailDatabase:
    """JPEG bytes by photo id; usable from any thread.

    A file that is damaged or no database is thrown away and begun anew, at opening and later. So
    are the thumbnails of another ``identity``: after an old state of the catalog was put back, the
    same id may be another photo's.
    """

    def __init__(self, path: Path, identity: str = "") -> None:
        self._path, self._identity = path, identity
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        path.parent.mkdir(parents=True, exist_ok=True)
        self._heal(self._connected)

    def get_many(self, photo_ids: Iterable[int]) -> dict[int, bytes]:
        """Return what is there of the thumbnails asked for."""
        wanted = list(photo_ids)
        return self._heal(lambda: self._read(wanted)) or {}

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
        """Close every connection."""
        with self._lock:
            if self._engine is not None:
                self._engine.dispose()
                self._engine = None

    def _connected(self) -> Engine:
        with self._lock:
            if self._engine is None:
                self._engine = open_engine(self._path)
                with writing(self._engine, self._path, durable=False) as connection:
                    _METADATA.create_all(connection)
                    self._disown_others(connection)
            return self._engine

    def _disown_others(self, connection: Connection) -> None:
        if connection.scalar(select(_CATALOG.c.identity)) != self._identity:
            connection.execute(delete(_THUMBNAILS))
            connection.execute(delete(_CATALOG))
            connection.execute(insert(_CATALOG).values(identity=self._identity))

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

    def _read_ids(self) -> set[int]:
        with reading(self._connected(), self._path) as connection:
            return set(connection.execute(select(_THUMBNAILS.c.photo_id)).scalars())

    def _write(self, jpegs: Mapping[int, bytes]) -> None:
        statement = insert(_THUMBNAILS)
        statement = statement.on_conflict_do_update(
            index_elements=["photo_id"], set_={"jpeg": statement.excluded.jpeg}
        )
        rows = [{"photo_id": photo_id, "jpeg": jpeg} for photo_id, jpeg in jpegs.items()]
        with writing(self._connected(), self._path, durable=False) as connection:
            connection.execute(statement, rows)

    def _delete(self, photo_ids: list[int]) -> None:
        statement = delete(_THUMBNAILS).where(_THUMBNAILS.c.photo_id == bindparam("gone"))
        with writing(self._connected(), self._path, durable=False) as connection:
            connection.execute(statement, [{"gone": photo_id} for photo_id in photo_ids])

    def _heal(self, action: Callable[[], _T]) -> _T | None:
        """Do it; where the file turns out to be damaged, begin a new one and do it there."""
        try:
            return action()
        except (KnownError, DatabaseError) as error:
            if not _is_damage(error):
                raise
            _LOG.warning("the thumbnails were damaged and are made again: %s", error)
        self.close()
        for suffix in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                self._path.with_name(self._path.name + suffix).unlink()
        return action()


def _is_damage(error: Exception) -> bool:
    """Whether the file itself is at fault (and not a full disk or a lock)."""
    cause = error.__cause__ if isinstance(error, KnownError) else error
    original = getattr(cause, "orig", cause)
    name = str(getattr(original, "sqlite_errorname", ""))
    lacks_table = isinstance(cause, OperationalError) and "no such table" in str(original)
    return lacks_table or name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB"))
