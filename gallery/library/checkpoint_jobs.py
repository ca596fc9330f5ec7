"""Getting and checking checkpoints in a process of its own, one task at a time."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Any

from engine.checkpoints import CheckpointError
from engine.hub.messages import CODEC, Finished, Install, Moved, Refused, Stage, Verify, Waiting
from engine.hub.offers import Offer
from engine.hub.store import Store
from engine.hub.worker import serve
from gallery.errors import KnownError
from gallery.library.pace import Pace
from gallery.processes.child import Child, Death

_TELL_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class CheckpointJob:
    """How a task stands.

    ``kind``: "install" or "verify". ``phase``: "idle", "asking", "getting", "waiting" (the
    connection was lost; it is tried again by itself), "converting", "checking", "paused", "done",
    "failed" (``message`` and ``hint`` say why; what was got is kept) or "given up".
    """

    name: str = ""
    kind: str = "install"
    phase: str = "idle"
    done_bytes: int = 0
    total_bytes: int = 0
    seconds_left: float | None = None
    message: str = ""
    hint: str = ""

    @property
    def running(self) -> bool:
        """Whether a process is at work on it."""
        return self.phase in ("asking", "getting", "waiting", "converting", "checking")


class CheckpointJobs:
    """One task at a time; ``tell`` hears of every change, on a thread of this object's own.

    Pausing ends the process: what was got is on the disk, and starting again goes on from there.
    """

    def __init__(
        self,
        store: Store,
        tell: Callable[[CheckpointJob], None],
        *,
        entry: Callable[[Connection], None] = serve,
    ) -> None:
        self.store = store
        self._tell, self._entry = tell, entry
        self._lock = threading.RLock()
        self._job = CheckpointJob()
        self._child: Child | None = None
        self._pace = Pace()
        self._told_at = 0.0
        self._closed = False

    @property
    def job(self) -> CheckpointJob:
        """The task that runs, or how the last one ended."""
        return self._job

    def install(self, offer: Offer) -> None:
        """Get a set, or go on with it; raises KnownError while another task runs."""
        wish = Install(str(self.store.folder), offer.name, offer.checkpoints)
        self._start(CheckpointJob(offer.name, "install", "asking"), wish)

    def verify(self, name: str) -> None:
        """Hash the files of an installed set again; raises KnownError while another task runs."""
        wish = Verify(str(self.store.folder), name)
        self._start(CheckpointJob(name, "verify", "checking"), wish)

    def pause(self) -> None:
        """End what runs; waits for the process (well below 2 s). A check that is ended is idle."""
        self._end_child()
        with self._lock:
            if not self._job.running:
                return
            phase = "paused" if self._job.kind == "install" else "idle"
            job = replace(self._job, phase=phase, seconds_left=None)
        self._show(job)

    def give_up(self, name: str) -> None:
        """Forget a set that was begun, with what was got for it; waits as :meth:`pause` does."""
        if self._job.name == name:
            self._end_child()
        self.store.give_up(name)
        self._show(CheckpointJob(name, "install", "given up"))

    def close(self) -> None:
        """End what runs and tell nothing more; it can be gone on with at the next start."""
        self._closed = True
        self._end_child()

    def _start(self, job: CheckpointJob, wish: Install | Verify) -> None:
        with self._lock:
            if self._job.running:
                raise KnownError(
                    f"“{self._job.name}” is at work.", "Wait until it is done, or pause it."
                )
            before, self._child = self._child, None
            self._job = job
            self._pace.restart()
        if before is not None:
            before.stop()
        child = Child(
            "checkpoints",
            self._entry,
            CODEC,
            on_message=lambda message: self._on_message(child, message),
            on_start=lambda: _send(child, wish),
            on_death=lambda death: self._on_death(child, death),
        )
        with self._lock:
            self._child = child
        self._show(job)
        child.start()

    def _end_child(self) -> None:
        with self._lock:
            child, self._child = self._child, None
        if child is not None:
            child.stop()

    def _on_message(self, child: Child, message: Any) -> None:
        with self._lock:
            if child is not self._child:
                return
            job = self._after(message)
        self._show(job)
        if not job.running:
            child.stop()  # on its own thread: it ends after this call

    def _after(self, message: Any) -> CheckpointJob:
        job = replace(self._job, seconds_left=None, message="", hint="")
        match message:
            case Moved(stage, done, total):
                if stage.value != job.phase:
                    self._pace.restart()
                if total:
                    self._pace.note(done)
                left = self._pace.seconds_left(total - done) if total else None
                counted = stage in (Stage.GETTING, Stage.CHECKING)
                return replace(
                    job,
                    phase=stage.value,
                    done_bytes=done if counted else job.done_bytes,
                    total_bytes=total if counted else job.total_bytes,
                    seconds_left=left,
                )
            case Waiting(seconds):
                self._pace.restart()
                return replace(job, phase="waiting", seconds_left=seconds)
            case Refused(text, hint):
                return replace(job, phase="failed", message=text, hint=hint)
            case Finished():
                return replace(job, phase="done")
        return job

    def _on_death(self, child: Child, death: Death) -> None:
        """It ended unasked: not started again by itself, since it may be a file that does it."""
        child.stop()
        with self._lock:
            if child is not self._child or not self._job.running:
                return
            job = replace(
                self._job,
                phase="failed",
                seconds_left=None,
                message=f"The process that was at work ended ({death.reason}).",
                hint="What was got so far is kept. Go on when you like.",
            )
        self._show(job)

    def _show(self, job: CheckpointJob) -> None:
        with self._lock:
            changed = (job.phase, job.name) != (self._job.phase, self._job.name)
            self._job = job
            now = time.monotonic()
            often = not changed and job.running and now - self._told_at < _TELL_EVERY_S
            if self._closed or often:
                return
            self._told_at = now
        self._tell(job)


def _send(child: Child, wish: Install | Verify) -> None:
    child.send(wish)


def remove_set(store: Store, name: str) -> None:
    """Remove an installed set and the files that no other needs; raises KnownError."""
    try:
        store.remove(name)
    except CheckpointError as error:
        raise KnownError(error.message, error.hint) from error
