"""One supervised child process: started by spawn, watched, started again when it dies or hangs."""

import atexit
import logging
import multiprocessing
import os
import queue
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from engine.wire import Channel, Codec

_LOG = logging.getLogger(__name__)
_SPAWN = multiprocessing.get_context("spawn")
_BACKOFF_S = (0.1, 0.5, 1.0, 2.0, 5.0)
_LEAVE_S = 1.2
_FLUSH_S = 0.3


@dataclass(frozen=True, slots=True)
class Death:
    """A child ended unasked. ``gave_up``: it died too often in a row to be started again."""

    reason: str
    gave_up: bool


@dataclass(frozen=True, slots=True)
class _Ended:
    """In the inbox of a life: it is over."""

    reason: str


_WAKE = object()  # in the inbox of a life: look at the deadline and at the wish to stop again


class Child:
    """A process that is kept alive and speaks a codec.

    ``entry(connection)`` runs in the child and must be importable without heavy imports.
    ``on_message``, ``on_start`` (after every start) and ``on_death`` are called on this child's
    own thread, one at a time; they may call anything here. Nothing is sent again by itself.
    ``is_progress`` tells which messages show that the child can do its work: only these end a row
    of deaths, so that a child that starts well and always dies at work is given up some time.
    """

    def __init__(
        self,
        name: str,
        entry: Callable[[Connection], None],
        codec: Codec,
        *,
        on_message: Callable[[Any], None],
        on_start: Callable[[], None] = lambda: None,
        on_death: Callable[[Death], None] = lambda death: None,
        is_progress: Callable[[Any], bool] = lambda message: True,
    ) -> None:
        self.name = name
        self._entry, self._codec = entry, codec
        self._on_message, self._on_start, self._on_death = on_message, on_start, on_death
        self._is_progress = is_progress
        self._lock = threading.Lock()
        self._life: _Life | None = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def pid(self) -> int | None:
        """The process id while one runs."""
        life = self._life
        return life.pid if life is not None else None

    def start(self) -> None:
        """Start the process on a thread of its own; returns at once. Again after a give-up: too."""
        with self._lock:
            if self._stop.is_set() or self._thread is not None:
                return
            self._thread = threading.Thread(
                target=self._run, name=f"{self.name} reader", daemon=True
            )
            self._thread.start()
        # a program that ends without stop() must not find its children "dead" and start them anew
        atexit.register(self.stop)

    def send(self, message: object) -> bool:
        """Queue a message for the running child; False where none runs (a death will be told).

        Never waits, whatever the child does: a thread of its own writes.
        """
        frame = self._codec.encode(message)
        with self._lock:
            if self._life is None:
                return False
            self._life.outgoing.put(frame)
            return True

    def answer_within(self, seconds: float | None) -> None:
        """Count the child as hung unless a message comes within ``seconds`` (None: no limit)."""
        with self._lock:
            if self._life is not None:
                self._life.deadline = None if seconds is None else time.monotonic() + seconds
                self._life.inbox.put(_WAKE)

    def restart(self, reason: str) -> None:
        """Kill the process; it is told as a death with this reason and started again."""
        with self._lock:
            if self._life is not None:
                self._life.inbox.put(_Ended(reason))

    def stop(self) -> None:
        """Let the child leave (end of file), and kill it where it does not; waits for it, < 2 s.

        Called on this child's own thread it returns at once, and the child ends after the call.
        """
        with self._lock:
            self._stop.set()
            thread = self._thread
            if self._life is not None:
                self._life.inbox.put(_WAKE)
        if thread is not None and thread is not threading.current_thread():
            thread.join()
        atexit.unregister(self.stop)

    def _run(self) -> None:
        deaths = 0
        while not self._stop.is_set():
            progressed, reason = self._live_once()
            if self._stop.is_set():
                return
            deaths = 1 if progressed else deaths + 1
            gave_up = deaths > len(_BACKOFF_S)
            _LOG.warning("%s: %s", self.name, reason)
            if gave_up:
                with self._lock:
                    self._thread = None  # whoever hears of it may start anew
            self._tell(self._on_death, Death(reason, gave_up))
            if gave_up:
                return
            self._stop.wait(_BACKOFF_S[deaths - 1])

    def _live_once(self) -> tuple[bool, str]:
        """Run one process to its end; returns whether it ever did work, and why it ended."""
        try:
            life = _Life(self.name, self._entry, self._codec)
        except OSError as error:
            return False, f"could not be started: {error}"
        with self._lock:
            self._life = life
        try:
            self._tell(self._on_start)
            return self._listen(life)
        finally:
            with self._lock:
                self._life = None  # nobody wakes or sends to it from here on
            life.end(gently=self._stop.is_set())

    def _listen(self, life: "_Life") -> tuple[bool, str]:
        progressed = False
        while not self._stop.is_set():  # set before this life was known: nobody wakes it
            news = life.next_news()
            if self._stop.is_set():
                break
            if isinstance(news, _Ended):
                return progressed, news.reason
            if news is not _WAKE:
                life.deadline = None
                progressed = progressed or self._is_progress(news)
                self._tell(self._on_message, news)
        return progressed, "stopped"

    def _tell(self, listener: Callable[..., None], *facts: object) -> None:
        try:
            listener(*facts)
        except Exception:  # noqa: BLE001 - the roof of this thread: a listener's bug must not end supervision
            _LOG.exception("%s: a listener failed", self.name)


