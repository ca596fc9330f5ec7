"""What is SQLite's own: connections and pragmas, full text, what its errors mean to a person."""

import sqlite3
import traceback
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import CompoundSelect, Connection, Engine, Select, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from gallery.catalog.backup_files import way_back
from gallery.errors import CatalogError, DamagedCatalogError

#: How long a writer waits for another program's transaction.
BUSY_TIMEOUT_MS = 30_000

#: More than there can be.
EVERY = 2**62

#: "PhNa", in the file's header.
_APPLICATION_ID = 0x50684E61

#: Of SQLite's machine, between two looks whether a copy is still wanted: about a millisecond.
_STEPS_BETWEEN_LOOKS = 100_000

#: Around the words of ``marked``; no text that people read has these characters.
MARKS = ("\x02", "\x03")

_BEGIN = "photo_narrator_begin"
# Both synchronous levels survive the end of the program; FULL survives a power cut too. The level
# cannot change within a transaction, hence before it.
_READ = ("BEGIN",)
_WRITE = ("PRAGMA synchronous = NORMAL", "BEGIN IMMEDIATE")
_WRITE_DURABLY = ("PRAGMA synchronous = FULL", "BEGIN IMMEDIATE")

_BUSY = (
    "Another program is using the catalog {path} and did not finish in time.",
    "Wait until it is done, or close it, then try again.",
)
_FULL = (
    "There is no room left on the disk for the catalog {path}.",
    "Free some space, then try again. Nothing that was stored is lost.",
)
_NOT_WRITABLE = (
    "The catalog {path} cannot be written.",
    "Check that the folder exists and that you may write there, or name another with --catalog.",
)
_NOT_A_CATALOG = "The file {path} is not a catalog, or it is damaged."
_DAMAGE = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
# What has no code of its own. (A catalog of this version has every column that is asked for.)
_DAMAGED_TEXTS = ("Could not decode to UTF-8", "unsupported file format", "no such column")
_MEANINGS = {
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _NOT_WRITABLE,
    sqlite3.SQLITE_CANTOPEN: _NOT_WRITABLE,
    sqlite3.SQLITE_PERM: _NOT_WRITABLE,
    sqlite3.SQLITE_IOERR: _NOT_WRITABLE,
}


def open_engine(path: Path) -> Engine:
    """Connections to the file, usable from any thread; opens none yet."""
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=-1,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own idea of when to begin a transaction leaves out SELECT and DDL: not used.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA cache_size = -16384")
    connection.execute("PRAGMA journal_size_limit = 67108864")


def _begin(connection: Connection) -> None:
    for statement in connection.get_execution_options().get(_BEGIN, _READ):
        connection.exec_driver_sql(statement)


@contextmanager
def reading(engine: Engine, path: Path) -> Iterator[Connection]:
    """A transaction that sees one state of the catalog from its first read to its end."""
    with in_plain_words(path), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine, path: Path, *, durable: bool) -> Iterator[Connection]:
    """A transaction that has the right to write from its beginning; all of it or nothing."""
    begin = _WRITE_DURABLY if durable else _WRITE
    with in_plain_words(path), engine.connect() as plain:
        connection = plain.execution_options(**{_BEGIN: begin})
        with connection.begin():
            yield connection


@contextmanager
def in_plain_words(path: Path) -> Iterator[None]:
    """Turn SQLite's complaints about the world into ``KnownError``; let bugs pass."""
    try:
        yield
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.Error):
            _tell(error.orig, path)
        raise
    except sqlite3.Error as error:
        _tell(error, path)
        raise
    except (ValueError, TypeError) as error:
        if _is_of_a_stored_value(error):
            raise damaged(path) from error
        raise


def _is_of_a_stored_value(error: Exception) -> bool:
    """Whether what was read is of no form that is ever stored: a date of zeros, a broken letter.

    SQLite does not notice it, for its pages are whole.
    """
    if isinstance(error, UnicodeDecodeError):
        return True
    *_, (frame, _line) = traceback.walk_tb(error.__traceback__)
    return str(frame.f_globals.get("__name__")).startswith("sqlalchemy.")


