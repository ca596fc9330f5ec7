"""What is still to be described, and what a describer set says."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, select, update

from engine.protocol import CheckpointRef
from gallery.catalog.shown import show_again
from gallery.catalog.store import (
    Store,
    checkpoint_key,
    in_batches,
    new_checkpoint_key,
    now,
    path_of,
)
from gallery.catalog.tables import (
    NOTHING_YET,
    READY,
    captions,
    checkpoints,
    photos,
    roots,
    vectors,
)
from gallery.domain import DescribedPhoto, Origin, Todo

#: What describers write until they say otherwise.
DESCRIBER_LANGUAGE = "en"


class Describing(Store):
    """The backlog is a query, not a queue: a crash, a new folder or a new set leaves it right."""

    def backlog(
        self,
        captioner: CheckpointRef | None,
        matcher: CheckpointRef | None,
        *,
        limit: int,
        first: Sequence[int] = (),
        exclude: Collection[int] = (),
        sample: bool,
    ) -> list[Todo]:
        """At most ``limit`` photos that lack a caption or a vector by these, ``first`` ones first.

        Photos that failed, are missing, were not examined or lie in a folder that is not connected
        are no part of it; with ``sample`` only folders where the sample set is allowed are.
        ``exclude``: what is in flight.
        """
        wanted = _Wanted(captioner, matcher)
        self._adopt(wanted)
        left_out = set(exclude)
        found: dict[int, Todo] = {}
        with self._reading() as connection:
            lacking = _Lacking.of(connection, wanted, sample_allowed=True if sample else None)
            for batch in in_batches(i for i in dict.fromkeys(first) if i not in left_out):
                todo = lacking.among(connection, batch)
                found.update((i, todo[i]) for i in batch if i in todo)
                if len(found) >= limit:
                    break
            more = limit - len(found)
            if more > 0:
                ids = lacking.ids(connection, more + len(left_out) + len(found))
                ids = [i for i in ids if i not in left_out and i not in found][:more]
                todo = lacking.among(connection, ids)
                found.update((i, todo[i]) for i in ids if i in todo)
        return list(found.values())[:limit]

    def backlog_count(
        self, captioner: CheckpointRef | None, matcher: CheckpointRef | None, *, sample: bool
    ) -> int:
        """How many photos ``backlog`` could give."""
        return self._count(_Wanted(captioner, matcher), True if sample else None)

    def blocked_by_sample_count(
        self, captioner: CheckpointRef | None, matcher: CheckpointRef | None
    ) -> int:
        """How many photos wait only for the permission to describe them with the sample set."""
        return self._count(_Wanted(captioner, matcher), False)

    def store_descriptions(
        self,
        items: Sequence[DescribedPhoto],
        *,
        captioner: CheckpointRef | None,
        matcher: CheckpointRef | None,
    ) -> None:
        """Store what a set says, all in one transaction; a person's caption stays the shown one.

        What is sent again adds nothing. Photos that were removed meanwhile are left out, and those
        whose content changed meanwhile: that was said of the old content.
        """
        with self._writing() as connection:
            valid = _still_valid(connection, [item.photo_id for item in items])
            kept = [item for item in items if item.photo_id in valid]
            for batch in in_batches(kept):
                ids = [item.photo_id for item in batch]
                scored_by = new_checkpoint_key(connection, matcher) if matcher else None
                if captioner is not None:
                    key = new_checkpoint_key(connection, captioner)
                    _store_captions(connection, batch, key, scored_by)
                if scored_by is not None:
                    _store_vectors(connection, batch, scored_by)
                connection.execute(
                    update(photos)
                    .where(photos.c.id.in_(ids), photos.c.failure_reason.is_not(None))
                    .values(failure_reason=None, failure_detail=None)
                )

    def _count(self, wanted: "_Wanted", sample_allowed: bool | None) -> int:
        self._adopt(wanted)
        with self._reading() as connection:
            return _Lacking.of(connection, wanted, sample_allowed=sample_allowed).count(connection)

    def _adopt(self, wanted: "_Wanted") -> None:
        """Make what an earlier run of this set left count as done, once a catalog is open.

        ``captioned_by`` and ``embedded_by`` name the last checkpoint only. When a person goes back
        to an earlier one, what it did is still there, and the index must know.
        """
        if wanted in self._adopted:
            return
        with self._writing() as connection:
            lacking = _Lacking.of(connection, wanted, sample_allowed=None)
            said = exists().where(
                captions.c.photo_id == photos.c.id,
                captions.c.checkpoint == lacking.captioner,
                captions.c.withdrawn_at.is_(None),
            )
            made = exists().where(
                vectors.c.photo_id == photos.c.id, vectors.c.checkpoint == lacking.matcher
            )
            for arm in lacking.without_caption():
                connection.execute(
                    update(photos).where(arm, said).values(captioned_by=lacking.captioner)
                )
            for arm in lacking.without_vector(lacking.keys):
                connection.execute(
                    update(photos).where(arm, made).values(embedded_by=lacking.matcher)
                )
        self._adopted.add(wanted)


@dataclass(frozen=True, slots=True)
class _Wanted:
    captioner: CheckpointRef | None
    matcher: CheckpointRef | None


@dataclass(frozen=True, slots=True)
class _Lacking:
    """The photos without a caption by ``captioner`` or a vector by ``matcher`` (numbers).

    Every condition is a range of the index ``photos_backlog`` (root, captioned by, embedded by):
    what is done is never looked at.
    """

    root_ids: tuple[int, ...]
    keys: tuple[int, ...]
    captioner: int | None
    matcher: int | None

    @classmethod
    def of(
        cls, connection: Connection, wanted: _Wanted, *, sample_allowed: bool | None
    ) -> "_Lacking":
        query = select(roots.c.id).where(roots.c.connected, ~roots.c.names_only)
        if sample_allowed is not None:
            query = query.where(roots.c.sample_allowed == sample_allowed)
        return cls(
            tuple(connection.scalars(query)),
            (NOTHING_YET, *connection.scalars(select(checkpoints.c.id))),
            checkpoint_key(connection, wanted.captioner) if wanted.captioner else None,
            checkpoint_key(connection, wanted.matcher) if wanted.matcher else None,
        )

    def _arms(self) -> Iterable[ColumnElement[bool]]:
        """Conditions that exclude one another and together say what is lacking."""
        yield from self.without_caption()
        yield from self.without_vector(self.keys if self.captioner is None else (self.captioner,))

    def without_caption(self) -> Iterable[ColumnElement[bool]]:
        """At most one condition: captioned by another, or by none yet."""
        if self.captioner is not None:
            others = [key for key in self.keys if key != self.captioner]
            yield and_(self._there(), photos.c.captioned_by.in_(others))

    def without_vector(self, captioned_by: Sequence[int]) -> Iterable[ColumnElement[bool]]:
        """At most one condition: captioned by these, and embedded by another or by none yet."""
        if self.matcher is not None:
            others = [key for key in self.keys if key != self.matcher]
            yield and_(
                self._there(),
                photos.c.captioned_by.in_(captioned_by),
                photos.c.embedded_by.in_(others),
            )

    def _there(self) -> ColumnElement[bool]:
        return and_(READY, photos.c.root_id.in_(self.root_ids))

    def count(self, connection: Connection) -> int:
        return sum(
            connection.scalar(select(func.count()).select_from(photos).where(arm)) or 0
            for arm in self._arms()
        )

    def ids(self, connection: Connection, limit: int) -> list[int]:
        found: list[int] = []
        for arm in self._arms():
            query = select(photos.c.id).where(arm).limit(limit - len(found))
            found.extend(connection.scalars(query))
        return found

    def among(self, connection: Connection, photo_ids: Sequence[int]) -> dict[int, Todo]:
        """Which of these photos lack something, and what."""
        query = select(
            photos.c.id,
            photos.c.root_id,
            photos.c.path,
            photos.c.captioned_by,
            photos.c.embedded_by,
        ).where(photos.c.id.in_(photo_ids), READY)
        found = {}
        for row in connection.execute(query):
            if row.root_id not in self.root_ids:
                continue
            caption = self.captioner is not None and row.captioned_by != self.captioner
            vector = self.matcher is not None and row.embedded_by != self.matcher
            if caption or vector:
                found[row.id] = Todo(row.id, path_of(row.path), caption, vector)
        return found


def _still_valid(connection: Connection, photo_ids: Sequence[int]) -> set[int]:
    """Photos that are there and did not change since they were examined."""
    found: set[int] = set()
    for batch in in_batches(photo_ids):
        # Not examined, but with a fingerprint: it was examined before it changed.
        changed = and_(photos.c.examined.is_(False), photos.c.fingerprint.is_not(None))
        query = select(photos.c.id).where(photos.c.id.in_(batch), ~changed)
        found.update(connection.scalars(query))
    return found


def _store_captions(
    connection: Connection, items: Sequence[DescribedPhoto], key: int, scored_by: int | None
) -> None:
    # None: it was not asked for. Empty: there is nothing to say, which need not be asked again.
    said = {item.photo_id: item for item in items if item.caption is not None}
    if not said:
        return
    known = {
        (row.photo_id, row.text, row.settings)
        for row in connection.execute(
            select(captions.c.photo_id, captions.c.text, captions.c.settings).where(
                captions.c.photo_id.in_(said),
                captions.c.checkpoint == key,
                captions.c.withdrawn_at.is_(None),
            )
        )
    }
    rows = [
        _caption_row(item, key, scored_by)
        for item in said.values()
        if item.caption and (item.photo_id, item.caption, item.settings) not in known
    ]
    if rows:
        connection.execute(captions.insert(), rows)
    connection.execute(update(photos).where(photos.c.id.in_(said)).values(captioned_by=key))
    show_again(connection, list(said))


def _caption_row(item: DescribedPhoto, key: int, scored_by: int | None) -> dict[str, Any]:
    return {
        "photo_id": item.photo_id,
        "text": item.caption,
        "origin": Origin.MODEL.value,
        "language": DESCRIBER_LANGUAGE,
        "checkpoint": key,
        "settings": item.settings,
        "score": item.score,
        "scored_by": None if item.score is None else scored_by,
        "unsure": item.unsure,
        "created_at": now(),
    }


def _store_vectors(connection: Connection, items: Sequence[DescribedPhoto], key: int) -> None:
    made = {item.photo_id: item.vector for item in items if item.vector}
    if not made:
        return
    # Replaced by a new row, not in place: a higher id tells readers that there is something new.
    connection.execute(
        delete(vectors).where(vectors.c.photo_id.in_(made), vectors.c.checkpoint == key)
    )
    connection.execute(
        vectors.insert(),
        [{"photo_id": i, "checkpoint": key, "vector": vector} for i, vector in made.items()],
    )
    connection.execute(update(photos).where(photos.c.id.in_(made)).values(embedded_by=key))
