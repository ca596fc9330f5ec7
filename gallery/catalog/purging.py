"""Forgetting missing photos, which happens only where a person asks for it."""

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import delete, select

from gallery.catalog.folders import inside
from gallery.catalog.store import PHOTO_QUERY, Store, in_batches, photo_of
from gallery.catalog.tables import LISTED, MISSING, photos, roots
from gallery.domain import Photo

_IN_REACH = photos.c.root_id.in_(select(roots.c.id).where(roots.c.connected))


class Purging(Store):
    """Of a folder that is not connected nothing is forgotten: its files are only elsewhere."""

    def missing(self, within: Path | None = None) -> list[Photo]:
        """The missing photos of connected folders; ``within``: only what lies in this one."""
        query = PHOTO_QUERY.where(MISSING, LISTED, _IN_REACH).order_by(photos.c.id)
        if within is not None:
            query = query.where(inside(within, deep=True))
        with self._reading() as connection:
            return [photo_of(row) for row in connection.execute(query)]

    def forget_missing(self, photo_ids: Iterable[int]) -> list[int]:
        """Forget photos with all that was said of them; gives which were.

        One that came back meanwhile stays.
        """
        gone: list[int] = []
        with self._writing(durable=True) as connection:
            for batch in in_batches(photo_ids):
                those = photos.c.id.in_(batch), MISSING, _IN_REACH
                gone += connection.scalars(select(photos.c.id).where(*those))
                connection.execute(delete(photos).where(*those))
        return gone
