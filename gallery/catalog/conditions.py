"""Which photos meet the conditions of a search, as SQL where that is quick."""

import os
import unicodedata
from array import array
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    cast,
    exists,
    func,
    literal,
    select,
    true,
)

from gallery.catalog import sqlite
from gallery.catalog.finding import words_of
from gallery.catalog.moments import place_in_time
from gallery.catalog.store import Store, path_of
from gallery.catalog.tables import (
    DOUBTED,
    EDITED,
    FAILED,
    LISTED,
    MISSING,
    WITHOUT_CAPTION,
    captions,
    facts,
    photos,
)
from gallery.conditions import (
    ByCamera,
    Condition,
    Has,
    HasWords,
    InFolder,
    Is,
    Kept,
    OfFormat,
    Rated,
    State,
    Taken,
    Test,
)

_EVERY = 2**62


class Matching(Store):
    """The ids of the photos that meet every condition."""

    def ids_meeting(self, conditions: Sequence[Condition]) -> "array[int]":
        """In the order of the gallery: by the time taken (else changed), then name."""
        query = (
            select(photos.c.id)
            .where(LISTED)
            .order_by(photos.c.sort_at_us, photos.c.name, photos.c.id)
        )
        with self._reading() as connection:
            apart: list[tuple[set[int], bool]] = []
            for condition in conditions:
                test = condition.test
                if isinstance(test, HasWords):
                    found = sqlite.matching(connection, _phrase(test.text), _EVERY)
                    apart.append((set(found), condition.negated))
                elif isinstance(test, InFolder):
                    apart.append((_in_folder(connection, test.text), condition.negated))
                else:
                    query = query.where(~_holds(test) if condition.negated else _holds(test))
            ids = sqlite.ids_of(connection, query)
        for some, negated in apart:
            ids = array("q", (i for i in ids if (i in some) != negated))
        return ids


def _phrase(text: str) -> str:
    return f'"{" ".join(words_of(text))}"'


def _holds(test: Test) -> ColumnElement[bool]:
    if isinstance(test, Taken):
        bounds: list[ColumnElement[bool]] = []
        if test.since is not None:
            bounds.append(photos.c.sort_at_us >= place_in_time(test.since)["sort_at_us"])
        if test.until is not None:
            bounds.append(photos.c.sort_at_us < place_in_time(test.until)["sort_at_us"])
        return and_(true(), *bounds)
    if isinstance(test, OfFormat):
        return func.coalesce(func.lower(photos.c.format), "") == test.format
    if isinstance(test, Is):
        return _stands(test.state)
    if isinstance(test, Has) and test.kept is Kept.KEYWORDS:
        return photos.c.keywords.is_not(None)
    return exists().where(facts.c.photo_id == photos.c.id, _tells(test))


def _tells(test: Test) -> ColumnElement[bool]:
    """What must be in the row of facts."""
    if isinstance(test, ByCamera):
        names = func.coalesce(facts.c.camera, "") + " " + func.coalesce(facts.c.lens, "")
        return func.instr(func.lower(names), test.text.lower()) > 0
    if isinstance(test, Rated):
        return facts.c.rating.between(test.least, test.most)
    return facts.c.latitude.is_not(None)


def _stands(state: State) -> ColumnElement[bool]:
    return {
        State.EDITED: func.coalesce(EDITED, literal(False)),
        State.DESCRIBED: ~WITHOUT_CAPTION,
        State.UNSURE: exists().where(captions.c.id == photos.c.caption_id, captions.c.unsure),
        State.FAILED: FAILED,
        State.MISSING: MISSING,
        State.DOUBTED: DOUBTED,
    }[state]


def _in_folder(connection: Connection, text: str) -> set[int]:
    """Photos in a folder that has ``text`` in its name, whatever the case."""
    query: Select[Any] = select(photos.c.id, photos.c.path)
    wanted = _folded(text)
    if wanted.isascii():  # SQLite folds only these; the others are all looked at
        lower = func.lower(cast(photos.c.path, Text))
        query = query.where(func.instr(lower, wanted) > 0)
    return {
        row.id
        for row in connection.execute(query)
        if wanted in _folded(str(path_of(row.path).parent))
    }


def _folded(text: str) -> str:
    shown = os.fsencode(text).decode("utf-8", "replace")
    return unicodedata.normalize("NFC", shown).casefold()
