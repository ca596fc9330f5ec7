"""Messages that have come and wait for their thread; what was cancelled is told here."""

import queue
import threading

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
)

Embedding = EmbedText | EmbedPicture
Matching = Match | Ask | Propose | Score | Locate


class Mailbox:
    """Three queues, so that a text is answered while a batch runs. Any thread may put and take."""

    def __init__(self) -> None:
        self.work: queue.SimpleQueue[OpenDescriber | Describe | Leave] = queue.SimpleQueue()
        self.texts: queue.SimpleQueue[Embedding | None] = queue.SimpleQueue()
        self.matches: queue.SimpleQueue[Matching | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._cancelled: dict[int, bool] = {}

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
        if isinstance(message, Embedding):
            self.texts.put(message)
        elif isinstance(message, Matching):
            self.matches.put(message)
        elif isinstance(message, OpenDescriber | Describe | Leave):
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
