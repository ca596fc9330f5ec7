"""Messages that have come and wait for their thread; what was cancelled is told here."""

import queue
import threading
import time

from engine.protocol import (
    Ask,
    Cancel,
    Describe,
    EmbedPicture,
    EmbedText,
    Leave,
    Locate,
    Match,
    OpenDescriber,
    Propose,
    Score,
    Survey,
)

Embedding = EmbedText | EmbedPicture
Matching = Match | Ask | Propose | Score | Locate
Work = OpenDescriber | Survey | Describe | Leave

_LINGER_S = 0.3  # the next few of a search's hits are asked about as soon as the last were answered


class Mailbox:
    """Three queues, so that a text is answered while a batch runs. Any thread may put and take."""

    def __init__(self) -> None:
        self.work: queue.SimpleQueue[Work] = queue.SimpleQueue()
        self.texts: queue.SimpleQueue[Embedding | None] = queue.SimpleQueue()
        self.matches: queue.SimpleQueue[Matching | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._cancelled: dict[int, bool] = {}
        self._asked: set[int] = set()
        self._last_answered_at = float("-inf")
        self._answered = threading.Condition(self._lock)

    def put(self, message: object) -> None:
        """Sort a message to the thread that answers it."""
        if isinstance(message, Cancel):
            with self._lock:
                if message.job in self._cancelled:
                    self._cancelled[message.job] = True
            return
        if isinstance(message, Describe | Embedding | Matching):
            with self._lock:
                self._cancelled[message.job] = False
                if isinstance(message, Matching):
                    self._asked.add(message.job)
        if isinstance(message, Embedding):
            self.texts.put(message)
        elif isinstance(message, Matching):
            self.matches.put(message)
        elif isinstance(message, Work):
            self.work.put(message)

    def close(self) -> None:
        """Let the threads that answer texts end: nothing more will come."""
        self.texts.put(None)
        self.matches.put(None)

    def is_cancelled(self, job: int) -> bool:
        """Whether the rest of this job is no longer wanted."""
        with self._lock:
            return self._cancelled.get(job, False)

    def done(self, job: int) -> None:
        """Forget a job: it was answered."""
        with self._lock:
            self._cancelled.pop(job, None)
            if job in self._asked:
                self._asked.discard(job)
                self._last_answered_at = time.monotonic()
                self._answered.notify_all()

    def give_way(self, most_s: float) -> None:
        """Wait while somebody waits for matches or answers, and a moment longer; ``most_s``."""
        until = time.monotonic() + most_s
        with self._answered:
            while (now := time.monotonic()) < until:
                free_at = until if self._asked else self._last_answered_at + _LINGER_S
                if free_at <= now:
                    return
                self._answered.wait(min(free_at, until) - now)
