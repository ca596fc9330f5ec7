"""What every part of the catalog stands on: transactions, the write lock, rows as dataclasses."""

import os
import threading
from array import array
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import Connection, Engine, Row, bindparam, func, select, update

from engine.protocol import CheckpointRef, Reason
from gallery.catalog import sqlite
from gallery.catalog.tables import HIDDEN_IDS, UNKNOWN, captions, checkpoints, facts, photos
from gallery.domain import Caption, Failure, Origin, Photo

_Item = TypeVar("_Item")
#: A row whose columns the reader knows.
AnyRow: TypeAlias = Row[*tuple[Any, ...]]

_FORMER = b"\0"
#: How many rows one statement asks for or writes at most.
BATCH = 1_000


class Store:
    """Transactions on one catalog file, from any thread, one writer at a time."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self._engine = engine
        self._path = path
        # SQLite makes writers wait too, but by sleeping and asking again; a lock is fair and quick.
        self._write_lock = threading.Lock()
        self._adopted: set[object] = set()

    @property
    def path(self) -> Path:
        """Where the catalog lies."""
        return self._path

    def _reading(self) -> AbstractContextManager[Connection]:
        return sqlite.reading(self._engine, self._path)

    @contextmanager
    def _writing(self, *, durable: bool = False) -> Iterator[Connection]:
        with (
            self._write_lock,
            sqlite.writing(self._engine, self._path, durable=durable) as connection,
        ):
            yield connection


def in_batches(items: Iterable[_Item], size: int = BATCH) -> Iterator[list[_Item]]:
    """Cut into lists of at most ``size``."""
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch


def set_each(connection: Connection, rows: Iterable[dict[str, Any]]) -> None:
    """Update photos by ``of_photo``; every row has the same keys."""
    values = list(rows)
    if values:
        connection.execute(update(photos).where(photos.c.id == bindparam("of_photo")), values)


def now() -> datetime:
    """The time as the catalog keeps it: UTC, without saying so."""
    return datetime.now(UTC).replace(tzinfo=None)


def checkpoint_key(connection: Connection, reference: CheckpointRef) -> int:
    """The number of a checkpoint at its revision; ``UNKNOWN`` where nothing here is by it."""
    found = connection.scalar(
        select(checkpoints.c.id).where(
            checkpoints.c.name == reference.id, checkpoints.c.revision == reference.revision
        )
    )
    return UNKNOWN if found is None else int(found)


def new_checkpoint_key(connection: Connection, reference: CheckpointRef) -> int:
    """The number of a checkpoint at its revision, given now if it has none. Needs a writer."""
    known = checkpoint_key(connection, reference)
    if known != UNKNOWN:
        return known
    added = connection.execute(
        checkpoints.insert().values(name=reference.id, revision=reference.revision)
    )
    assert added.inserted_primary_key is not None
    return int(added.inserted_primary_key[0])


def hidden_ids(connection: Connection) -> "array[int]":
    """The ids of all photos that no list shows; mostly none, which is known at once."""
    return sqlite.ids_of(connection, HIDDEN_IDS)


CAPTION_COLUMNS = (
    captions.c.id.label("shown_id"),
    captions.c.text,
    captions.c.origin,
    captions.c.language,
    checkpoints.c.name.label("checkpoint_name"),
    checkpoints.c.revision,
    captions.c.settings,
    captions.c.score,
    captions.c.unsure,
    captions.c.created_at,
)

#: Stars: a person's, else the file's. Needs ``facts`` in the query.
RATING = func.coalesce(photos.c.rating, facts.c.rating)

PHOTO_QUERY = select(
    photos.c.id,
    photos.c.root_id,
    photos.c.path,
    photos.c.size_bytes,
    photos.c.width_px,
    photos.c.height_px,
    photos.c.taken_at,
    photos.c.taken_source,
    photos.c.missing,
    photos.c.failure_reason,
    photos.c.failure_detail,
    photos.c.caption_doubted,
    RATING.label("stars"),
    *CAPTION_COLUMNS,
).select_from(
    photos.outerjoin(captions, captions.c.id == photos.c.caption_id)
    .outerjoin(checkpoints, checkpoints.c.id == captions.c.checkpoint)
    .outerjoin(facts, facts.c.photo_id == photos.c.id)
)


def photo_of(row: AnyRow) -> Photo:
    """A row of ``PHOTO_QUERY`` as a photo."""
    failure = None
    if row.failure_reason is not None:
        failure = Failure(Reason(row.failure_reason), row.failure_detail or "")
    return Photo(
        id=row.id,
        folder_id=row.root_id,
        path=path_of(row.path),
        size_bytes=row.size_bytes,
        width_px=row.width_px,
        height_px=row.height_px,
        taken_at=row.taken_at,
        taken_source=row.taken_source,
        missing=row.missing,
        caption=None if row.shown_id is None else caption_of(row, row.id),
        failure=failure,
        caption_doubted=row.caption_doubted,
        rating=row.stars,
    )


def caption_of(row: AnyRow, photo_id: int) -> Caption:
    """The ``CAPTION_COLUMNS`` of a row as a caption."""
    return Caption(
        id=row.shown_id,
        photo_id=photo_id,
        text=row.text,
        origin=Origin(row.origin),
        language=row.language,
        checkpoint_id=row.checkpoint_name,
        revision=row.revision,
        settings=row.settings,
        score=row.score,
        unsure=row.unsure,
        created_at=row.created_at.replace(tzinfo=UTC),
    )


def path_of(stored: bytes) -> Path:
    """A path from its bytes, whatever encoding its name has."""
    return Path(os.fsdecode(stored.partition(_FORMER)[0]))


def former_path(path: bytes, photo_id: int) -> bytes:
    """How a photo keeps the path at which another one is now: no file can have this name."""
    return b"%b%b%d" % (path, _FORMER, photo_id)
