"""Which of a photo's captions is shown, kept beside the photo for the grid and the full text."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from gallery.catalog.store import AnyRow
from gallery.catalog.tables import captions, photos
from gallery.domain import Origin

_ORIGINS = (Origin.MODEL.value, Origin.FILE.value, Origin.PERSON.value)


def show_again(connection: Connection, photo_ids: Sequence[int]) -> None:
    """Work out the shown captions of at most a thousand photos anew.

    Called in every transaction that touches captions, so that what is shown and what is known
    are never apart.
    """
    shown: dict[int, AnyRow] = {}
    valid = select(
        captions.c.photo_id,
        captions.c.id,
        captions.c.text,
        captions.c.origin,
        captions.c.unsure,
    ).where(captions.c.photo_id.in_(photo_ids), captions.c.withdrawn_at.is_(None))
    for row in connection.execute(valid):
        if row.photo_id not in shown or _rank(row) > _rank(shown[row.photo_id]):
            shown[row.photo_id] = row
    changes = [_change(photo_id, shown.get(photo_id)) for photo_id in photo_ids]
    if changes:
        connection.execute(update(photos).where(photos.c.id == bindparam("of_photo")), changes)


def _rank(row: AnyRow) -> tuple[int, bool, int]:
    """A person's words before a file's before a model's; then what is sure; then the newest."""
    return _ORIGINS.index(row.origin), not row.unsure, row.id


def _change(photo_id: int, row: AnyRow | None) -> dict[str, Any]:
    return {
        "of_photo": photo_id,
        "caption_id": None if row is None else row.id,
        "caption": None if row is None else row.text,
        "caption_origin": None if row is None else row.origin,
    }
