"""The stars that a person gave: they stand above those of the file."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, CompoundSelect, and_, exists, or_, select, union_all

from gallery.catalog.store import Store, in_batches, set_each
from gallery.catalog.tables import facts, photos


class Ratings(Store):
    """A person's stars, 0 to 5; None: they gave none, and the file's count."""

    def ratings(self, photo_ids: Sequence[int]) -> dict[int, int | None]:
        """What a person gave each of these; those that were removed are left out."""
        found: dict[int, int | None] = {}
        query = select(photos.c.id, photos.c.rating)
        with self._reading() as connection:
            for batch in in_batches(photo_ids):
                rows = connection.execute(query.where(photos.c.id.in_(batch)))
                found.update((row.id, row.rating) for row in rows)
        return found

    def set_ratings(self, ratings: Mapping[int, int | None]) -> dict[int, int | None]:
        """Give stars, all in one transaction; gives what was there of those that changed."""
        if any(stars is not None and not 0 <= stars <= 5 for stars in ratings.values()):
            raise ValueError("a rating has 0 to 5 stars")
        before: dict[int, int | None] = {}
        with self._writing(durable=True) as connection:
            for batch in in_batches(ratings):
                query = select(photos.c.id, photos.c.rating).where(photos.c.id.in_(batch))
                there = {row.id: row.rating for row in connection.execute(query)}
                changed = {i: old for i, old in there.items() if old != ratings[i]}
                set_each(connection, ({"of_photo": i, "rating": ratings[i]} for i in changed))
                before.update(changed)
        return before


def with_stars(least: int, most: int) -> CompoundSelect[int]:
    """The ids of the same photos, by the indexes of stars instead of a look at every photo."""
    in_file = (
        select(facts.c.photo_id)
        .join(photos, photos.c.id == facts.c.photo_id)
        .where(facts.c.rating.between(least, most), photos.c.rating.is_(None))
    )
    by_person = select(photos.c.id).where(
        photos.c.rating.is_not(None), photos.c.rating.between(least, most)
    )
    return union_all(in_file, by_person)


def has_stars(least: int, most: int) -> ColumnElement[bool]:
    """Whether a photo has so many, by a person, else by its file."""
    in_file = exists().where(facts.c.photo_id == photos.c.id, facts.c.rating.between(least, most))
    return or_(
        and_(photos.c.rating.is_not(None), photos.c.rating.between(least, most)),
        and_(photos.c.rating.is_(None), in_file),
    )
