"""Reading photos: ids in order, rows by id, counts."""

import os
from array import array
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import ColumnElement, func, select

from gallery.catalog import sqlite
from gallery.catalog.pairs import hidden_counts
from gallery.catalog.store import PHOTO_QUERY, Store, hidden_ids, in_batches, photo_of
from gallery.catalog.tables import (
    DOUBTED,
    EDITED,
    FAILED,
    LISTED,
    MISSING,
    ROOT_ID_UNINDEXED,
    WITHOUT_CAPTION,
    WITHOUT_VECTOR,
    photos,
)
from gallery.domain import Counts, Photo
from gallery.errors import KnownError

_MANY = (photos.c.sort_at_us, photos.c.name, photos.c.id)
# Sorted after they were found: else SQLite walks all photos in order to find the few.
_FEW = (photos.c.sort_at_us + 0, photos.c.name, photos.c.id)


class Browsing(Store):
    """A view asks once for the ids it can show, then for the rows in sight."""

    def photo(self, photo_id: int) -> Photo:
        """One photo. Raises ``KnownError`` where it was removed."""
        found = self.photos([photo_id])
        if not found:
            raise KnownError("This photo is no longer in the catalog.", "Add its folder again.")
        return found[0]

    def photos(self, ids: Sequence[int]) -> list[Photo]:
        """These photos in this order; those that were removed are left out."""
        found: dict[int, Photo] = {}
        with self._reading() as connection:
            for batch in in_batches(dict.fromkeys(ids)):
                for row in connection.execute(PHOTO_QUERY.where(photos.c.id.in_(batch))):
                    found[row.id] = photo_of(row)
        return [found[i] for i in ids if i in found]

    def photo_by_path(self, path: Path) -> Photo | None:
        """The photo that a file is, if the catalog knows it."""
        query = PHOTO_QUERY.where(photos.c.path == os.fsencode(path))
        with self._reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else photo_of(row)

    def photo_ids(
        self, *, folder_id: int | None = None, failed: bool | None = None
    ) -> "array[int]":
        """The ids of all photos, or of one root, or only those that failed (or did not).

        In order of the time taken (else changed), then name; read from an index alone. Hidden ones
        are left out.
        """
        query = select(photos.c.id)
        if folder_id is not None:
            query = query.where(photos.c.root_id == folder_id)
        with self._reading() as connection:
            # Those that did not fail are nearly all: asking each row for its reason takes longer.
            left_out = set(hidden_ids(connection))
            if failed is not None:
                apart = sqlite.ids_of(connection, query.where(FAILED, LISTED).order_by(*_FEW))
                left_out.update(apart)
            if failed:
                return apart
            found = sqlite.ids_of(connection, query.order_by(*_MANY))
        return array("q", (i for i in found if i not in left_out)) if left_out else found

    def hidden_ids(self) -> "array[int]":
        """The ids of the photos that no list shows (another one stands for them, or a person
        left out the folder that they lie in).
        """
        with self._reading() as connection:
            return hidden_ids(connection)

    def counts(self, folder_id: int | None = None) -> Counts:
        """How the catalog, or one root, stands; each number from an index alone.

        Hidden ones do not count.
        """
        with self._reading() as connection:

            def count(*conditions: ColumnElement[bool]) -> int:
                query = select(func.count()).select_from(photos).where(*conditions)
                if folder_id is not None:
                    root_id = ROOT_ID_UNINDEXED if conditions else photos.c.root_id
                    query = query.where(root_id == folder_id)
                return connection.scalar(query) or 0

            everything = count()
            behind = hidden_counts(connection, folder_id)
            return Counts(
                photos=everything - behind.photos,
                captioned=everything - count(WITHOUT_CAPTION) - behind.captioned,
                embedded=everything - count(WITHOUT_VECTOR) - behind.embedded,
                failed=count(FAILED) - behind.failed,
                missing=count(MISSING) - behind.missing,
                edited=count(EDITED) - behind.edited,
                doubted=count(DOUBTED) - behind.doubted,
            )

    def failures(self, limit: int = 1_000) -> list[Photo]:
        """Photos that could not be read or described, in the order of ``photo_ids``."""
        query = PHOTO_QUERY.where(FAILED, LISTED).order_by(*_FEW).limit(limit)
        with self._reading() as connection:
            return [photo_of(row) for row in connection.execute(query)]
