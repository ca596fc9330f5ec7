"""Which photos the engine process was given, which wait, and who is to blame when it dies."""

from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.protocol import Describe, PhotoTask

_STRIKES = 2


@dataclass(slots=True)
class _Batch:
    job: int
    left: dict[int, PhotoTask]
    cancelled: bool = False


class Line:
    """The batches of the engine as plain book-keeping: no threads, no process.

    Two batches are under way at most: the engine is never idle between them, and what a person
    looks at still comes soon. When the engine dies, the photos of the head batch are suspects:
    they go one at a time from then on, with nothing beside them, so that the one that is to blame
    is known by the second crash; the other photos just go again. A number is never used twice, so
    an answer that comes late or twice finds nobody waiting.
    """

    def __init__(self, numbers: Iterator[int], *, under_way: int = 2) -> None:
        self._numbers = numbers
        self._most = under_way
        self._waiting: deque[tuple[PhotoTask, ...]] = deque()
        self._suspects: deque[PhotoTask] = deque()
        self._under_way: OrderedDict[int, _Batch] = OrderedDict()
        self._crashes: dict[int, int] = {}

    def __len__(self) -> int:
        """How many photos of the batch at the head are not answered; 0 without one."""
        return len(next(iter(self._under_way.values())).left) if self._under_way else 0

    @property
    def has_room(self) -> bool:
        """Whether another batch may be added."""
        waiting = len(self._waiting) + len(self._suspects)
        return waiting + len(self._under_way) < self._most

    @property
    def photo_ids(self) -> set[int]:
        """Every photo that was added and not answered."""
        held = {photo_id for batch in self._under_way.values() for photo_id in batch.left}
        held.update(task.photo_id for tasks in self._waiting for task in tasks)
        held.update(task.photo_id for task in self._suspects)
        return held

    def add(self, tasks: Sequence[PhotoTask]) -> None:
        """Put a batch at the end."""
        if tasks:
            self._waiting.append(tuple(tasks))

    def next_batch(self) -> Describe | None:
        """The batch to send now, which counts as sent."""
        if self._suspects:
            if self._under_way:
                return None
            tasks: tuple[PhotoTask, ...] = (self._suspects.popleft(),)
        elif self._waiting and len(self._under_way) < self._room_beside():
            tasks = self._waiting.popleft()
        else:
            return None
        job = next(self._numbers)
        self._under_way[job] = _Batch(job, {task.photo_id: task for task in tasks})
        return Describe(job, tasks)

    def answered(self, job: int, photo_id: int) -> PhotoTask | None:
        """Note an answer; the task it belongs to, None where nobody waits for it."""
        batch = self._under_way.get(job)
        task = batch.left.pop(photo_id, None) if batch else None
        if task is not None:
            self._crashes.pop(photo_id, None)
        return task

    def done(self, job: int) -> tuple[int, ...]:
        """Note the end of a batch; photos that it left unanswered for the second time.

        Those unanswered for the first time go again (unless they were cancelled).
        """
        batch = self._under_way.pop(job, None)
        return self._accuse(batch) if batch is not None and not batch.cancelled else ()

    def broke(self) -> tuple[int, ...]:
        """The engine died: everything goes again but the photos to be set aside, returned."""
        batches = list(self._under_way.values())
        self._under_way.clear()
        if not batches:
            return ()
        for batch in reversed(batches[1:]):
            if batch.left and not batch.cancelled:
                self._waiting.appendleft(tuple(batch.left.values()))
        return () if batches[0].cancelled else self._accuse(batches[0])

    def drop(self) -> tuple[int, ...]:
        """Forget what waits; the jobs under way, whose answers are still taken if they come."""
        self._waiting.clear()
        self._suspects.clear()
        for batch in self._under_way.values():
            batch.cancelled = True
        return tuple(self._under_way)

    def clear(self) -> None:
        """Forget everything."""
        self.drop()
        self._under_way.clear()
        self._crashes.clear()

    def _room_beside(self) -> int:
        """One batch at a time while the one under way holds a suspect."""
        alone = any(
            photo_id in self._crashes
            for batch in self._under_way.values()
            for photo_id in batch.left
        )
        return 1 if alone else self._most

    def _accuse(self, batch: _Batch) -> tuple[int, ...]:
        aside: list[int] = []
        for photo_id, task in batch.left.items():
            self._crashes[photo_id] = self._crashes.get(photo_id, 0) + 1
            if len(batch.left) == 1 and self._crashes[photo_id] >= _STRIKES:
                del self._crashes[photo_id]
                aside.append(photo_id)
            else:
                self._suspects.append(task)
        return tuple(aside)
