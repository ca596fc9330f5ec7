"""What a search needs of the catalog: photos by their words, and vectors."""

import math
import re
import unicodedata
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from sqlalchemy import Connection, func, select

from engine.protocol import CheckpointRef
from gallery.catalog import sqlite
from gallery.catalog.store import Store, checkpoint_key, in_batches
from gallery.catalog.tables import photos, vectors

#: Ranks given by ``ids_with_words``; a photo with only some of the words gets less than the last.
AS_WRITTEN = 1.0
ALL_WORDS = 0.9
SOME_WORDS = 0.5
#: Factor where only words that begin like the last one match.
UNFINISHED = 0.8

# Asked at every search, by hand: to put it together takes SQLAlchemy as long as the answer takes.
_VECTORS_OF = """
    SELECT id, photo_id, vector FROM vectors
    WHERE checkpoint = (SELECT id FROM checkpoints WHERE name = ? AND revision = ?)
        AND photo_id IN ({})
"""
_MOST_WORDS = 16
# In nearly every caption: they would make "a photo of a dog" match everything.
_SMALL_WORDS = frozenset(
    {"a", "an", "the", "and", "or", "of", "in", "on", "at", "to", "with", "by", "for", "from"}
    | {"is", "are", "it", "its", "this", "that", "there", "me", "my", "show", "find"}
    | {"photo", "photos", "picture", "pictures", "image", "images"}
)
_WORD = re.compile(r"[^\W_]+")


_Group: TypeAlias = "tuple[array[int], array[float]]"


@dataclass(frozen=True, slots=True)
class VectorBatch:
    """Vectors by one matcher: photo ids, and float16 rows one behind the other.

    ``last`` is the number of the last row, from which the next question for changes starts.
    """

    ids: "array[int]"
    matrix: bytes
    last: int


class Finding(Store):
    """Words by FTS5, vectors as they are stored. How they are weighed is the searcher's matter."""

    def ids_with_words(self, text: str, *, limit: int) -> list[tuple[int, float]]:
        """Photos whose shown caption (or file name) has the words, best first, with a rank.

        1.0: the words as written, one behind the other; 0.9: all the words. Where no photo has
        them all, the last is taken for unfinished (0.8 times that): "mou" finds a mouse, and "car"
        finds carrots only where there are no cars. Where that finds none either, up to 0.5 for
        some of the words, rare ones counting more, articles and the like nothing. Accents and
        English plurals do not matter. Any text is allowed: nothing in it is an operator.
        """
        found: dict[int, float] = {}
        for ids, ranks in self.word_matches(text, limit=limit):
            for photo_id, rank in zip(ids, ranks, strict=True):
                found.setdefault(photo_id, rank)
        return list(found.items())[:limit]

    def word_matches(self, text: str, *, limit: int) -> list[_Group]:
        """The same as at most two groups of ids and ranks, the better group first.

        A photo may be in both: the better one counts. Each has at most ``limit`` photos.
        """
        words = words_of(text)[:_MOST_WORDS]
        if not words or limit <= 0:
            return []
        with self._reading() as connection:
            for match in (_with_all, _with_some):
                for unfinished in (False, True):
                    if found := match(connection, words, limit, unfinished):
                        return found
        return []

    def vectors(self, matcher: CheckpointRef) -> "tuple[array[int], bytes]":
        """All vectors by a matcher: photo ids and float16 rows, one behind the other."""
        batch = self.vectors_changed(matcher, 0)
        return batch.ids, batch.matrix

    def vectors_changed(
        self, matcher: CheckpointRef, after: int, *, limit: int = sqlite.EVERY
    ) -> VectorBatch:
        """The vectors stored behind row number ``after`` (0: all), in the order of storing.

        At most ``limit``; ``last`` says where to go on.
        """
        with self._reading() as connection:
            key = checkpoint_key(connection, matcher)
            rows = connection.execute(
                select(vectors.c.id, vectors.c.photo_id, vectors.c.vector)
                # Not by the index on checkpoints: the new rows are at the end of the table.
                .where(vectors.c.id > after, vectors.c.checkpoint + 0 == key)
                .order_by(vectors.c.id)
                .limit(limit)
            )
            return _batch(rows, after)

    def vectors_of(self, matcher: CheckpointRef, photo_ids: Iterable[int]) -> VectorBatch:
        """The vectors of these photos by a matcher, in no order; those without one are left out."""
        found: list[tuple[int, int, bytes]] = []
        with self._reading() as connection:
            for some in in_batches(photo_ids):
                found += sqlite.plain_rows(
                    connection, _VECTORS_OF.format(", ".join(map(str, map(int, some)))),
                    (matcher.id, matcher.revision),
                )  # fmt: skip
        return _batch(found, 0)

    def newest_vector(self) -> int:
        """The number of the vector that was stored last, whether it is still there or not."""
        with self._reading() as connection:
            return sqlite.last_number(connection, vectors.name)

    def checkpoint_number(self, reference: CheckpointRef) -> int:
        """The number that the catalog gave a checkpoint at its revision; -1 where it has none."""
        with self._reading() as connection:
            return checkpoint_key(connection, reference)

    def vector(self, matcher: CheckpointRef, photo_id: int) -> bytes | None:
        """The float16 vector of a photo by a matcher; None without one."""
        with self._reading() as connection:
            key = checkpoint_key(connection, matcher)
            query = select(vectors.c.vector).where(
                vectors.c.checkpoint == key, vectors.c.photo_id == photo_id
            )
            stored: bytes | None = connection.scalar(query)
            return stored

    def vector_count(self, matcher: CheckpointRef) -> int:
        """How many vectors by a matcher there are: fewer than expected means some went."""
        with self._reading() as connection:
            key = checkpoint_key(connection, matcher)
            mine = vectors.c.checkpoint == key
            query = select(func.count()).select_from(vectors).where(mine)
            return connection.scalar(query) or 0

    def vector_ids(self, matcher: CheckpointRef) -> "array[int]":
        """The ids of the photos that have a vector by a matcher, ascending."""
        with self._reading() as connection:
            return sqlite.ids_of(
                connection,
                select(vectors.c.photo_id)
                .where(vectors.c.checkpoint == checkpoint_key(connection, matcher))
                .order_by(vectors.c.photo_id),
            )


