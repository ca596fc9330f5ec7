"""The folders that a person added."""

import os
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from gallery.catalog.store import Store, path_of
from gallery.catalog.tables import HIDDEN_IDS, ROOT_ID_UNINDEXED, photos, roots
from gallery.domain import Folder
from gallery.errors import KnownError


class Folders(Store):
    """Adding, listing and removing roots."""

    def add_folder(
        self,
        path: Path,
        *,
        sample_allowed: bool = False,
        is_sample_gallery: bool = False,
        names_only: bool = False,
    ) -> Folder:
        """Add a root, or give the one that is there (permission for the sample is only added).

        ``names_only``: its photos are listed, and not described until a person says so.

        A root within or around another is allowed: a photo stays with the root that listed it
        first.
        """
        values = {
            "path": os.fsencode(path),
            "connected": True,
            "sample_allowed": sample_allowed or is_sample_gallery,
            "is_sample_gallery": is_sample_gallery,
            "names_only": names_only,
        }
        with self._writing(durable=True) as connection:
            adding = insert(roots).values(values)
            connection.execute(
                adding.on_conflict_do_update(
                    index_elements=[roots.c.path],
                    set_={
                        "sample_allowed": roots.c.sample_allowed | adding.excluded.sample_allowed,
                        "is_sample_gallery": roots.c.is_sample_gallery
                        | adding.excluded.is_sample_gallery,
                    },
                )
            )
            return _folders(connection, roots.c.path == values["path"])[0]

    def folders(self) -> tuple[Folder, ...]:
        """All roots, in the order they were added."""
        with self._reading() as connection:
            return _folders(connection)

    def folder(self, folder_id: int) -> Folder:
        """One root. Raises ``KnownError`` where it was removed."""
        with self._reading() as connection:
            found = _folders(connection, roots.c.id == folder_id)
        if not found:
            raise KnownError("This folder is no longer in the catalog.", "Add it again.")
        return found[0]

    def remove_folder(self, folder_id: int) -> None:
        """Forget a root with its photos, captions and vectors; the files are not touched.

        Photos that lie within another root too go over to that one and keep everything.
        """
        with self._writing(durable=True) as connection:
            _hand_over(connection, folder_id)
            connection.execute(delete(roots).where(roots.c.id == folder_id))

    def allow_sample(self, folder_id: int) -> None:
        """A person agreed that the sample set, which knows drawn scenes only, describes this."""
        self._set(folder_id, sample_allowed=True)

    def set_names_only(self, folder_id: int, names_only: bool) -> None:
        """Whether a folder's photos are only listed; else they are described too."""
        self._set(folder_id, names_only=names_only)

    def set_connected(self, folder_id: int, connected: bool) -> None:
        """Note whether the folder can be reached; its photos stay as they are."""
        self._set(folder_id, connected=connected)

    def _set(self, folder_id: int, **values: bool) -> None:
        with self._writing() as connection:
            connection.execute(update(roots).where(roots.c.id == folder_id).values(**values))


def beneath(folder: bytes) -> ColumnElement[bool]:
    """Whether a photo's path lies in a folder, at any depth: a range of the index on paths."""
    first, behind = _range(folder)
    return and_(photos.c.path >= first, photos.c.path < behind)


def inside(folder: Path, *, deep: bool) -> ColumnElement[bool]:
    """Whether a photo lies in a folder: at any depth (``deep``), or directly in it."""
    path = os.fsencode(folder)
    if deep:
        return beneath(path)
    separator = os.sep.encode()
    rest = func.substr(photos.c.path, len(_range(path)[0]) + 1)
    return and_(beneath(path), func.instr(rest, separator) == 0)


def root_around(connection: Connection, path: bytes) -> int | None:
    """The innermost root that a path lies in."""
    found = [
        (len(row.path), int(row.id))
        for row in connection.execute(select(roots.c.id, roots.c.path))
        if _range(row.path)[0] <= path < _range(row.path)[1]
    ]
    return max(found)[1] if found else None


def _range(folder: bytes) -> tuple[bytes, bytes]:
    separator = os.sep.encode()
    stem = folder.rstrip(separator)
    return stem + separator, stem + bytes([separator[0] + 1])


def _folders(connection: Connection, *conditions: ColumnElement[bool]) -> tuple[Folder, ...]:
    in_all = select(func.count()).where(photos.c.root_id == roots.c.id)
    behind = select(func.count()).where(
        photos.c.id.in_(HIDDEN_IDS), roots.c.id == ROOT_ID_UNINDEXED
    )
    photo_count = (in_all.scalar_subquery() - behind.scalar_subquery()).label("photo_count")
    query = select(roots, photo_count).where(*conditions).order_by(roots.c.id)
    return tuple(_folder_of(row) for row in connection.execute(query))


def _folder_of(row: Row[Any]) -> Folder:
    return Folder(
        id=row.id,
        path=path_of(row.path),
        connected=row.connected,
        sample_allowed=row.sample_allowed,
        is_sample_gallery=row.is_sample_gallery,
        photo_count=row.photo_count,
        names_only=row.names_only,
    )


def _hand_over(connection: Connection, folder_id: int) -> None:
    others = connection.execute(select(roots.c.id, roots.c.path).where(roots.c.id != folder_id))
    # Inner roots first: what they take is no longer there for those around them.
    for other in sorted(others, key=lambda row: len(row.path), reverse=True):
        connection.execute(
            update(photos)
            .where(photos.c.root_id == folder_id, beneath(other.path))
            .values(root_id=other.id)
        )
