"""What a scan finds: new, changed, moved and vanished files."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from gallery.catalog.folders import beneath, inside, root_around
from gallery.catalog.leaving_out import left_out_around
from gallery.catalog.moments import local_time, place_in_time
from gallery.catalog.pairs import pair_again, pair_again_where
from gallery.catalog.shown import show_again
from gallery.catalog.store import Store, former_path, in_batches, now, path_of, set_each
from gallery.catalog.tables import (
    EDITED,
    FAILED,
    LEFT_OUT,
    MISSING,
    NOTHING_YET,
    alternates,
    captions,
    photos,
    roots,
    vectors,
)
from gallery.domain import Failure, FoundFile, KnownFile, Origin

_NO_FAILURE = {"failure_reason": None, "failure_detail": None}


class Files(Store):
    """The photos as files. Ids are for ever: a photo's id is never given to another."""

    def known_files(
        self, folder_id: int, within: Path | None = None, deep: bool = True
    ) -> dict[bytes, KnownFile]:
        """What is known beneath a root, or ``within`` a folder in it (``deep``), by path bytes.

        Also holds what lies there but was listed by another root, so that nothing known is added
        again.
        """
        with self._reading() as connection:
            path = connection.scalar(select(roots.c.path).where(roots.c.id == folder_id))
            if path is None:
                return {}
            place = beneath(path) if within is None else inside(within, deep=deep)
            found = connection.execute(
                select(
                    photos.c.path,
                    photos.c.id,
                    photos.c.size_bytes,
                    photos.c.mtime_ns,
                    photos.c.sidecar_ns,
                    photos.c.missing,
                ).where(place)
            )
            # all at once: fetching one row after another takes longer than all the rest
            return {path: KnownFile(*told) for path, *told in found.all()}

    def add_files(self, folder_id: int, files: Sequence[FoundFile]) -> list[int]:
        """Add photos, not yet examined; gives the ids of the new ones.

        A path that is known stays as it is, with the root that has it. A root that was removed
        meanwhile gets nothing.
        """
        with self._writing() as connection:
            if connection.scalar(select(roots.c.id).where(roots.c.id == folder_id)) is None:
                return []
            last = connection.scalar(select(func.coalesce(func.max(photos.c.id), 0)))
            for batch in in_batches(files):
                connection.execute(
                    insert(photos).on_conflict_do_nothing(index_elements=[photos.c.path]),
                    [_new_row(folder_id, file) for file in batch],
                )
                pair_again(connection, [os.fsencode(file.path) for file in batch])
            return list(
                connection.scalars(
                    select(photos.c.id).where(photos.c.id > last).order_by(photos.c.id)
                )
            )

    def update_files(self, changes: Sequence[tuple[int, FoundFile]]) -> None:
        """The content changed on disk: header and descriptions are to be made again.

        What models and the old file said is withdrawn (kept in the history), its vectors go; a
        person's caption stays. The old fingerprint stays until the new one is known.
        """
        with self._writing() as connection:
            for batch in in_batches(changes):
                set_each(
                    connection,
                    (
                        {
                            "of_photo": photo_id,
                            "size_bytes": file.size_bytes,
                            "mtime_ns": file.mtime_ns,
                            "sidecar_ns": file.sidecar_ns,
                            "examined": False,
                            "missing": False,
                            "captioned_by": NOTHING_YET,
                            "embedded_by": NOTHING_YET,
                            **_NO_FAILURE,
                        }
                        for photo_id, file in batch
                    ),
                )
                _withdraw_content(connection, [photo_id for photo_id, _ in batch])

    def set_missing(self, photo_ids: Iterable[int], missing: bool) -> None:
        """Note that files vanished or came back; nothing else changes."""
        with self._writing() as connection:
            for batch in in_batches(photo_ids):
                connection.execute(
                    update(photos).where(photos.c.id.in_(batch)).values(missing=missing)
                )
                pair_again_where(connection, batch)

    def move_file(self, photo_id: int, file: FoundFile, *, replaced: int | None = None) -> None:
        """The same content is now at this path (or has a new mtime): the photo keeps everything.

        But for a failure, which may have been that it was not found in its old place.
        ``replaced``: the photo that may have the path so far and whose content is no longer there;
        it is missing from then on. Raises ``ValueError`` where another photo has the path or no
        root is around it.
        """
        path = os.fsencode(file.path)
        with self._writing() as connection:
            root_id = _room_at(connection, path, photo_id, replaced)
            left = connection.scalar(select(photos.c.path).where(photos.c.id == photo_id))
            connection.execute(
                update(photos)
                .where(photos.c.id == photo_id)
                .values(
                    root_id=root_id,
                    path=path,
                    name=_name(file.path),
                    size_bytes=file.size_bytes,
                    mtime_ns=file.mtime_ns,
                    missing=False,
                    left_out=left_out_around(connection, path) is not None,
                    **_NO_FAILURE,
                )
            )
            pair_again(connection, [path] if left in (path, None) else [path, left])

    def fingerprints(self, photo_ids: Iterable[int]) -> dict[int, bytes]:
        """The last known content fingerprints, by which a touched file differs from a changed one.

        Same fingerprint: ``move_file`` to where it is keeps all; another one: ``update_files``.
        """
        found: dict[int, bytes] = {}
        with self._reading() as connection:
            for batch in in_batches(photo_ids):
                rows = connection.execute(
                    select(photos.c.id, photos.c.fingerprint).where(
                        photos.c.id.in_(batch), photos.c.fingerprint.is_not(None)
                    )
                )
                found.update((row[0], row[1]) for row in rows)
        return found

    def find_missing_by_fingerprint(self, fingerprint: bytes, size_bytes: int) -> int | None:
        """A missing photo with this content: what was found is the same file, moved."""
        with self._reading() as connection:
            return connection.scalar(
                select(photos.c.id)
                .where(
                    MISSING,
                    photos.c.fingerprint == fingerprint,
                    photos.c.size_bytes == size_bytes,
                )
                .order_by(photos.c.id)
                .limit(1)
            )

    def find_left_out_by_fingerprint(
        self, fingerprint: bytes, size_bytes: int
    ) -> list[tuple[int, Path]]:
        """Photos with this content in folders that are left out, and where they were."""
        query = select(photos.c.id, photos.c.path).where(
            LEFT_OUT, photos.c.fingerprint == fingerprint, photos.c.size_bytes == size_bytes
        )
        with self._reading() as connection:
            return [(row.id, path_of(row.path)) for row in connection.execute(query)]

    def sizes_out_of_sight(self) -> set[int]:
        """The sizes of photos that are missing or left out, which a new file may turn out to be."""
        with self._reading() as connection:
            some = (select(photos.c.size_bytes).where(apart) for apart in (MISSING, LEFT_OUT))
            return {size for query in some for size in connection.scalars(query.distinct())}

    def set_failure(self, photo_id: int, failure: Failure | None) -> None:
        """Note why a photo could not be read or described; None forgets it."""
        if failure is None:
            self.clear_failures([photo_id])
        else:
            self.add_failures([(photo_id, failure)])

    def add_failures(self, failures: Sequence[tuple[int, Failure]]) -> None:
        """Note why photos could not be read or described; they leave the to-do lists."""
        with self._writing() as connection:
            for batch in in_batches(failures):
                set_each(connection, (_failure_row(*item) for item in batch))

    def clear_failures(self, photo_ids: Sequence[int] | None = None) -> None:
        """Try these again (None: all that failed): they go back on the to-do lists."""
        clearing = update(photos).where(FAILED).values(**_NO_FAILURE)
        with self._writing() as connection:
            if photo_ids is None:
                connection.execute(clearing)
                return
            for batch in in_batches(photo_ids):
                connection.execute(clearing.where(photos.c.id.in_(batch)))


