"""How well the captions that people and files gave fit their photos."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import and_, bindparam, or_, update

from engine.protocol import CheckpointRef
from gallery.catalog.folders import beneath
from gallery.catalog.store import (
    PHOTO_QUERY,
    Store,
    checkpoint_key,
    in_batches,
    new_checkpoint_key,
    photo_of,
)
from gallery.catalog.tables import LISTED, captions, photos
from gallery.domain import Origin, SaidCaption

_SAID = (Origin.PERSON.value, Origin.FILE.value)
_ORDER = (photos.c.sort_at_us, photos.c.name, photos.c.id)


class Checking(Store):
    """Scores stand where a caption keeps its score; nothing else of a caption changes."""

    def said_captions(
        self, matcher: CheckpointRef, *, folders: Sequence[Path] = ()
    ) -> list[SaidCaption]:
        """The photos that show a person's or a file's caption, in the order of ``photo_ids``.

        ``folders``: only what lies in these, at any depth; none: everywhere.
        """
        query = (
            PHOTO_QUERY.add_columns(captions.c.scored_by)
            .where(photos.c.caption_origin.in_(_SAID), LISTED)
            .order_by(*_ORDER)
        )
        if folders:
            query = query.where(or_(*(beneath(os.fsencode(folder)) for folder in folders)))
        found = []
        with self._reading() as connection:
            key = checkpoint_key(connection, matcher)
            for row in connection.execute(query):
                photo = photo_of(row)
                if photo.caption is not None:
                    score = row.score if row.scored_by == key else None
                    found.append(SaidCaption(photo, photo.caption, score))
        return found

    def store_scores(self, scores: Mapping[int, float], *, matcher: CheckpointRef) -> None:
        """Keep scores by caption id. One that was withdrawn meanwhile is left alone."""
        with self._writing() as connection:
            key = new_checkpoint_key(connection, matcher)
            statement = (
                update(captions)
                .where(and_(captions.c.id == bindparam("of"), captions.c.withdrawn_at.is_(None)))
                .values(score=bindparam("judged"), scored_by=key)
            )
            for batch in in_batches(scores.items()):
                connection.execute(statement, [{"of": i, "judged": s} for i, s in batch])
