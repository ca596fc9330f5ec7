"""Which words of a photo a query found, as the full text itself sees it."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from gallery.catalog import sqlite
from gallery.catalog.finding import telling_words
from gallery.catalog.store import Store
from gallery.domain import FoundWords

_MOST_WORDS = 16
_MARKED = re.compile(f"{sqlite.MARKS[0]}(.*?){sqlite.MARKS[1]}", re.DOTALL)


class MatchedWords(Store):
    """For the photos in sight: each word of the query costs one look at each of them."""

    def found_words(self, texts: Sequence[str], ids: Sequence[int]) -> dict[int, FoundWords]:
        """The words of these photos that match one of these texts, spelt as they stand there.

        Accents, plurals and the like are folded by the full text's own rules. The last word of a
        text counts as unfinished ("mou" marks mountain) where a photo does not have it as it is.
        Photos without a matching word are left out.
        """
        found: dict[int, FoundWords] = {}
        with self._reading() as connection:
            for text in texts:
                words = telling_words(text)[:_MOST_WORDS]
                for word in dict.fromkeys(words):
                    there = _look(connection, f'"{word}"', ids, found)
                    left = [photo_id for photo_id in ids if photo_id not in there]
                    if word == words[-1] and left:
                        _look(connection, f'"{word}" *', left, found)
        return found


def _look(
    connection: Connection, expression: str, ids: Sequence[int], found: dict[int, FoundWords]
) -> set[int]:
    """Add what one word marks; the photos that have it."""
    there = set()
    for photo_id, *marked in sqlite.marked(connection, expression, json.dumps(list(ids))):
        there.add(photo_id)
        known = found.get(photo_id, FoundWords())
        caption, name, keywords = (
            tuple(dict.fromkeys((*before, *_MARKED.findall(text or ""))))
            for before, text in zip(
                (known.caption, known.name, known.keywords), marked, strict=True
            )
        )
        found[photo_id] = replace(known, caption=caption, name=name, keywords=keywords)
    return there
