"""Folders that a person leaves out: their photos are out of sight, and nothing of them is lost."""

import os
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection, false, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from gallery.catalog.folders import beneath
from gallery.catalog.store import Store, in_batches, path_of
from gallery.catalog.tables import LEFT_OUT, exclusions, photos, roots
from gallery.errors import KnownError


class LeavingOut(Store):
    """A photo that is left out keeps its row with all that was said: only ``left_out`` is set."""

    def left_out(self) -> tuple[Path, ...]:
        """The folders that are left out, in order."""
        with self._reading() as connection:
            paths = connection.scalars(select(exclusions.c.path).order_by(exclusions.c.path))
            return tuple(path_of(path) for path in paths)

    def leave_out(self, folder: Path) -> Sequence[int]:
        """Leave a folder out; gives the ids of its photos.

        Raises ``KnownError`` where it does not lie in a root, or a root is or lies in it.
        """
        path = os.fsencode(folder)
        with self._writing(durable=True) as connection:
            _check(connection, folder)
            connection.execute(insert(exclusions).values(path=path).on_conflict_do_nothing())
            ids = list(connection.scalars(select(photos.c.id).where(beneath(path))))
            connection.execute(update(photos).where(beneath(path)).values(left_out=True))
            return ids

    def take_back(self, folder: Path) -> Sequence[int]:
        """List a folder's photos again; gives the ids of those that another one does not hide.

        Raises ``KnownError`` where it was not left out.
        """
        path = os.fsencode(folder)
        with self._writing(durable=True) as connection:
            mine = exclusions.c.path == path
            if connection.execute(exclusions.delete().where(mine)).rowcount == 0:
                raise KnownError(
                    f"{folder} was not left out.",
                    "`photo-narrator status` lists the folders that are.",
                )
            others = connection.scalars(select(exclusions.c.path))
            hidden = or_(false(), *(beneath(other) for other in others))
            back = select(photos.c.id).where(beneath(path), LEFT_OUT, ~hidden)
            ids = list(connection.scalars(back))
            for batch in in_batches(ids):
                connection.execute(
                    update(photos).where(photos.c.id.in_(batch)).values(left_out=False)
                )
            return ids


def left_out_around(connection: Connection, path: bytes) -> bytes | None:
    """The folder that is left out and that a path is or lies in."""
    separator = os.sep.encode()
    for folder in connection.scalars(select(exclusions.c.path)):
        if path == folder or path.startswith(folder.rstrip(separator) + separator):
            return bytes(folder)
    return None


def _check(connection: Connection, folder: Path) -> None:
    known = [path_of(path) for path in connection.scalars(select(roots.c.path))]
    if folder in known:
        raise KnownError(
            f"{folder} is a folder of the library itself.",
            "Remove it from the library; only folders in it can be left out.",
        )
    inner = [root for root in known if folder in root.parents]
    if inner:
        raise KnownError(
            f"{inner[0]} lies in {folder} and is a folder of the library.",
            "Remove it from the library first.",
        )
    if not any(root in folder.parents for root in known):
        raise KnownError(
            f"{folder} lies in no folder of the library, so nothing of it is listed.",
            "`photo-narrator status` tells which folders are.",
        )