def _room_at(connection: Connection, path: bytes, photo_id: int, replaced: int | None) -> int:
    """The root for a photo that comes to this path; whose content was replaced makes room."""
    holder = connection.execute(
        select(photos.c.id, photos.c.root_id).where(photos.c.path == path)
    ).one_or_none()
    if holder is None:
        root_id = root_around(connection, path)
        if root_id is None:
            raise ValueError(f"photo {photo_id} moved to where no folder is")
        return root_id
    if holder.id not in (photo_id, replaced):
        raise ValueError(f"photo {holder.id} has the path that photo {photo_id} moved to")
    if holder.id != photo_id:
        connection.execute(
            update(photos)
            .where(photos.c.id == holder.id)
            .values(path=former_path(path, holder.id), missing=True)
        )
    return int(holder.root_id)


def _new_row(folder_id: int, file: FoundFile) -> dict[str, Any]:
    return {
        "root_id": folder_id,
        "path": os.fsencode(file.path),
        "name": _name(file.path),
        "size_bytes": file.size_bytes,
        "mtime_ns": file.mtime_ns,
        "sidecar_ns": file.sidecar_ns,
        "examined": False,
        "missing": False,
        "captioned_by": NOTHING_YET,
        "embedded_by": NOTHING_YET,
        "caption_doubted": False,
        "left_out": False,
        **place_in_time(local_time(file.mtime_ns)),
    }


def _failure_row(photo_id: int, failure: Failure) -> dict[str, Any]:
    return {
        "of_photo": photo_id,
        "failure_reason": failure.reason.value,
        "failure_detail": failure.detail,
    }


def _withdraw_content(connection: Connection, photo_ids: Sequence[int]) -> None:
    connection.execute(
        update(captions)
        .where(
            captions.c.photo_id.in_(photo_ids),
            captions.c.origin != Origin.PERSON.value,
            captions.c.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now())
    )
    # A person's caption stays, but how well it fitted the old content says nothing: they are asked.
    connection.execute(
        update(captions)
        .where(captions.c.photo_id.in_(photo_ids), captions.c.withdrawn_at.is_(None))
        .values(score=None, scored_by=None)
    )
    for said in (vectors, alternates):
        connection.execute(delete(said).where(said.c.photo_id.in_(photo_ids)))
    show_again(connection, photo_ids)
    connection.execute(
        update(photos).where(photos.c.id.in_(photo_ids), EDITED).values(caption_doubted=True)
    )


def _name(path: Path) -> str:
    return os.fsencode(path.name).decode("utf-8", "replace")
