"""The words that can be searched for, for completing what is typed: read as a whole, and rarely.

The full text knows stems ("happi", "mountain"), which nobody types. So for each of its most
frequent stems a few of the places where it stands are looked up, and the commonest word there is
taken ("happy", "mountains").
"""

import os
import re
import sqlite3
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing

from gallery.catalog import sqlite
from gallery.catalog.store import Store, path_of
from gallery.domain import SearchWords

_PLACES_LOOKED_AT = 5
_SHORTEST = 3
_MOST_NAMES = 5_000
_STEPS = 100_000  # of SQLite's machine, some milliseconds
_WORD = re.compile(r"[^\W_]+")
_COLUMNS = ("caption", "name", "keywords")


class Vocabulary(Store):
    """Reads on a connection of its own, a statement at a time: seconds at 1,000,000 photos."""

    def search_words(
        self, limit: int = 10_000, *, is_wanted: Callable[[], bool] = lambda: True
    ) -> SearchWords:
        """The most frequent words (``limit``), and the names that conditions can ask for.

        Nothing as soon as ``is_wanted``, asked now and then, says no.
        """
        with (
            sqlite.in_plain_words(self.path),
            closing(sqlite.open_watch(self.path)) as connection,
        ):
            connection.set_progress_handler(lambda: not is_wanted(), _STEPS)
            return _read(connection, limit, is_wanted)


def _read(connection: sqlite3.Connection, limit: int, is_wanted: Callable[[], bool]) -> SearchWords:
    try:
        return SearchWords(
            words=dict(_words(connection, limit, is_wanted)),
            folders=tuple(sorted(_folders(connection))),
            cameras=_names(connection, "SELECT camera FROM facts UNION SELECT lens FROM facts"),
            types=_names(connection, "SELECT DISTINCT lower(format) FROM photos"),
            years=tuple(
                str(row[0])
                for row in connection.execute(
                    "SELECT DISTINCT month / 100 AS year FROM photos ORDER BY year DESC"
                )
            ),
            albums=_names(connection, "SELECT name FROM albums"),
        )
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        return SearchWords()


def _words(
    connection: sqlite3.Connection, limit: int, is_wanted: Callable[[], bool]
) -> Iterator[tuple[str, int]]:
    for kind in ("row", "instance"):
        connection.execute(
            f"CREATE VIRTUAL TABLE temp.vocabulary_{kind}"
            f" USING fts5vocab ('main', 'photo_words', '{kind}')"
        )
    stems = connection.execute(
        # from "a" on: numbers (of IMG_1234) are most of all terms, and come before
        "SELECT term, doc FROM temp.vocabulary_row WHERE term >= 'a' AND length(term) >= ?"
        " AND term NOT GLOB '*[0-9]*' ORDER BY doc DESC LIMIT ?",
        (_SHORTEST, limit),
    ).fetchall()
    seen: set[str] = set()
    for stem, count in stems:
        if not is_wanted():
            return
        word = _spelt(connection, stem)
        if word is not None and word not in seen:
            seen.add(word)
            yield word, count


def _spelt(connection: sqlite3.Connection, stem: str) -> str | None:
    """A stem as it is commonly spelt; None where it cannot be told."""
    spellings: Counter[str] = Counter()
    for column, offset, *texts in connection.execute(
        "SELECT places.col, places.offset, caption, name, keywords"
        " FROM (SELECT doc, col, offset FROM temp.vocabulary_instance WHERE term = ? LIMIT ?)"
        " AS places JOIN photos ON photos.id = places.doc",
        (stem, _PLACES_LOOKED_AT),
    ):
        text = texts[_COLUMNS.index(column)] or ""
        words = _WORD.findall(unicodedata.normalize("NFC", text))
        # Words are told apart by rules that are nearly, not wholly, the full text's.
        if offset < len(words) and _alike(stem, words[offset]):
            spellings[words[offset].lower()] += 1
    return spellings.most_common(1)[0][0] if spellings else None


def _alike(stem: str, word: str) -> bool:
    """Whether a word can be the stem's: the same beginning, accents apart."""
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFD", word.lower())
        if not unicodedata.combining(letter)
    )
    return plain[: max(len(stem) - 2, 2)] == stem[: max(len(stem) - 2, 2)]


def _folders(connection: sqlite3.Connection) -> set[str]:
    """The names of the folders that photos lie in, in the roots."""
    separator = os.sep
    rows = connection.execute(
        "SELECT DISTINCT rtrim(CAST(path AS TEXT), replace(CAST(path AS TEXT), ?, ''))"
        " FROM photos WHERE left_out = 0 LIMIT ?",
        (separator, _MOST_NAMES),
    )
    inside = {path_of(os.fsencode(row[0])).name for row in rows if row[0]}
    return {name for name in inside if name}


def _names(connection: sqlite3.Connection, query: str) -> tuple[str, ...]:
    rows = connection.execute(f"SELECT * FROM ({query}) ORDER BY 1 LIMIT ?", (_MOST_NAMES,))  # noqa: S608
    return tuple(str(row[0]) for row in rows if row[0])
