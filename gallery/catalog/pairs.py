"""Files that are one photo: a RAW stands behind the JPEG (or HEIC) that its camera wrote beside it.

A pair is of one folder and one stem: ``IMG_1.CR2`` and ``IMG_1.JPG``. It is looked for in the same
transaction in which files are added, move, vanish or come back, and only among their own stems: an
index tells what else has a stem, and nothing else is read.
"""

import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, delete, func, select

from engine.images import RAW_SUFFIXES
from gallery.catalog import sqlite
from gallery.catalog.captioning import say
from gallery.catalog.shown import show_again
from gallery.catalog.store import Store, in_batches, set_each
from gallery.catalog.tables import (
    HIDDEN_IDS,
    NOTHING_YET,
    captions,
    photos,
    vectors,
)
from gallery.domain import Counts, Origin

_RAW = frozenset(os.fsencode(suffix) for suffix in RAW_SUFFIXES)
# What cameras and phones write beside a RAW; the first that is there stands for it.
_STANDS_FOR_IT = (b".jpg", b".jpeg", b".jpe", b".jfif", b".heic", b".heif", b".hif")


@dataclass(frozen=True, slots=True)
class _File:
    """A photo as far as pairs go."""

    id: int
    path: bytes
    missing: bool
    shown_with: int | None


class Pairs(Store):
    """What is shown with photos."""

    def beside(self, photo_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
        """The names of the files that these photos stand for, and which are there."""
        found: defaultdict[int, list[str]] = defaultdict(list)
        with self._reading() as connection:
            for batch in in_batches(photo_ids):
                for photo_id, name in connection.execute(_names_beside(batch)):
                    found[photo_id].append(name)
        return {photo_id: tuple(names) for photo_id, names in found.items()}


def names_beside(connection: Connection, photo_id: int) -> tuple[str, ...]:
    """The names of the files that this photo stands for, and which are there."""
    return tuple(name for _, name in connection.execute(_names_beside([photo_id])))


def _names_beside(photo_ids: Sequence[int]) -> Select[Any]:
    query = select(photos.c.shown_with, photos.c.name)
    return query.where(photos.c.shown_with.in_(photo_ids), ~photos.c.missing).order_by(
        photos.c.shown_with, photos.c.name
    )


def pair_again(connection: Connection, paths: Iterable[bytes]) -> None:
    """Find out anew which photo stands for which, among the files that share a stem with these."""
    stems = {
        stem for stem, suffix in map(_split, paths) if suffix in _RAW or suffix in _STANDS_FOR_IT
    }
    changes: dict[int, int | None] = {}
    for batch in in_batches(stems):
        groups: defaultdict[bytes, list[_File]] = defaultdict(list)
        for row in sqlite.of_stems(connection, batch):
            groups[_split(row[1])[0]].append(_File(*row))
        for stem in batch:
            changes.update(_changes(groups.get(stem, ())))
    set_each(connection, ({"of_photo": i, "shown_with": s} for i, s in changes.items()))
    _leave_to(connection, {i: s for i, s in changes.items() if s is not None})


def pair_again_where(connection: Connection, photo_ids: Sequence[int]) -> None:
    """The same for the files of these photos."""
    query = select(photos.c.path).where(photos.c.id.in_(photo_ids))
    pair_again(connection, list(connection.scalars(query)))


def hidden_counts(connection: Connection, folder_id: int | None) -> Counts:
    """How those that no list shows stand."""
    query = select(
        func.count(),
        func.count(photos.c.caption_id),
        func.count(func.nullif(photos.c.embedded_by, NOTHING_YET)),
        func.count(photos.c.failure_reason),
        func.count(func.nullif(photos.c.missing, False)),
        func.count(func.nullif(photos.c.caption_origin == Origin.PERSON.value, False)),
        func.count(func.nullif(photos.c.caption_doubted, False)),
    ).where(photos.c.id.in_(HIDDEN_IDS))
    if folder_id is not None:
        of_root = photos.c.root_id + 0
        query = query.where(of_root == folder_id)
    return Counts(*connection.execute(query).one())


def _split(path: bytes) -> tuple[bytes, bytes]:
    """A path without its suffix, and the suffix in lower case with its full stop."""
    stem, suffix = os.path.splitext(path)  # noqa: PTH122 - of bytes
    return stem, suffix.lower()


def _changes(group: Sequence[_File]) -> dict[int, int | None]:
    standing = [
        (_STANDS_FOR_IT.index(suffix), row.id)
        for row in group
        if (suffix := _split(row.path)[1]) in _STANDS_FOR_IT and not row.missing
    ]
    shown = min(standing)[1] if standing else None
    wanted = {row.id: shown if _split(row.path)[1] in _RAW else None for row in group}
    return {row.id: wanted[row.id] for row in group if wanted[row.id] != row.shown_with}


def _leave_to(connection: Connection, shown_with: dict[int, int]) -> None:
    """What was said of these is for the photos that are shown now to say.

    Their vectors go, so that no search finds them; a person's words go over where nobody spoke.
    """
    for batch in in_batches(shown_with):
        connection.execute(delete(vectors).where(vectors.c.photo_id.in_(batch)))
        set_each(connection, ({"of_photo": i, "embedded_by": NOTHING_YET} for i in batch))
        spoken = select(captions.c.photo_id, captions.c.text, captions.c.language).where(
            captions.c.photo_id.in_([*batch, *(shown_with[i] for i in batch)]),
            captions.c.origin == Origin.PERSON.value,
            captions.c.withdrawn_at.is_(None),
        )
        said = {row.photo_id: row for row in connection.execute(spoken)}
        heirs = [i for i in batch if i in said and shown_with[i] not in said]
        for i in heirs:
            row = said[i]
            say(connection, shown_with[i], row.text, Origin.PERSON, row.language)
        show_again(connection, [shown_with[i] for i in heirs])