class _Life:
    """One run of the process: its pipe, its deadline, and the two threads that wait on the pipe.

    Reading and writing have threads of their own, because a child that hangs can hold up both: it
    may not read what is sent, or stop in the middle of a message. The supervising thread waits for
    the inbox only, so nothing keeps it from noticing.
    """

    def __init__(self, name: str, entry: Callable[[Connection], None], codec: Codec) -> None:
        self._connection, theirs = _SPAWN.Pipe()
        self._process: BaseProcess = _SPAWN.Process(
            target=entry, args=(theirs,), name=name, daemon=True
        )
        try:
            self._process.start()
        except OSError:
            self._connection.close()
            raise
        finally:
            theirs.close()  # or end-of-file would never come
        self.pid = self._process.pid
        self.deadline: float | None = None
        self.inbox: queue.Queue[Any] = queue.Queue()
        self.outgoing: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._channel = Channel(self._connection, codec)
        self._receiver = threading.Thread(target=self._receive, name=f"{name} in", daemon=True)
        self._writer = threading.Thread(target=self._write, name=f"{name} out", daemon=True)
        self._receiver.start()
        self._writer.start()

    def next_news(self) -> Any:
        """Wait for a message, a wake, an end or the deadline (which is an end)."""
        deadline = self.deadline
        left = None if deadline is None else max(deadline - time.monotonic(), 0)
        try:
            return self.inbox.get(timeout=left)
        except queue.Empty:
            return _Ended("did not answer in time") if self.deadline == deadline else _WAKE

    def end(self, *, gently: bool) -> None:
        """End the process (``gently``: let it leave at end-of-file first), threads and pipe."""
        self.outgoing.put(None)
        if gently:
            self._writer.join(_FLUSH_S)  # what was sent last gets out, unless nobody reads
            self._send_end_of_file()
            self._process.join(_LEAVE_S)
        self._process.kill()
        self._process.join()
        self._receiver.join()  # both return at once now that the other end is gone
        self._writer.join()
        self._connection.close()

    def _send_end_of_file(self) -> None:
        if os.name == "nt":  # a pipe has no half-close there: the child is ended
            self._process.kill()
            return
        with socket.socket(fileno=os.dup(self._connection.fileno())) as pipe:
            try:
                pipe.shutdown(socket.SHUT_WR)
            except OSError:
                _LOG.debug("the child was gone already")

    def _receive(self) -> None:
        while True:
            try:
                self.inbox.put(self._channel.receive())
            except (EOFError, OSError):
                self.inbox.put(_Ended("ended unexpectedly"))
                return
            except Exception as error:  # noqa: BLE001 - the roof of this thread: whatever a child sends, it must not end unnoticed
                self.inbox.put(_Ended(f"sent rubbish ({error})"))
                return

    def _write(self) -> None:
        while (frame := self.outgoing.get()) is not None:
            try:
                self._connection.send_bytes(frame)
            except OSError:
                return  # the receiver hears of the same end
