"""The catalog: open it, read it, write it. See the parts for what each can do."""

import sqlite3
import threading
from pathlib import Path

from filelock import ReadWriteLock
from sqlalchemy import Engine, select

from gallery.catalog import sqlite
from gallery.catalog.albums import Albums
from gallery.catalog.alternates import Alternates
from gallery.catalog.backups import BackingUp
from gallery.catalog.browsing import Browsing
from gallery.catalog.captioning import Captioning
from gallery.catalog.checking import Checking
from gallery.catalog.conditions import Matching
from gallery.catalog.describing import Describing
from gallery.catalog.examined import Examined
from gallery.catalog.files import Files
from gallery.catalog.finding import Finding
from gallery.catalog.folders import Folders
from gallery.catalog.importing import Importing
from gallery.catalog.integrity import Part, Problem, mend, problems_at_rest, problems_of_words
from gallery.catalog.leaving_out import LeavingOut
from gallery.catalog.lock import alone, take_part
from gallery.catalog.matched_words import MatchedWords
from gallery.catalog.migrating import bring_up_to_date
from gallery.catalog.pairs import Pairs
from gallery.catalog.purging import Purging
from gallery.catalog.rating import Ratings
from gallery.catalog.reviewing import Reviewing
from gallery.catalog.saved_searches import SavedSearches
from gallery.catalog.shots import ShotTable
from gallery.catalog.tables import identity
from gallery.catalog.vocabulary import Vocabulary


class Catalog(
    Folders,
    LeavingOut,
    Purging,
    Files,
    Pairs,
    Examined,
    Describing,
    Captioning,
    Alternates,
    Checking,
    Browsing,
    Finding,
    MatchedWords,
    Matching,
    Vocabulary,
    BackingUp,
    Importing,
    Albums,
    SavedSearches,
    ShotTable,
    Ratings,
    Reviewing,
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
        self._in_use: ReadWriteLock | None = None

    @classmethod
    def open(cls, path: Path) -> "Catalog":
        """Open a catalog; create it, or bring an older one up to date (a copy is kept).

        Raises ``KnownError`` for a catalog of a newer version and for what is no catalog.
        """
        path = path.absolute()
        with alone(path):
            in_use = take_part(path)
            engine = sqlite.open_engine(path)
            try:
                bring_up_to_date(engine, path)
            except BaseException:
                engine.dispose()
                in_use.close()
                raise
        catalog = cls(engine, path)
        catalog._in_use = in_use
        return catalog

    def close(self) -> None:
        """Close every connection. Nothing may be asked of the catalog behind this."""
        with self._watch_lock:
            if self._watch is not None:
                self._watch.close()
                self._watch = None
        self._engine.dispose()
        if self._in_use is not None:
            self._in_use.close()

    def version_token(self) -> int:
        """A number that changes whenever anything was written, here or by another program."""
        with self._watch_lock, sqlite.in_plain_words(self._path):
            if self._watch is None:
                self._watch = sqlite.open_watch(self._path)
            return sqlite.data_version(self._watch)

    def identity(self) -> str:
        """What tells this catalog, and this course of it, from every other; see schema 4."""
        with self._reading() as connection:
            return str(connection.execute(select(identity.c.token)).scalar_one())

    def check(self) -> list[Problem]:
        """What is wrong with the catalog; empty: nothing. Writers wait for the last part of it."""
        with self._reading() as connection:
            found = problems_at_rest(connection)
        if not any(problem.part is Part.STRUCTURE for problem in found):
            with self._writing() as connection:
                found += problems_of_words(connection)
        return found

    def mend(self) -> None:
        """Make again what is derived: the index of words, and vectors that are none."""
        with self._writing(durable=True) as connection:
            mend(connection)
