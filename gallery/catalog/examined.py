"""What the files of photos tell, once they were read: header, facts, captions."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, and_, delete, func, select

from gallery.catalog.captioning import say, storable
from gallery.catalog.moments import local_time, place_in_time
from gallery.catalog.pairs import names_beside
from gallery.catalog.shown import show_again
from gallery.catalog.store import Store, in_batches, path_of, set_each
from gallery.catalog.tables import (
    ROOT_ID_UNINDEXED,
    UNEXAMINED,
    captions,
    facts,
    photos,
    roots,
)
from gallery.domain import Facts, FoundFile, Metadata, Origin

_CAN_BE_EXAMINED = and_(
    UNEXAMINED, ROOT_ID_UNINDEXED.in_(select(roots.c.id).where(roots.c.connected))
)
_FACTS = tuple(column.name for column in facts.columns if column.name != "photo_id")

_Told = tuple[int, Metadata]


class Examined(Store):
    """A photo is examined before it is described; what its file tells is kept then."""

    def unexamined(self, limit: int) -> list[tuple[int, Path]]:
        """Photos whose header was not read yet and that did not fail, oldest entry first.

        Those of folders that are not connected wait until these are.
        """
        query = select(photos.c.id, photos.c.path).where(_CAN_BE_EXAMINED).order_by(photos.c.id)
        with self._reading() as connection:
            return [(row[0], path_of(row[1])) for row in connection.execute(query.limit(limit))]

    def unexamined_count(self) -> int:
        """How many photos ``unexamined`` could give."""
        query = select(func.count()).select_from(photos).where(_CAN_BE_EXAMINED)
        with self._reading() as connection:
            return connection.scalar(query) or 0

    def set_metadata(self, items: Sequence[tuple[int, Metadata]]) -> None:
        """Store what files tell; with that the photos can be described.

        Their captions stand below a person's and above a describer's; one that is no longer in
        the file is withdrawn.
        """
        with self._writing() as connection:
            for batch in in_batches(items):
                changed_ns = _mtimes(connection, [photo_id for photo_id, _ in batch])
                there = [item for item in batch if item[0] in changed_ns]
                set_each(connection, (_row(i, told, changed_ns[i]) for i, told in there))
                _set_facts(connection, there)
                _set_captions(connection, there)

    def read_again(self, files: Sequence[tuple[int, FoundFile]]) -> None:
        """Their sidecars changed: what they tell is to be read anew; all that was said stays."""
        with self._writing() as connection:
            for batch in in_batches(files):
                # Without a fingerprint, or it would count as changed content meanwhile.
                again = {"examined": False, "fingerprint": None}
                set_each(
                    connection,
                    ({"of_photo": i, "sidecar_ns": f.sidecar_ns, **again} for i, f in batch),
                )

    def facts(self, photo_id: int) -> Facts:
        """What a photo's file tells about itself, and its RAW; but its caption: see ``history``."""
        with self._reading() as connection:
            row = connection.execute(
                select(facts).where(facts.c.photo_id == photo_id)
            ).one_or_none()
            words = connection.scalar(select(photos.c.keywords).where(photos.c.id == photo_id))
            beside = names_beside(connection, photo_id)
        known = {} if row is None else {name: getattr(row, name) for name in _FACTS}
        return Facts(**known, keywords=tuple((words or "").splitlines()), beside=beside)


def _mtimes(connection: Connection, photo_ids: Sequence[int]) -> dict[int, int]:
    query = select(photos.c.id, photos.c.mtime_ns).where(photos.c.id.in_(photo_ids))
    return {row[0]: row[1] for row in connection.execute(query)}


def _row(photo_id: int, told: Metadata, mtime_ns: int) -> dict[str, Any]:
    taken_at = told.taken_at.replace(tzinfo=None) if told.taken_at else None
    return {
        "of_photo": photo_id,
        "examined": True,
        "format": told.format,
        "width_px": told.width_px,
        "height_px": told.height_px,
        "taken_at": taken_at,
        "taken_source": told.taken_source,
        "fingerprint": told.fingerprint,
        "keywords": "\n".join(told.facts.keywords) or None,
        **place_in_time(taken_at or local_time(mtime_ns)),
    }


def _set_facts(connection: Connection, items: Sequence[_Told]) -> None:
    connection.execute(delete(facts).where(facts.c.photo_id.in_([i for i, _ in items])))
    rows = [_facts_row(photo_id, told.facts) for photo_id, told in items]
    rows = [row for row in rows if any(row[name] is not None for name in _FACTS)]
    if rows:
        connection.execute(facts.insert(), rows)


def _facts_row(photo_id: int, told: Facts) -> dict[str, Any]:
    known = dataclasses.asdict(told)
    return {"photo_id": photo_id, **{name: known[name] for name in _FACTS}}


def _set_captions(connection: Connection, items: Sequence[_Told]) -> None:
    """Few files have one: only these are looked at, and those that had one."""
    had = set(
        connection.scalars(
            select(captions.c.photo_id).where(
                captions.c.photo_id.in_([photo_id for photo_id, _ in items]),
                captions.c.origin == Origin.FILE.value,
                captions.c.withdrawn_at.is_(None),
            )
        )
    )
    changed = []
    for photo_id, told in items:
        text, language = storable(told.facts.caption), told.facts.caption_language
        if (text is not None or photo_id in had) and say(
            connection, photo_id, text, Origin.FILE, language
        ):
            changed.append(photo_id)
    if changed:
        show_again(connection, changed)