def _batch(rows: Iterable[Sequence[Any]], last: int) -> VectorBatch:
    ids = array("q")
    parts: list[bytes] = []
    for number, photo_id, vector in rows:
        ids.append(photo_id)
        parts.append(vector)
        last = number
    return VectorBatch(ids, b"".join(parts), last)


def words_of(text: str) -> list[str]:
    """The words of a query as the full text counts them: letters and digits, no signs."""
    # Composed first, for a letter and its accent may come as two characters.
    return _WORD.findall(unicodedata.normalize("NFC", text))


def telling_words(text: str) -> list[str]:
    """The words of a query less articles and the like; all of them where there are no others."""
    return _telling(words_of(text))


def _with_all(
    connection: Connection, words: list[str], limit: int, unfinished: bool
) -> list[_Group]:
    factor = UNFINISHED if unfinished else 1.0
    as_written = sqlite.matching(connection, _phrase(words, unfinished), limit)
    groups = [_alike(as_written, AS_WRITTEN * factor)]
    if len(words) > 1 and len(as_written) < limit:
        # The small words do not decide whether a photo has "all".
        expression = _joined(_telling(words), " ", unfinished)
        groups.append(_alike(sqlite.matching(connection, expression, limit), ALL_WORDS * factor))
    return [group for group in groups if group[0]]


def _with_some(
    connection: Connection, words: list[str], limit: int, unfinished: bool
) -> list[_Group]:
    telling = _telling(words)
    if len(telling) < 2:
        return []
    # Not by bm25, which reads every word of every match: the sum of how rare the words are.
    known = sqlite.last_number(connection, photos.name)
    ids, weights = np.zeros(0, np.int64), np.zeros(0)
    for number, word in enumerate(dict.fromkeys(telling)):
        expression = _joined([word], "", unfinished and number == len(set(telling)) - 1)
        some = np.asarray(sqlite.matching(connection, expression, sqlite.EVERY), np.int64)
        rare = math.log1p((max(known - len(some), 0) + 0.5) / (len(some) + 0.5))
        ids, weights = np.concatenate([ids, some]), np.append(weights, np.full(len(some), rare))
    if not len(ids):
        return []
    once, places = np.unique(ids, return_inverse=True)
    ranks = np.bincount(places, weights)
    ranks *= SOME_WORDS / ranks.max()
    order = np.lexsort((-once, -ranks))[:limit]
    return [(array("q", once[order].tolist()), array("d", ranks[order].tolist()))]


def _alike(ids: "array[int]", rank: float) -> _Group:
    return ids, array("d", [rank]) * len(ids)


def _telling(words: list[str]) -> list[str]:
    return [word for word in words if word.lower() not in _SMALL_WORDS] or words


def _phrase(words: Iterable[str], unfinished: bool) -> str:
    return f'"{" ".join(words)}"' + (" *" if unfinished else "")


def _joined(words: Iterable[str], operator: str, unfinished: bool) -> str:
    # Quoted, a word is a word, whatever it says ("AND", "NEAR").
    return operator.join(f'"{word}"' for word in words) + (" *" if unfinished else "")
