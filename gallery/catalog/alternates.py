"""Other wordings for a photo, as a describer set proposed them."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from engine.protocol import Candidate, CheckpointRef
from gallery.catalog.store import AnyRow, Store, new_checkpoint_key, now
from gallery.catalog.tables import alternates, checkpoints, photos
from gallery.domain import Alternate

_MATCHERS = checkpoints.alias("matchers")
_QUERY = select(
    alternates,
    checkpoints.c.name,
    checkpoints.c.revision,
    _MATCHERS.c.name.label("matcher_name"),
    _MATCHERS.c.revision.label("matcher_revision"),
).select_from(
    alternates.join(checkpoints, checkpoints.c.id == alternates.c.checkpoint).outerjoin(
        _MATCHERS, _MATCHERS.c.id == alternates.c.scored_by
    )
)


class Alternates(Store):
    """Kept beside the captions until the photo's content or the captioner changes."""

    def alternates(self, photo_id: int) -> tuple[Alternate, ...]:
        """The wordings kept for a photo, best first."""
        query = _QUERY.where(alternates.c.photo_id == photo_id)
        with self._reading() as connection:
            found = [_alternate_of(row) for row in connection.execute(query)]
        return tuple(sorted(found, key=lambda item: (-(item.score or 0.0), item.id)))

    def content_state(self, photo_id: int) -> tuple[int, int] | None:
        """Size in bytes and time (ns) of the content that is known; None where it was removed."""
        with self._reading() as connection:
            return _state(connection, photo_id)

    def add_alternates(
        self,
        photo_id: int,
        candidates: Sequence[Candidate],
        *,
        captioner: CheckpointRef,
        matcher: CheckpointRef | None,
        unsure: bool,
        of_content: tuple[int, int] | None,
    ) -> None:
        """Keep wordings; one that is there gets the new score, those of another captioner go.

        Nothing is kept where the content is no longer ``of_content`` (see ``content_state``).
        """
        with self._writing() as connection:
            if _state(connection, photo_id) != of_content or of_content is None:
                return
            common = {
                "photo_id": photo_id,
                "checkpoint": new_checkpoint_key(connection, captioner),
                "unsure": unsure,
                "created_at": now(),
            }
            others = alternates.c.checkpoint != common["checkpoint"]
            connection.execute(delete(alternates).where(alternates.c.photo_id == photo_id, others))
            scored_by = new_checkpoint_key(connection, matcher) if matcher else None
            rows = [common | _row(candidate, scored_by) for candidate in candidates]
            if rows:
                adding = insert(alternates)
                fresh = {name: adding.excluded[name] for name in ("score", "scored_by")}
                connection.execute(
                    adding.on_conflict_do_update(
                        index_elements=[alternates.c.photo_id, alternates.c.text], set_=fresh
                    ),
                    rows,
                )


def _state(connection: Connection, photo_id: int) -> tuple[int, int] | None:
    query = select(photos.c.size_bytes, photos.c.mtime_ns).where(photos.c.id == photo_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else (row.size_bytes, row.mtime_ns)


def _row(candidate: Candidate, scored_by: int | None) -> dict[str, Any]:
    return {
        "text": candidate.text,
        "settings": candidate.settings,
        "score": candidate.score,
        "scored_by": None if candidate.score is None else scored_by,
    }


def _alternate_of(row: AnyRow) -> Alternate:
    return Alternate(
        id=row.id,
        photo_id=row.photo_id,
        text=row.text,
        settings=row.settings,
        checkpoint_id=row.name,
        revision=row.revision,
        score=row.score,
        matcher_id=row.matcher_name,
        matcher_revision=row.matcher_revision,
        unsure=row.unsure,
        created_at=row.created_at.replace(tzinfo=UTC),
    )
