"""What tells which photos belong together: content, time, camera, and vectors in portions."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select

from engine.protocol import CheckpointRef
from gallery.catalog.finding import VectorBatch
from gallery.catalog.store import Store, checkpoint_key
from gallery.catalog.tables import LISTED, MISSING, facts, photos, vectors

UNKNOWN_CAMERA = 0
"""The code of the camera where the file tells none."""
_PORTION = 10_000


@dataclass(frozen=True, slots=True)
class Shots:
    """Photos in the order of the gallery, as columns of equal length.

    ``taken_us``: microseconds of local time since 1970, -1 where the camera told none.
    ``cameras`` and ``contents``: equal numbers mean the same; no content is known by 0.
    """

    ids: "array[int]"
    taken_us: "array[int]"
    cameras: "array[int]"
    contents: "array[int]"
    ratings: "array[int]"
    pixels: "array[int]"
    sizes: "array[int]"


class ShotTable(Store):
    """Photos whose files are there, each file of a pair once."""

    def shots(self) -> Shots:
        """All of them; a million rows take a few seconds and 60 MB."""
        query = (
            select(
                photos.c.id,
                photos.c.sort_at_us,
                photos.c.taken_source,
                photos.c.fingerprint,
                facts.c.camera,
                func.coalesce(facts.c.rating, 0).label("rating"),
                func.coalesce(photos.c.width_px * photos.c.height_px, 0).label("pixels"),
                photos.c.size_bytes,
            )
            .select_from(photos.outerjoin(facts, facts.c.photo_id == photos.c.id))
            .where(~MISSING, LISTED)
            .order_by(photos.c.sort_at_us, photos.c.name, photos.c.id)
        )
        cameras: dict[str, int] = {}
        contents: dict[bytes, int] = {}
        found = Shots(*(array("q") for _ in range(7)))
        with self._reading() as connection:
            for row in connection.execute(query):
                found.ids.append(row.id)
                found.taken_us.append(row.sort_at_us if row.taken_source == "exif" else -1)
                known = UNKNOWN_CAMERA
                if row.camera:
                    known = cameras.setdefault(row.camera, len(cameras) + 1)
                found.cameras.append(known)
                content = row.fingerprint
                found.contents.append(
                    0 if content is None else contents.setdefault(content, len(contents) + 1)
                )
                found.ratings.append(row.rating)
                found.pixels.append(row.pixels)
                found.sizes.append(row.size_bytes)
        return found

    def vector_portions(self, matcher: CheckpointRef) -> Iterator[VectorBatch]:
        """All vectors by a matcher, some thousands at a time, each portion read by itself."""
        after = 0
        while True:
            with self._reading() as connection:
                key = checkpoint_key(connection, matcher)
                rows = connection.execute(
                    select(vectors.c.id, vectors.c.photo_id, vectors.c.vector)
                    .where(vectors.c.id > after, vectors.c.checkpoint + 0 == key)
                    .order_by(vectors.c.id)
                    .limit(_PORTION)
                ).all()
            if not rows:
                return
            after = rows[-1].id
            ids = array("q", (row.photo_id for row in rows))
            yield VectorBatch(ids, b"".join(row.vector for row in rows), after)
