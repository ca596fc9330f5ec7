"""Many photos at once, with what is known of them: the words are indexed once, not row by row."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, func, select

from engine.protocol import CheckpointRef
from gallery.catalog.moments import place_in_time
from gallery.catalog.store import Store, in_batches, new_checkpoint_key, now
from gallery.catalog.tables import captions, facts, photos, roots, vectors
from gallery.domain import Origin

_SETTINGS = "imported"


@dataclass(frozen=True, slots=True)
class ImportedPhoto:
    """A photo that is known already: its file, its header, and what a describer set said of it.

    ``path``: its full path as ``os.fsencode`` gives it. ``vector``: a float16 unit vector.
    """

    path: bytes
    size_bytes: int
    mtime_ns: int
    taken_at: datetime
    fingerprint: bytes
    caption: str
    vector: bytes
    format: str = "JPEG"
    width_px: int = 4000
    height_px: int = 3000
    by_person: bool = False
    camera: str | None = None
    rating: int | None = None


class Importing(Store):
    """The fast way in for a collection that was described elsewhere."""

    def import_photos(
        self,
        folder_id: int,
        items: Iterable[ImportedPhoto],
        *,
        captioner: CheckpointRef,
        matcher: CheckpointRef,
    ) -> int:
        """Add new photos of a folder in one transaction, all or none; returns how many.

        Triggers that keep the full text would take most of the time: they are put aside, and the
        full text is built anew at the end. Raises ``ValueError`` for a folder that is not there.
        """
        with self._writing() as connection:
            if connection.scalar(select(roots.c.id).where(roots.c.id == folder_id)) is None:
                raise ValueError(f"there is no folder {folder_id}")
            rows = _Rows(
                folder_id,
                new_checkpoint_key(connection, captioner),
                new_checkpoint_key(connection, matcher),
                first_photo=_next(connection, photos),
                first_caption=_next(connection, captions),
            )
            with _words_put_aside(connection):
                for batch in in_batches(items):
                    rows.add(connection, batch)
        return rows.count


class _Rows:
    """The rows of four tables, numbered here so that a caption can name its photo and be named."""

    def __init__(
        self, folder_id: int, captioner: int, matcher: int, *, first_photo: int, first_caption: int
    ) -> None:
        self.count = 0
        self._folder_id, self._captioner, self._matcher = folder_id, captioner, matcher
        self._first_photo, self._first_caption = first_photo, first_caption
        self._at = now().isoformat(" ", "microseconds")

    def add(self, connection: Connection, items: Sequence[ImportedPhoto]) -> None:
        first = self._first_photo + self.count
        numbered = list(enumerate(items, first))
        offset = self._first_caption - self._first_photo
        _put(connection, _PHOTOS, (self._photo(i, i + offset, item) for i, item in numbered))
        _put(connection, _CAPTIONS, (self._caption(i + offset, i, item) for i, item in numbered))
        _put(connection, _VECTORS, ((i, self._matcher, item.vector) for i, item in numbered))
        told = ((i, item.camera, item.rating) for i, item in numbered if item.camera or item.rating)
        _put(connection, _FACTS, told)
        self.count += len(items)

    def _photo(self, photo_id: int, caption_id: int, item: ImportedPhoto) -> tuple[Any, ...]:
        place = place_in_time(item.taken_at)
        name = os.path.basename(item.path).decode("utf-8", "replace")  # noqa: PTH119 - bytes
        return (
            photo_id, self._folder_id, item.path, name, item.size_bytes, item.mtime_ns,
            place["sort_at_us"], place["month"], 1, 0, self._captioner, self._matcher,
            item.fingerprint, item.format, item.width_px, item.height_px,
            item.taken_at.isoformat(" ", "microseconds"), "exif", caption_id, item.caption,
            _origin(item), 0, 0,
        )  # fmt: skip

    def _caption(self, caption_id: int, photo_id: int, item: ImportedPhoto) -> tuple[Any, ...]:
        checkpoint = None if item.by_person else self._captioner
        settings = None if item.by_person else _SETTINGS
        return (
            caption_id, photo_id, item.caption, _origin(item), "en", checkpoint, settings, 0,
            self._at,
        )  # fmt: skip


def _origin(item: ImportedPhoto) -> str:
    return (Origin.PERSON if item.by_person else Origin.MODEL).value


def _next(connection: Connection, table: Table) -> int:
    return int(connection.scalar(select(func.coalesce(func.max(table.c.id), 0))) or 0) + 1


def _put(connection: Connection, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
    if values := list(rows):
        connection.exec_driver_sql(statement, values)


def _into(table: Table, *names: str) -> str:
    """An INSERT for plain tuples: types are SQLite's own already, nothing is to be converted."""
    holes = ", ".join("?" * len(names))
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({holes})"  # noqa: S608 - own names


_PHOTOS = _into(
    photos, "id", "root_id", "path", "name", "size_bytes", "mtime_ns", "sort_at_us", "month",
    "examined", "missing", "captioned_by", "embedded_by", "fingerprint", "format", "width_px",
    "height_px", "taken_at", "taken_source", "caption_id", "caption", "caption_origin",
    "sidecar_ns", "caption_doubted",
)  # fmt: skip
_CAPTIONS = _into(
    captions, "id", "photo_id", "text", "origin", "language", "checkpoint", "settings", "unsure",
    "created_at",
)  # fmt: skip
_VECTORS = _into(vectors, "photo_id", "checkpoint", "vector")
_FACTS = _into(facts, "photo_id", "camera", "rating")


@contextmanager
def _words_put_aside(connection: Connection) -> Iterator[None]:
    """Without the triggers of the full text; afterwards they are back and it is built anew."""
    triggers = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'photos'"
    ).all()
    for trigger in triggers:
        connection.exec_driver_sql(f"DROP TRIGGER {trigger.name}")
    yield
    for trigger in triggers:
        connection.exec_driver_sql(trigger.sql)
    connection.exec_driver_sql("INSERT INTO photo_words (photo_words) VALUES ('rebuild')")
