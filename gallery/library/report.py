"""What the indexer says of its progress, and how often."""

import time

from gallery.library.events import EventBus, Progress, ProgressChanged
from gallery.library.pace import Pace

_TELL_EVERY_S = 0.2


class Report:
    """The progress as it was last told; used on the indexer's thread."""

    def __init__(self, bus: EventBus) -> None:
        self._bus = bus
        self._pace = Pace()
        self._told_at = 0.0
        self.progress = Progress()

    def begin_anew(self) -> None:
        """Work begins or goes on: what was before says nothing about its pace."""
        self._pace.restart()

    def paced(self, phase: str, done: int, total: int, failed: int) -> Progress:
        """Progress with rate and time left, as far as they can be told."""
        if phase != self.progress.phase:
            self._pace.restart()
        self._pace.note(done)
        total = max(total, done)
        left = self._pace.seconds_left(total - done)
        return Progress(phase, done, total, left, self._pace.per_second(), failed)

    def rest(self, *, paused: bool, failed: int) -> None:
        """Nothing is being done; a pause keeps how far it was."""
        last = self.progress
        done, total = (last.done, last.total) if paused else (0, 0)
        self.tell(Progress("paused" if paused else "idle", done, total, failed=failed))

    def tell(self, progress: Progress) -> None:
        """Publish progress: a change of phase at once, the rest a few times a second."""
        now = time.monotonic()
        before, self.progress = self.progress, progress
        if progress.phase != before.phase or (
            progress != before and now - self._told_at >= _TELL_EVERY_S
        ):
            self._told_at = now
            self._bus.publish(ProgressChanged(progress))
