"""Whether a catalog is whole: its pages, its references, its words, its vectors."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, delete, update
from sqlalchemy.exc import DBAPIError

from gallery.catalog import sqlite
from gallery.catalog.shown import show_again
from gallery.catalog.store import in_batches
from gallery.catalog.tables import NOTHING_YET, photos, vectors

_MANY = 20
_DIFFERING = """
    FROM photos LEFT JOIN captions ON captions.id = photos.caption_id
    WHERE photos.caption IS NOT captions.text OR photos.caption_origin IS NOT captions.origin
"""


# A checkpoint's vectors have one size: that of most of them.
_BAD_VECTORS = """
    FROM vectors JOIN (
        SELECT checkpoint, size AS right_size FROM (
            SELECT checkpoint, length(vector) AS size, row_number() OVER (
                PARTITION BY checkpoint ORDER BY count(*) DESC, length(vector) DESC
            ) AS place FROM vectors GROUP BY checkpoint, length(vector)
        ) WHERE place = 1
    ) USING (checkpoint)
    WHERE length(vector) <> right_size OR right_size % 2 <> 0 OR right_size = 0
"""


class Part(StrEnum):
    """What of a catalog can be wrong. Words and vectors are derived, and can be made again."""

    STRUCTURE = "structure"
    REFERENCES = "references"
    WORDS = "words"
    VECTORS = "vectors"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong, told in a line."""

    part: Part
    text: str


def problems_at_rest(connection: Connection) -> list[Problem]:
    """What is wrong, as far as reading tells: all but whether the index holds the right words."""
    if found := _of(Part.STRUCTURE, connection, _structure):
        return found  # nothing that else was found could be relied on
    return [
        *_of(Part.REFERENCES, connection, _references),
        *_of(Part.WORDS, connection, _shown_captions),
        *_of(Part.VECTORS, connection, _vectors),
    ]


def problems_of_words(connection: Connection) -> list[Problem]:
    """Whether the index holds the words of the captions. Needs a writer, though it writes nothing:
    SQLite asks for it.
    """
    return _of(Part.WORDS, connection, _index)


def mend(connection: Connection) -> None:
    """Make again what is derived: shown captions, the index, and vectors that are none.

    Those are removed, so that their photos are due for one.
    """
    differing = connection.exec_driver_sql(f"SELECT photos.id {_DIFFERING}").scalars().all()
    for some in in_batches(differing):
        show_again(connection, some)
    connection.exec_driver_sql("INSERT INTO photo_words (photo_words) VALUES ('rebuild')")
    bad = connection.exec_driver_sql(f"SELECT vectors.id, photo_id {_BAD_VECTORS}").all()
    for rows in in_batches(bad):
        for vector_id, photo_id in rows:
            connection.execute(delete(vectors).where(vectors.c.id == vector_id))
            connection.execute(
                update(photos).where(photos.c.id == photo_id).values(embedded_by=NOTHING_YET)
            )


def _of(
    part: Part, connection: Connection, look: Callable[[Connection], Iterator[str]]
) -> list[Problem]:
    found: list[Problem] = []
    try:
        found.extend(Problem(part, text) for text in look(connection))
    except DBAPIError as error:
        if not isinstance(error.orig, sqlite3.Error) or not sqlite.is_damage(error.orig):
            raise
        found.append(Problem(part, f"{error.orig}"))
    return found


def _structure(connection: Connection) -> Iterator[str]:
    for (text,) in connection.exec_driver_sql(f"PRAGMA integrity_check({_MANY})"):
        if text != "ok":
            yield str(text)


def _references(connection: Connection) -> Iterator[str]:
    for row in connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(_MANY):
        yield f"{row[0]} row {row[1]} points at nothing in {row[2]}"


def _index(connection: Connection) -> Iterator[str]:
    try:
        connection.exec_driver_sql(
            "INSERT INTO photo_words (photo_words, rank) VALUES ('integrity-check', 1)"
        )
    except DBAPIError as error:
        if not isinstance(error.orig, sqlite3.Error) or not sqlite.is_damage(error.orig):
            raise
        yield f"The words differ from the captions: {error.orig}"


def _shown_captions(connection: Connection) -> Iterator[str]:
    """What the photos repeat of their captions."""
    differing = connection.exec_driver_sql(f"SELECT count(*) {_DIFFERING}").scalar_one()
    if differing:
        yield f"{differing:,} photos show another caption than the one that was kept"


def _vectors(connection: Connection) -> Iterator[str]:
    bad = connection.exec_driver_sql(f"SELECT count(*) {_BAD_VECTORS}").scalar_one()
    if bad:
        yield f"{bad:,} vectors are not of the size of their checkpoint's others"
