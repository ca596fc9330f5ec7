"""Batches of photos through a describer: decoded ahead of the network, none sunk by a bad one."""

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from pathlib import Path

from engine.describer import Describer, Description, DeviceLostError, Picture, Wish
from engine.images import DecodeError
from engine.mailbox import Mailbox
from engine.protocol import BatchDone, Describe, Described, Failed, PhotoTask, Reason

_LOG = logging.getLogger(__name__)
_LARGEST_ON_CPU, _LARGEST_ON_ACCELERATOR = 8, 128
_FIRST_ON_ACCELERATOR = 32  # and twice as many as long as they fit
_ANSWER_WITHIN_S = 8.0  # so that progress is seen and a cancel is heard, however slow the machine
_AHEAD = 2  # batches decoded or being decoded, the one in the network not counted
_NO_MEMORY = "There is not enough memory to describe this photo."
_BUG = "The describer failed on this photo because of an error in the program."

Decoded = tuple[PhotoTask, Picture]


@dataclass
class _Job:
    message: Describe
    begun_at: float | None = None
    submitted: int = 0
    decoding: deque[tuple[PhotoTask, Future[Picture]]] = field(default_factory=deque)

    @property
    def is_answered(self) -> bool:
        return not self.decoding and self.submitted == len(self.message.photos)


class Batches:
    """The describing thread's work list; only ``mailbox`` and ``send`` are shared."""

    def __init__(
        self,
        mailbox: Mailbox,
        send: Callable[[object], None],
        decoders: Executor,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._describer: Describer | None = None
        self._mailbox, self._send, self._decoders = mailbox, send, decoders
        self._jobs: deque[_Job] = deque()
        self._fits_memory, self._memory_ends = _FIRST_ON_ACCELERATOR, False
        self._fits_device = 1
        self._fits_time = 1  # until the first photo told how long one takes

    @property
    def _batch_size(self) -> int:
        return min(self._fits_memory, self._fits_time, self._fits_device)

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do."""
        return not self._jobs

    def use(self, describer: Describer | None) -> None:
        """Describe with this one from now on; what was decoded for another is decoded again."""
        for job in self._jobs:
            job.submitted -= len(job.decoding)
            while job.decoding:
                job.decoding.popleft()[1].cancel()
        self._describer = describer
        if describer is not None:
            on_cpu = describer.info.device == "cpu"
            self._fits_device = _LARGEST_ON_CPU if on_cpu else _LARGEST_ON_ACCELERATOR

    def add(self, message: Describe) -> None:
        """Put a batch at the end of the line; its decoding may begin."""
        self._jobs.append(_Job(message))
        self._decode_ahead()

    def advance(self) -> None:
        """Take one step: describe a few photos of the first batch, or tell that it is done."""
        job = self._jobs[0]
        number = job.message.job
        job.begun_at = self._clock() if job.begun_at is None else job.begun_at
        if self._describer is None or self._mailbox.is_cancelled(number):
            self._finish(job)
            return
        self._decode_ahead()
        taken = [job.decoding.popleft() for _ in range(min(self._batch_size, len(job.decoding)))]
        self._decode_ahead()
        ready = [
            (task, picture)
            for task, future in taken
            if (picture := self._decoded(number, task, future)) is not None
        ]
        if ready:
            self._describe(job, self._describer, ready)
        if job.is_answered:
            self._finish(job)

    def _finish(self, job: _Job) -> None:
        for _, future in job.decoding:
            future.cancel()
        self._jobs.remove(job)
        self._mailbox.done(job.message.job)
        seconds = 0.0 if job.begun_at is None else self._clock() - job.begun_at
        self._send(BatchDone(job.message.job, seconds))

    def _decode_ahead(self) -> None:
        if self._describer is None:
            return
        room = _AHEAD * self._batch_size - sum(len(job.decoding) for job in self._jobs)
        for job in self._jobs:
            photos = job.message.photos
            for task in photos[job.submitted : job.submitted + max(room, 0)]:
                path = Path(task.path)
                job.decoding.append((task, self._decoders.submit(self._describer.prepare, path)))
                job.submitted += 1
                room -= 1

    def _decoded(self, job: int, task: PhotoTask, future: Future[Picture]) -> Picture | None:
        try:
            return future.result()
        except DecodeError as error:
            self._fail(job, task, error.reason, error.detail)
        except MemoryError:
            self._fail(job, task, Reason.OUT_OF_MEMORY, _NO_MEMORY)
        except Exception:  # noqa: BLE001 - the roof of a decoding thread
            _LOG.exception("Decoding photo %d failed", task.photo_id)
            self._fail(job, task, Reason.INTERNAL, _BUG)
        return None

    def _describe(self, job: _Job, describer: Describer, batch: Sequence[Decoded]) -> None:
        """Describe a batch; where it fails, its halves, down to the photo that is to blame."""
        careful, number = job.message.careful, job.message.job
        pictures = [picture for _, picture in batch]
        wishes = [Wish(task.caption, task.vector) for task, _ in batch]
        reason, detail = Reason.OUT_OF_MEMORY, _NO_MEMORY
        begun_at = self._clock()
        try:
            described = describer.describe(pictures, wishes, careful=careful)
        except MemoryError:
            self._fits_memory = min(self._fits_memory, max(len(batch) // 2, 1))
            self._memory_ends = True
            _LOG.warning("Out of memory: %d photos at once from now on", self._fits_memory)
        except DeviceLostError:
            raise  # the process ends; its supervisor starts another, and no photo is blamed
        except Exception:  # noqa: BLE001 - the roof of the describing loop
            reason, detail = Reason.INTERNAL, _BUG
            _LOG.exception("Describing %d photos failed", len(batch))
        else:
            for (task, _), description in zip(batch, described, strict=True):
                self._send(_message(number, task, description))
            a_photo_s = max((self._clock() - begun_at) / len(batch), 1e-3)
            self._fits_time = max(int(_ANSWER_WITHIN_S / a_photo_s), 1)
            if len(batch) == self._fits_memory and not self._memory_ends:
                self._fits_memory *= 2
            return
        if len(batch) == 1:
            self._fail(number, batch[0][0], reason, detail)
            return
        half = len(batch) // 2
        self._describe(job, describer, batch[:half])
        self._describe(job, describer, batch[half:])

    def _fail(self, job: int, task: PhotoTask, reason: Reason, detail: str) -> None:
        self._send(Failed(job, task.photo_id, reason, detail))


def _message(job: int, task: PhotoTask, description: Description) -> Described:
    vector = description.vector
    blob = b"" if vector is None else vector.astype("<f2").tobytes()
    return Described(
        job, task.photo_id, description.caption, description.score, description.settings, blob
    )
