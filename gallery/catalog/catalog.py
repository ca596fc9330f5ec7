"""The catalog: open it, read it, write it. See the parts for what each can do."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import Timeout
from sqlalchemy import Engine

from gallery.catalog import sqlite
from gallery.catalog.alternates import Alternates
from gallery.catalog.browsing import Browsing
from gallery.catalog.captioning import Captioning
from gallery.catalog.checking import Checking
from gallery.catalog.conditions import Matching
from gallery.catalog.describing import Describing
from gallery.catalog.examined import Examined
from gallery.catalog.files import Files
from gallery.catalog.finding import Finding
from gallery.catalog.folders import Folders
from gallery.catalog.lock import opening_lock
from gallery.catalog.migrating import bring_up_to_date
from gallery.errors import KnownError

_OPENING_TIMEOUT_S = 120.0


class Catalog(
    Folders,
    Files,
    Examined,
    Describing,
    Captioning,
    Alternates,
    Checking,
    Browsing,
    Finding,
    Matching,
):
    """What is known about the photos, in one SQLite file.

    Every call is a transaction of its own, may come from any thread, and gives plain values.
    Several programs may have the same catalog open; of those that write at once, one waits.
    Raises ``KnownError`` in all calls where the disk is full, the file cannot be written, is
    damaged, or another program does not let go of it.
    """

    def __init__(self, engine: Engine, path: Path) -> None:
        super().__init__(engine, path)
        self._watch: sqlite3.Connection | None = None
        self._watch_lock = threading.Lock()

    @classmethod
    def open(cls, path: Path) -> "Catalog":
        """Open a catalog; create it, or bring an older one up to date (a copy is kept).

        Raises ``KnownError`` for a catalog of a newer version and for what is no catalog.
        """
        path = path.absolute()
        with _alone(path):
            engine = sqlite.open_engine(path)
            try:
                bring_up_to_date(engine, path)
            except BaseException:
                engine.dispose()
                raise
        return cls(engine, path)

    def close(self) -> None:
        """Close every connection. Nothing may be asked of the catalog behind this."""
        with self._watch_lock:
            if self._watch is not None:
                self._watch.close()
                self._watch = None
        self._engine.dispose()

    def version_token(self) -> int:
        """A number that changes whenever anything was written, here or by another program."""
        with self._watch_lock, sqlite.in_plain_words(self._path):
            if self._watch is None:
                self._watch = sqlite.open_watch(self._path)
            return sqlite.data_version(self._watch)

    def check(self) -> list[str]:
        """What is wrong with the catalog (structure, references, words); empty: nothing."""
        with self._writing() as connection:
            return sqlite.check(connection)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """No other program opens the catalog meanwhile: two may not create or migrate it at once."""
    lock = opening_lock(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=_OPENING_TIMEOUT_S)
    except Timeout as error:
        raise KnownError(
            f"Another program has been opening the catalog {path} for a long time.",
            "Wait until it is done, or close it, then try again.",
        ) from error
    except OSError as error:
        raise KnownError(
            f"Nothing can be written in {path.parent}, where the catalog is to lie:"
            f" {error.strerror or error}.",
            "Check the folder, or name another place with --catalog.",
        ) from error
    try:
        yield
    finally:
        lock.release()
