"""From photos to captions and vectors: the engine process, kept busy with the backlog."""

import time
from collections.abc import Callable, Sequence
from typing import TypeAlias

from engine.protocol import CheckpointRef, Described, PhotoTask, Reason
from gallery.catalog import Catalog
from gallery.domain import DescribedPhoto, Failure, Todo
from gallery.library.engine_client import EngineClient
from gallery.library.engine_deliveries import Delivery, GivenBack, PhotoFailed, RoomFree
from gallery.library.events import Event, PhotosChanged, PhotosDescribed
from gallery.library.examining import note_failures

_STORE_EVERY_S = 0.5
_Parts: TypeAlias = tuple[CheckpointRef | None, CheckpointRef | None]  # captioner and matcher


class Describing:
    """A part of the indexer, used on its thread only."""

    def __init__(
        self, catalog: Catalog, engine: EngineClient, *, publish: Callable[[Event], None]
    ) -> None:
        self._catalog, self._engine, self._publish = catalog, engine, publish
        self._set = engine.describer_set
        self._described: dict[int, DescribedPhoto] = {}
        self._failures: dict[int, Failure] = {}
        self._wanted: dict[int, PhotoTask] = {}  # given to the engine and not stored
        self._outdated: set[int] = set()  # of these: their file changed since
        self._visible: tuple[int, ...] = ()
        self._stored_at = 0.0
        self._batch_done = False
        self.done = 0
        self.failed = 0
        self.more = True

    @property
    def busy(self) -> bool:
        """Whether the engine holds photos, or answers are not stored."""
        return bool(self._wanted)

    @property
    def can_describe(self) -> bool:
        """Whether there is a set that works."""
        some = self._set.captioner is not None or self._set.matcher is not None
        return some and self._engine.state.phase != "failed"

    def backlog_count(self) -> int:
        """How many photos wait for this set, and may be described by it."""
        if not self.can_describe:
            return 0
        return sum(self._backlog_count(*parts) for parts in self._passes)

    def _backlog_count(self, captioner: CheckpointRef | None, matcher: CheckpointRef | None) -> int:
        sample = self._set.knows_drawn_scenes_only
        return self._catalog.backlog_count(captioner, matcher, sample=sample)

    @property
    def _passes(self) -> Sequence[_Parts]:
        """One for both parts where one look at a photo serves both; else vectors before captions.

        A vector costs a fraction of a caption, and with it a photo is found.
        """
        captioner, matcher = self._set.captioner, self._set.matcher
        apart = captioner is not None and matcher is not None
        if not apart or self._engine.shares_vision:
            return ((captioner, matcher),)
        return ((None, matcher), (captioner, None))

    def prefer(self, photo_ids: Sequence[int]) -> None:
        """These first."""
        self._visible = tuple(photo_ids)

    def fill(self) -> None:
        """Give the engine what it has room for: the backlog, visible photos first."""
        self.more = self.more and self.can_describe
        while self.more and self._engine.has_room:
            todo = self._next()
            if not todo:
                self.more = False
                return
            tasks = [
                PhotoTask(item.photo_id, str(item.path), item.caption, item.vector) for item in todo
            ]
            self._wanted.update((task.photo_id, task) for task in tasks)
            self._engine.describe(tasks)

    def _next(self) -> Sequence[Todo]:
        """What is in sight gets all it lacks at once; the rest in passes through the library."""
        passes = self._passes
        if len(passes) > 1 and self._visible:
            seen = set(self._visible)
            todo = self._backlog(self._set.captioner, self._set.matcher)
            in_sight = [item for item in todo if item.photo_id in seen]
            if in_sight:
                return in_sight
        return next((todo for parts in passes if (todo := self._backlog(*parts))), ())

    def _backlog(
        self, captioner: CheckpointRef | None, matcher: CheckpointRef | None
    ) -> Sequence[Todo]:
        return self._catalog.backlog(
            captioner,
            matcher,
            limit=self._engine.batch_size,
            first=self._visible,
            exclude=self._wanted.keys(),
            sample=self._set.knows_drawn_scenes_only,
        )

    def drop(self) -> None:
        """Take nothing more on; what is just being described still comes."""
        self._engine.drop()
        self.more = True

    def doubt(self, photo_ids: Sequence[int]) -> None:
        """Their files changed or moved: what is under way is of no use and asked again."""
        for photo_id in self._wanted.keys() & set(photo_ids):
            if self._described.pop(photo_id, None) or self._failures.pop(photo_id, None):
                del self._wanted[photo_id]
            else:
                self._outdated.add(photo_id)

    def take(self, delivery: Delivery) -> None:
        """Take what the engine's client delivers."""
        match delivery:
            case Described() | PhotoFailed() if delivery.photo_id in self._outdated:
                self._outdated.remove(delivery.photo_id)
                del self._wanted[delivery.photo_id]
            case Described():
                self._take_described(delivery)
            case PhotoFailed():
                self._failures[delivery.photo_id] = delivery.failure
            case RoomFree():
                self._batch_done = True
            case GivenBack():
                self._take_back(delivery)
        self.more = True

    def store_if_due(self) -> None:
        """Store what came: whenever a batch is done, or twice a second. Raises ``KnownError``."""
        waited = time.monotonic() - self._stored_at >= _STORE_EVERY_S
        if not (self._described or self._failures) or not (self._batch_done or waited):
            return
        described, self._described = self._described, {}
        failures, self._failures = self._failures, {}
        self._batch_done, self._stored_at = False, time.monotonic()
        self._store(described, failures)

    def _take_back(self, delivery: GivenBack) -> None:
        for photo_id in (*delivery.photo_ids, *delivery.unblamed):
            self._wanted.pop(photo_id, None)
            self._failures.pop(photo_id, None)
            self._outdated.discard(photo_id)
        if delivery.unblamed:
            self._catalog.clear_failures(delivery.unblamed)

    def _take_described(self, said: Described) -> None:
        task = self._wanted[said.photo_id]
        if (task.caption and not said.caption) or (
            task.vector and not said.vector
        ):  # or it would be asked the same again, for ever
            failure = Failure(Reason.INTERNAL, "The describer had nothing to say about it.")
            self._failures[said.photo_id] = failure
            return
        self._described[said.photo_id] = DescribedPhoto(
            said.photo_id, said.caption, said.score, said.settings, said.vector, unsure=False
        )

    def _store(self, described: dict[int, DescribedPhoto], failures: dict[int, Failure]) -> None:
        for photo_id in (*described, *failures):
            self._wanted.pop(photo_id, None)
        if described:
            self._catalog.store_descriptions(
                self._judged(described), captioner=self._set.captioner, matcher=self._set.matcher
            )
            self.done += len(described)
            self._publish(PhotosDescribed(tuple(described)))
        failures = note_failures(self._catalog, failures, self._publish) if failures else {}
        self.failed += len(failures)
        self.done += len(failures)
        if failures:
            self._publish(PhotosChanged(tuple(failures)))

    def _judged(self, described: dict[int, DescribedPhoto]) -> list[DescribedPhoto]:
        """Mark as unsure what a set that knows drawn scenes only says of other photos."""
        if not self._set.knows_drawn_scenes_only:
            return list(described.values())
        drawn = {folder.id for folder in self._catalog.folders() if folder.is_sample_gallery}
        sure = {
            photo.id for photo in self._catalog.photos(list(described)) if photo.folder_id in drawn
        }
        return [
            DescribedPhoto(
                item.photo_id,
                item.caption,
                item.score,
                item.settings,
                item.vector,
                unsure=item.photo_id not in sure,
            )
            for item in described.values()
        ]
