"""Which photos the engine process was given, which wait, and who is to blame when it dies."""

from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.protocol import Describe, PhotoTask

_STRIKES = 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """Photos that leave the line without an answer: to be set aside, or just given back."""

    set_aside: tuple[int, ...] = ()
    given_back: tuple[int, ...] = ()


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

    def done(self, job: int) -> Verdict:
        """Note the end of a batch; photos it left unanswered go again, the second time aside."""
        batch = self._under_way.pop(job, None)
        return self._accuse(batch) if batch is not None else Verdict()

    def broke(self) -> Verdict:
        """The engine died: everything goes again, but for the photo that is to blame."""
        batches = list(self._under_way.values())
        self._under_way.clear()
        given_back: list[int] = []
        for batch in reversed(batches[1:]):
            if batch.cancelled:
                given_back.extend(batch.left)
            elif batch.left:
                self._waiting.appendleft(tuple(batch.left.values()))
        verdict = self._accuse(batches[0]) if batches else Verdict()
        return Verdict(verdict.set_aside, (*verdict.given_back, *given_back))

    def drop(self) -> tuple[tuple[int, ...], Verdict]:
        """Give back what waits; the jobs under way are cancelled but answers are still taken."""
        waited = [task.photo_id for tasks in (self._suspects, *self._waiting) for task in tasks]
        self._waiting.clear()
        self._suspects.clear()
        for batch in self._under_way.values():
            batch.cancelled = True
        return tuple(self._under_way), Verdict(given_back=tuple(waited))

    def clear(self) -> Verdict:
        """Give everything back."""
        held = tuple(self.photo_ids)
        self._waiting.clear()
        self._suspects.clear()
        self._under_way.clear()
        self._crashes.clear()
        return Verdict(given_back=held)

    def _room_beside(self) -> int:
        """One batch at a time while the one under way holds a suspect."""
        alone = any(
            photo_id in self._crashes
            for batch in self._under_way.values()
            for photo_id in batch.left
        )
        return 1 if alone else self._most

    def _accuse(self, batch: _Batch) -> Verdict:
        if batch.cancelled:
            return Verdict(given_back=tuple(batch.left))
        for photo_id, task in batch.left.items():
            crashes = self._crashes[photo_id] = self._crashes.get(photo_id, 0) + 1
            if len(batch.left) == 1 and crashes >= _STRIKES:
                del self._crashes[photo_id]
                return Verdict(set_aside=(photo_id,))
            self._suspects.append(task)
        return Verdict()