def _tell(error: sqlite3.Error, path: Path) -> None:
    code = getattr(error, "sqlite_errorcode", None)
    # The low byte is the kind; the rest says more than a person needs.
    kind = None if code is None else code & 0xFF
    if kind in _DAMAGE or str(error).startswith(_DAMAGED_TEXTS):
        raise damaged(path) from error
    meaning = None if kind is None else _MEANINGS.get(kind)
    if meaning:
        message, hint = meaning
        raise CatalogError(message.format(path=path), hint) from error


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself is at fault, and not a full disk or a lock."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _DAMAGE


def damaged(path: Path) -> DamagedCatalogError:
    """The file is damaged; the hint names the way back where there are backups."""
    return DamagedCatalogError(path, _NOT_A_CATALOG.format(path=path), way_back(path))


def data_version(connection: sqlite3.Connection) -> int:
    """A number that changes when any other connection, here or elsewhere, has committed."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


def open_watch(path: Path) -> sqlite3.Connection:
    """A connection that never writes, for ``data_version``."""
    connection = sqlite3.connect(path, check_same_thread=False)
    _prepare(connection, None)
    return connection


def schema_version(connection: Connection) -> int:
    """The number of the last migration step that was run; 0 for an empty file."""
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def is_foreign(connection: Connection) -> bool:
    """Whether the file has contents but was not made by this program."""
    mark = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
    tables = connection.exec_driver_sql("SELECT count(*) FROM sqlite_schema").scalar_one()
    return bool(tables) and mark != _APPLICATION_ID


def note_step(connection: Connection, number: int, title: str) -> None:
    """Note that a migration step was run, in the same transaction as the step."""
    connection.exec_driver_sql(
        "CREATE TABLE IF NOT EXISTS migrations"
        " (number INTEGER PRIMARY KEY, title TEXT NOT NULL, applied_at TEXT NOT NULL)"
    )
    connection.exec_driver_sql(
        "INSERT INTO migrations VALUES (?, ?, strftime('%Y-%m-%dT%H:%M:%SZ'))", (number, title)
    )
    connection.exec_driver_sql(f"PRAGMA application_id = {_APPLICATION_ID:d}")
    connection.exec_driver_sql(f"PRAGMA user_version = {number:d}")


def copy_to(engine: Engine, target: Path, stopped: Callable[[], bool]) -> None:
    """Write a complete, compact copy of one state of the catalog to a new file.

    Nobody waits for it: it reads, and in WAL mode others write meanwhile. What cannot be read fails
    it, so that no damage is copied. Raises SQLite's own errors; once ``stopped`` says so, one with
    the code ``SQLITE_INTERRUPT``.
    """
    with engine.connect() as connection:
        # On the driver's connection: SQLAlchemy would begin a transaction, which VACUUM forbids.
        own = connection.connection.driver_connection
        assert isinstance(own, sqlite3.Connection)
        own.set_progress_handler(stopped, _STEPS_BETWEEN_LOOKS)
        try:
            own.execute("VACUUM INTO ?", (str(target),)).close()
        finally:
            own.set_progress_handler(None, 0)


def settle(engine: Engine, path: Path) -> None:
    """Bring what is in the WAL into the file, as far as that can be done while others use it.

    Now and not at closing: the file's time then tells whether something was stored since.
    """
    with in_plain_words(path), engine.connect() as connection, suppress(sqlite3.OperationalError):
        own = connection.connection.driver_connection
        assert isinstance(own, sqlite3.Connection)
        own.execute("PRAGMA wal_checkpoint(PASSIVE)").close()


def not_a_catalog(path: Path) -> CatalogError:
    """The file is there but is something else."""
    hint = "Move it away to start with a new one, or name another with --catalog."
    return CatalogError(_NOT_A_CATALOG.format(path=path), hint)


def ids_of(connection: Connection, query: Select[int] | CompoundSelect[int]) -> "array[int]":
    """The only column of a query as 64 bit integers, without a row object for each."""
    compiled = query.compile(connection, compile_kwargs={"literal_binds": True})
    return _ids(connection, str(compiled), ())


def plain_rows(
    connection: Connection, query: Select[Any] | str, parameters: tuple[Any, ...] = ()
) -> Iterator[tuple[Any, ...]]:
    """The rows as the driver gives them, for many of them: SQLAlchemy takes as long again."""
    if not isinstance(query, str):
        query = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
    cursor = connection.connection.cursor()
    try:
        cursor.execute(query, parameters)
        yield from cursor  # type: ignore[misc]
    finally:
        cursor.close()


def _ids(connection: Connection, statement: str, parameters: tuple[Any, ...]) -> "array[int]":
    """The ids as one text, which takes a fifth of the time that as many rows take.

    ``group_concat`` keeps the order: SQLite leaves an inner ORDER BY out only for aggregates that
    cannot tell (count, min, max).
    """
    cursor = connection.connection.cursor()
    try:
        cursor.execute(
            f"WITH found (id) AS ({statement}) SELECT group_concat(id) FROM found",  # noqa: S608
            parameters,
        )
        (text_of_ids,) = cursor.fetchone()  # type: ignore[misc]
        # numpy reads numbers from a text in a sixth of the time that int() takes
        ids = array("q")
        ids.frombytes(np.fromstring(text_of_ids or "", np.int64, sep=",").tobytes())
        return ids
    finally:
        cursor.close()


def of_stems(connection: Connection, stems: Sequence[bytes]) -> Sequence[tuple[Any, ...]]:
    """Id, path, missing and shown_with of the photos whose path is a stem and a full stop and more.

    By the index on paths: these are behind "stem." and before "stem/", the next character.
    """
    if not stems:
        return []
    cursor = connection.connection.cursor()
    try:
        cursor.execute(
            f"WITH stems (first, behind) AS (VALUES {', '.join(['(?, ?)'] * len(stems))})"  # noqa: S608
            " SELECT p.id, p.path, p.missing, p.shown_with FROM stems CROSS JOIN photos AS p"
            " ON p.path >= first AND p.path < behind",
            [bound for stem in stems for bound in (stem + b".", stem + b"/")],
        )
        return cursor.fetchall()
    finally:
        cursor.close()


def last_number(connection: Connection, table: str) -> int:
    """The last id that a table with AUTOINCREMENT gave; such an id is never given again."""
    found = connection.exec_driver_sql(
        "SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)
    ).scalar()
    return int(found or 0)


def matching(connection: Connection, expression: str, limit: int) -> "array[int]":
    """Photo ids whose words match an FTS5 expression, newest rows first, not ranked.

    Ranking by bm25 needs the whole posting list of each word, which takes long for a common one.
    """
    if limit >= EVERY:  # oldest first is quicker for FTS5, by half for a phrase
        statement = f"SELECT rowid FROM photo_words WHERE photo_words MATCH ?{_listed(connection)}"  # noqa: S608
        return _ids(connection, statement, (expression,))[::-1]
    return _ids(
        connection,
        "SELECT rowid FROM photo_words WHERE photo_words MATCH ?"  # noqa: S608
        f"{_listed(connection)} ORDER BY rowid DESC LIMIT ?",
        (expression, limit),
    )


def _listed(connection: Connection) -> str:
    """What keeps out the photos that no list shows; nothing where there are none."""
    some = (
        "SELECT id FROM photos WHERE shown_with IS NOT NULL"
        " UNION ALL SELECT id FROM photos WHERE left_out = 1"
    )
    there = connection.exec_driver_sql(f"{some} LIMIT 1").first()
    return f" AND rowid NOT IN ({some})" if there else ""


def marked(connection: Connection, expression: str, ids: str) -> list[tuple[Any, ...]]:
    """Of these photos (a JSON list of ids) those that match: id, and its columns of words.

    What matches stands between ``MARKS``, as FTS5's ``highlight`` puts them.
    """
    columns = ", ".join(f"highlight(photo_words, {place}, :begin, :end)" for place in range(3))
    found = connection.execute(
        text(
            f"SELECT photo_words.rowid, {columns} FROM json_each(:ids) AS wanted"  # noqa: S608
            " CROSS JOIN photo_words ON photo_words.rowid = wanted.value"
            " WHERE photo_words MATCH :words"
        ),
        {"words": expression, "ids": ids, "begin": MARKS[0], "end": MARKS[1]},
    )
    return [tuple(row) for row in found]
