"""Albums: photos in an order that a person gave. The photos themselves stay as they are."""

from array import array
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, and_, bindparam, delete, func, select, update

from gallery.catalog import sqlite
from gallery.catalog.names import kept_name, name_key
from gallery.catalog.store import Store, in_batches, now
from gallery.catalog.tables import album_photos, albums, photos
from gallery.domain import Album
from gallery.errors import KnownError


class Albums(Store):
    """A photo stands once in an album; one that is forgotten leaves its albums.

    Names differ by more than case. Raises ``KnownError`` for a name that is taken or is none, and
    for an album that is gone.
    """

    def albums(self) -> tuple[Album, ...]:
        """All albums by name."""
        counted = select(album_photos.c.album_id, func.count().label("number"))
        counts = counted.group_by(album_photos.c.album_id).subquery()
        query = select(
            albums.c.id, albums.c.name, func.coalesce(counts.c.number, 0).label("photo_count")
        ).select_from(albums.outerjoin(counts, counts.c.album_id == albums.c.id))
        with self._reading() as connection:
            found = [Album(row.id, row.name, row.photo_count) for row in connection.execute(query)]
        return tuple(sorted(found, key=lambda album: (name_key(album.name), album.id)))

    def album(self, name: str) -> Album:
        """The album of this name."""
        key = name_key(name)
        found = next((album for album in self.albums() if name_key(album.name) == key), None)
        if found is None:
            raise KnownError(f"There is no album “{name}”.", "See which there are, or create it.")
        return found

    def album_photo_ids(self, album_id: int) -> "array[int]":
        """The ids of its photos in its order; none where the album is gone."""
        with self._reading() as connection:
            return _ids(connection, album_id)

    def create_album(self, name: str) -> Album:
        """Add an empty album."""
        with self._writing(durable=True) as connection:
            kept = _free_name(connection, name)
            added = connection.execute(albums.insert().values(name=kept, created_at=now()))
            assert added.inserted_primary_key is not None
            return Album(int(added.inserted_primary_key[0]), kept, 0)

    def rename_album(self, album_id: int, name: str) -> None:
        """Give it another name; the same one in other case is another one too."""
        with self._writing(durable=True) as connection:
            _must_be_there(connection, album_id)
            kept = _free_name(connection, name, but=album_id)
            connection.execute(update(albums).where(albums.c.id == album_id).values(name=kept))

    def delete_album(self, album_id: int) -> None:
        """Forget an album; its photos stay in the library."""
        with self._writing(durable=True) as connection:
            connection.execute(delete(albums).where(albums.c.id == album_id))

    def restore_album(self, album_id: int, name: str, photo_ids: Iterable[int]) -> None:
        """Make an album what it was (as undo needs it): deleted or not, with this content."""
        with self._writing(durable=True) as connection:
            kept = _free_name(connection, name, but=album_id)
            if _is_there(connection, album_id):
                connection.execute(update(albums).where(albums.c.id == album_id).values(name=kept))
            else:
                values = {"id": album_id, "name": kept, "created_at": now()}
                connection.execute(albums.insert().values(values))
            _put_in_order(connection, album_id, _known(connection, photo_ids))

    def add_to_album(self, album_id: int, photo_ids: Sequence[int]) -> int:
        """Put photos at its end, in this order; those that are in it stay where they are.

        Gives how many were added.
        """
        with self._writing(durable=True) as connection:
            _must_be_there(connection, album_id)
            before = _ids(connection, album_id)
            there = set(before)
            added = [i for i in _known(connection, photo_ids) if i not in there]
            _put_in_order(connection, album_id, [*before, *added])
            return len(added)

    def remove_from_album(self, album_id: int, photo_ids: Iterable[int]) -> int:
        """Take photos out of it; gives how many were in it."""
        with self._writing(durable=True) as connection:
            _must_be_there(connection, album_id)
            before, gone = _ids(connection, album_id), set(photo_ids)
            staying = [photo_id for photo_id in before if photo_id not in gone]
            _put_in_order(connection, album_id, staying)
            return len(before) - len(staying)

    def move_in_album(self, album_id: int, photo_ids: Iterable[int], position: int) -> None:
        """Put these photos side by side, in the order they have; ``position`` counts from 0.

        It is the place of the first of them when they stand there; beyond the ends, the end.
        """
        with self._writing(durable=True) as connection:
            _must_be_there(connection, album_id)
            before, chosen = _ids(connection, album_id), set(photo_ids)
            moved = [photo_id for photo_id in before if photo_id in chosen]
            others = [photo_id for photo_id in before if photo_id not in chosen]
            at = min(max(position, 0), len(others))
            _put_in_order(connection, album_id, [*others[:at], *moved, *others[at:]])


def album_ids_named(connection: Connection, name: str) -> list[int]:
    """The album of this name, if there is one."""
    key = name_key(name)
    rows = connection.execute(select(albums.c.id, albums.c.name))
    return [row.id for row in rows if name_key(row.name) == key]


def _ids(connection: Connection, album_id: int) -> "array[int]":
    query = select(album_photos.c.photo_id).where(album_photos.c.album_id == album_id)
    return sqlite.ids_of(
        connection, query.order_by(album_photos.c.position, album_photos.c.photo_id)
    )


def _known(connection: Connection, photo_ids: Iterable[int]) -> list[int]:
    """Those that are in the catalog, each once, in this order."""
    wanted = list(dict.fromkeys(photo_ids))
    known: set[int] = set()
    for batch in in_batches(wanted):
        known.update(connection.scalars(select(photos.c.id).where(photos.c.id.in_(batch))))
    return [photo_id for photo_id in wanted if photo_id in known]


def _put_in_order(connection: Connection, album_id: int, photo_ids: Sequence[int]) -> None:
    """Write what changed: who is in the album, and where."""
    query = select(album_photos.c.photo_id, album_photos.c.position)
    rows = connection.execute(query.where(album_photos.c.album_id == album_id))
    before = {row.photo_id: row.position for row in rows}
    after = {photo_id: position for position, photo_id in enumerate(photo_ids)}
    of_one = and_(
        album_photos.c.album_id == album_id, album_photos.c.photo_id == bindparam("of_photo")
    )
    for batch in in_batches(before.keys() - after.keys()):
        connection.execute(delete(album_photos).where(of_one), [{"of_photo": i} for i in batch])
    changed = ((i, at) for i, at in after.items() if i in before and before[i] != at)
    for moved in in_batches(changed):
        values = [{"of_photo": i, "at": position} for i, position in moved]
        statement = update(album_photos).where(of_one).values(position=bindparam("at"))
        connection.execute(statement, values)
    for added in in_batches((i, at) for i, at in after.items() if i not in before):
        rows_ = [{"album_id": album_id, "photo_id": i, "position": at} for i, at in added]
        connection.execute(album_photos.insert(), rows_)


def _is_there(connection: Connection, album_id: int) -> bool:
    return connection.scalar(select(albums.c.id).where(albums.c.id == album_id)) is not None


def _must_be_there(connection: Connection, album_id: int) -> None:
    if not _is_there(connection, album_id):
        raise KnownError("This album is no longer there.", "Create it again.")


def _free_name(connection: Connection, name: str, *, but: int | None = None) -> str:
    kept = kept_name(name)
    for known in album_ids_named(connection, kept):
        if known != but:
            raise KnownError(f"There is an album “{kept}” already.", "Choose another name.")
    return kept
