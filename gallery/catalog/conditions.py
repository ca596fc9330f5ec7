"""Which photos meet the conditions of a search, as SQL where that is quick."""

import os
import unicodedata
from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np
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
    or_,
    select,
    true,
)

from engine.images import RAW_SUFFIXES
from gallery.catalog import sqlite
from gallery.catalog.albums import album_ids_named
from gallery.catalog.finding import words_of
from gallery.catalog.moments import place_in_time
from gallery.catalog.rating import has_stars, with_stars
from gallery.catalog.store import Store, hidden_ids, path_of
from gallery.catalog.tables import (
    DOUBTED,
    EDITED,
    FAILED,
    MISSING,
    WITHOUT_CAPTION,
    album_photos,
    captions,
    facts,
    photos,
)
from gallery.conditions import (
    ByCamera,
    Condition,
    Has,
    HasWords,
    InAlbum,
    InFolder,
    Is,
    Kept,
    OfFormat,
    Rated,
    State,
    Taken,
    Test,
)

_RAW = sorted(suffix.removeprefix(".") for suffix in RAW_SUFFIXES)
_OTHER = photos.alias("other")
# Photos that stand for a RAW which is there.
_WITH_RAW = select(_OTHER.c.shown_with).where(_OTHER.c.shown_with.is_not(None), ~_OTHER.c.missing)


class Matching(Store):
    """The ids of the photos that meet every condition."""

    def ids_meeting(self, conditions: Sequence[Condition]) -> "array[int]":
        """In the order of the gallery: by the time taken (else changed), then name.

        Where all must be in one album they come in the order of that.
        """
        query = select(photos.c.id).order_by(photos.c.sort_at_us, photos.c.name, photos.c.id)
        with self._reading() as connection:
            apart: list[tuple[array[int], bool]] = []
            for condition in conditions:
                test = condition.test
                if isinstance(test, HasWords):
                    found = sqlite.matching(connection, _phrase(test.text), sqlite.EVERY)
                    apart.append((found, condition.negated))
                elif isinstance(test, InAlbum):
                    apart.append((_in_album(connection, test), condition.negated))
                elif isinstance(test, InFolder):
                    apart.append((_in_folder(connection, test.text), condition.negated))
                else:
                    query = query.where(~_holds(test) if condition.negated else _holds(test))
            if hidden := hidden_ids(connection):
                apart.append((hidden, True))
            ids = sqlite.ids_of(connection, query)
            ordering = next((c.test for c in conditions if _orders(c)), None)
            if isinstance(ordering, InAlbum):
                members = np.asarray(_in_album(connection, ordering), np.int64)
                met = np.isin(members, np.asarray(ids, np.int64))
                ids = array("q", members[met].tobytes())
        for some, negated in apart:
            numbers = np.asarray(ids, np.int64)
            met = np.isin(numbers, np.asarray(some, np.int64), invert=negated)
            ids = array("q", numbers[met].tobytes())
        return ids

    def ids_with(self, test: Test) -> "tuple[array[int], bool]":
        """The photos that pass a test, in no order; or, with True, all that do not.

        Whichever is quicker: for a state that nearly every photo is in, few are left out.
        """
        with self._reading() as connection:
            if isinstance(test, HasWords):
                return sqlite.matching(connection, _phrase(test.text), sqlite.EVERY), False
            if isinstance(test, InFolder):
                return _in_folder(connection, test.text), False
            if isinstance(test, InAlbum):
                return _in_album(connection, test), False
            if test == Is(State.DESCRIBED):
                return sqlite.ids_of(connection, select(photos.c.id).where(WITHOUT_CAPTION)), True
            if isinstance(test, Rated):
                return sqlite.ids_of(connection, with_stars(test.least, test.most)), False
            if _is_told_by_the_file(test):
                return sqlite.ids_of(
                    connection, select(facts.c.photo_id).where(_tells(test))
                ), False
            holds = EDITED if test == Is(State.EDITED) else _holds(test)
            return sqlite.ids_of(connection, select(photos.c.id).where(holds)), False


def _of_format(formats: Sequence[str]) -> ColumnElement[bool]:
    return func.coalesce(func.lower(photos.c.format), "").in_(formats)


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
        if test.format == "raw":
            return or_(_of_format(_RAW), photos.c.id.in_(_WITH_RAW))
        return _of_format([test.format])
    if isinstance(test, Is):
        return _stands(test.state)
    if isinstance(test, Rated):
        return has_stars(test.least, test.most)
    if isinstance(test, Has) and test.kept is Kept.KEYWORDS:
        return photos.c.keywords.is_not(None)
    return exists().where(facts.c.photo_id == photos.c.id, _tells(test))


def _is_told_by_the_file(test: Test) -> bool:
    return isinstance(test, ByCamera) or test == Has(Kept.GPS)


def _tells(test: Test) -> ColumnElement[bool]:
    """What must be in the row of facts."""
    if isinstance(test, ByCamera):
        names = func.coalesce(facts.c.camera, "") + " " + func.coalesce(facts.c.lens, "")
        return func.instr(func.lower(names), test.text.lower()) > 0
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


def _orders(condition: Condition) -> bool:
    return isinstance(condition.test, InAlbum) and not condition.negated


def _in_album(connection: Connection, test: InAlbum) -> "array[int]":
    """The photos of an album in its order; none where there is no such album."""
    query = (
        select(album_photos.c.photo_id)
        .where(album_photos.c.album_id.in_(album_ids_named(connection, test.name)))
        .order_by(album_photos.c.position, album_photos.c.photo_id)
    )
    return sqlite.ids_of(connection, query)


def _in_folder(connection: Connection, text: str) -> "array[int]":
    """Photos in a folder that has ``text`` in its name, whatever the case."""
    query: Select[Any] = select(photos.c.id, photos.c.path)
    wanted = _folded(text)
    if wanted.isascii():  # SQLite folds only these; the others are all looked at
        lower = func.lower(cast(photos.c.path, Text))
        query = query.where(func.instr(lower, wanted) > 0)
    found, parents = array("q"), dict[bytes, bool]()
    for photo_id, path in sqlite.plain_rows(connection, query):
        parent = os.path.dirname(path)  # noqa: PTH120 - bytes
        met = parents.get(parent)
        if met is None:
            met = parents[parent] = wanted in _folded(str(path_of(path).parent))
        if met:
            found.append(photo_id)
    return found


def _folded(text: str) -> str:
    shown = os.fsencode(text).decode("utf-8", "replace")
    return unicodedata.normalize("NFC", shown).casefold()
