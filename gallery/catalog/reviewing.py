"""Captions that a person should look at, and many captions said in one step."""

from array import array
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal_column, select, update

from engine.protocol import CheckpointRef
from gallery.catalog.captioning import UNDETERMINED, say, storable
from gallery.catalog.shown import show_again
from gallery.catalog.store import Store, checkpoint_key, in_batches
from gallery.catalog.tables import DOUBTED, LISTED, captions, photos
from gallery.domain import CaptionState, Doubt, Origin

#: How many are listed (and counted) at most: more than anybody reviews in a sitting.
LISTED_AT_MOST = 10_000

# Written with literals: they repeat the conditions of the partial indexes of schema 4.
_UNSURE: ColumnElement[bool] = literal_column("captions.unsure = 1")
_JUDGED: ColumnElement[bool] = literal_column(
    "captions.scored_by IS NOT NULL AND captions.origin <> 'model'"
    " AND captions.withdrawn_at IS NULL"
)
_ORDER = (photos.c.sort_at_us + 0, photos.c.name, photos.c.id)


class Reviewing(Store):
    """What a person says of captions, many at once, each step in one transaction."""

    def to_review(
        self, matcher: CheckpointRef | None, *, below: float
    ) -> "dict[Doubt, array[int]]":
        """Photos whose shown caption is to be looked at, each once, under its gravest reason.

        Of an older content than the file has; judged by ``matcher`` with less than ``below``
        (0..1); unsure. In order of the time taken; at most ``LISTED_AT_MOST`` in all.
        """
        found: dict[Doubt, array[int]] = {}
        seen: set[int] = set()
        with self._reading() as connection:
            key = checkpoint_key(connection, matcher) if matcher else 0
            for doubt, condition in _conditions(key, below).items():
                query = _asked(condition, among_captions=doubt is not Doubt.CHANGED)
                room = LISTED_AT_MOST - len(seen)
                rows = connection.scalars(query.order_by(*_ORDER).limit(room + len(seen)))
                ids = [photo_id for photo_id in rows if photo_id not in seen][:room]
                found[doubt] = array("q", ids)
                seen.update(ids)
        return found

    def to_review_count(self, matcher: CheckpointRef | None, *, below: float) -> int:
        """How many ``to_review`` gives."""
        with self._reading() as connection:
            key = checkpoint_key(connection, matcher) if matcher else 0
            ids: set[int] = set()
            for doubt, condition in _conditions(key, below).items():
                query = _asked(condition, among_captions=doubt is not Doubt.CHANGED)
                ids.update(connection.scalars(query.limit(LISTED_AT_MOST)))
        return min(len(ids), LISTED_AT_MOST)

    def caption_states(self, photo_ids: Sequence[int]) -> dict[int, CaptionState]:
        """What a person said of the captions of these; those that were removed are left out."""
        with self._reading() as connection:
            return _states(connection, photo_ids)

    def set_caption_states(self, states: Mapping[int, CaptionState]) -> dict[int, CaptionState]:
        """Say captions, all in one transaction, safe on the disk when this returns.

        Gives what was there before of those that changed; a text equal to the one that is there
        adds nothing to the history. Photos that were removed are left out.
        """
        changed: dict[int, CaptionState] = {}
        with self._writing(durable=True) as connection:
            for batch in in_batches(states):
                wanted = {i: _storable(states[i]) for i in batch}
                before = _states(connection, batch)
                new = {i: old for i, old in before.items() if old != wanted[i]}
                for photo_id in new:
                    text = wanted[photo_id].text
                    say(connection, photo_id, text, Origin.PERSON, UNDETERMINED)
                show_again(connection, list(new))
                _mark(connection, {photo_id: wanted[photo_id] for photo_id in new})
                changed.update(new)
        return changed


def _storable(state: CaptionState) -> CaptionState:
    return CaptionState(storable(state.text), state.accepted, state.doubted)


def _states(connection: Connection, photo_ids: Sequence[int]) -> dict[int, CaptionState]:
    found: dict[int, CaptionState] = {}
    for batch in in_batches(photo_ids):
        said = (
            select(captions.c.photo_id, captions.c.text)
            .where(
                captions.c.photo_id.in_(batch),
                captions.c.origin == Origin.PERSON.value,
                captions.c.withdrawn_at.is_(None),
            )
            .order_by(captions.c.id)
        )
        texts = {row.photo_id: row.text for row in connection.execute(said)}
        query = select(
            photos.c.id, photos.c.caption_id, photos.c.caption_accepted, photos.c.caption_doubted
        ).where(photos.c.id.in_(batch))
        for row in connection.execute(query):
            accepted = row.caption_id is not None and row.caption_id == row.caption_accepted
            found[row.id] = CaptionState(texts.get(row.id), accepted, row.caption_doubted)
    return found


def _mark(connection: Connection, states: Mapping[int, CaptionState]) -> None:
    """Write which shown captions were accepted and which are doubted."""
    accepted = [photo_id for photo_id, state in states.items() if state.accepted]
    doubted = [photo_id for photo_id, state in states.items() if state.doubted]
    everyone = photos.c.id.in_(list(states))
    connection.execute(
        update(photos).where(everyone).values(caption_accepted=None, caption_doubted=False)
    )
    connection.execute(
        update(photos).where(photos.c.id.in_(accepted)).values(caption_accepted=photos.c.caption_id)
    )
    connection.execute(update(photos).where(photos.c.id.in_(doubted)).values(caption_doubted=True))


def _conditions(matcher: int, below: float) -> dict[Doubt, ColumnElement[bool]]:
    """The gravest first."""
    looked_at = func.coalesce(photos.c.caption_accepted, 0) == photos.c.caption_id
    mismatch = and_(_JUDGED, captions.c.scored_by == matcher, captions.c.score < below, ~looked_at)
    return {
        Doubt.CHANGED: DOUBTED,
        Doubt.MISMATCH: mismatch,
        Doubt.UNSURE: and_(_UNSURE, ~looked_at),
    }


def _asked(condition: ColumnElement[bool], *, among_captions: bool) -> Select[Any]:
    there = and_(LISTED, photos.c.missing.is_(False), photos.c.caption_id.is_not(None))
    query = select(photos.c.id).where(condition, there)
    if not among_captions:
        return query
    return query.select_from(
        captions.join(
            photos, and_(photos.c.id == captions.c.photo_id, photos.c.caption_id == captions.c.id)
        )
    )
