"""One supervised child process: started by spawn, watched, started again when it dies or hangs."""

import logging
import multiprocessing
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from engine.wire import Channel, Codec, WireError

_LOG = logging.getLogger(__name__)
_SPAWN = multiprocessing.get_context("spawn")
_BACKOFF_S = (0.1, 0.5, 1.0, 2.0, 5.0)
_LEAVE_S = 2.0


@dataclass(frozen=True, slots=True)
class Death:
    """A child ended unasked. ``gave_up``: it died too often in a row to be started again."""

    reason: str
    gave_up: bool


class Child:
    """A process that is kept alive and speaks a codec.

    ``entry(connection)`` runs in the child and must be importable without heavy imports.
    ``on_message``, ``on_start`` (after every start) and ``on_death`` are called on this child's
    own thread, one at a time; they may call :meth:`send`. Nothing is sent again by itself.
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
    ) -> None:
        self.name = name
        self._entry, self._codec = entry, codec
        self._on_message, self._on_start, self._on_death = on_message, on_start, on_death
        self._wake_reader, self._wake_writer = _SPAWN.Pipe(duplex=False)
        self._lock = threading.Lock()
        self._channel: Channel | None = None
        self._process: BaseProcess | None = None
        self._deadline: float | None = None
        self._kill_reason: str | None = None
        self._stopping = False
        self._thread: threading.Thread | None = None

    @property
    def pid(self) -> int | None:
        """The process id while one runs."""
        process = self._process
        return process.pid if process is not None else None

    def start(self) -> None:
        """Start the process and its thread; returns at once."""
        self._thread = threading.Thread(target=self._run, name=f"{self.name} reader", daemon=True)
        self._thread.start()

    def send(self, message: object) -> bool:
        """Send a message; False where no child is there to take it (a death will be told)."""
        with self._lock:
            if self._channel is None:
                return False
            try:
                self._channel.send(message)
            except OSError:
                return False
            return True

    def answer_within(self, seconds: float | None) -> None:
        """Count the child as hung unless a message comes within ``seconds`` (None: no limit)."""
        self._deadline = None if seconds is None else time.monotonic() + seconds
        self._wake()

    def restart(self, reason: str) -> None:
        """Kill the process; it is told as a death with this reason and started again."""
        self._kill_reason = reason
        self._wake()

    def stop(self) -> None:
        """Let the child leave (end of file), and kill it where it does not; waits for it."""
        self._stopping = True
        self._wake()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
        self._wake_reader.close()
        self._wake_writer.close()

    def _is_stopping(self) -> bool:
        return self._stopping  # another thread sets it

    def _wake(self) -> None:
        try:
            self._wake_writer.send_bytes(b"!")
        except OSError:
            _LOG.debug("%s: woken after its end", self.name)

    def _run(self) -> None:
        deaths = 0
        while not self._stopping:
            heard, reason = self._live_once()
            if self._is_stopping():
                return
            deaths = 1 if heard else deaths + 1
            gave_up = deaths > len(_BACKOFF_S)
            _LOG.warning("%s: %s", self.name, reason)
            self._tell(self._on_death, Death(reason, gave_up))
            if gave_up:
                return
            wait([self._wake_reader], _BACKOFF_S[deaths - 1])

    def _live_once(self) -> tuple[bool, str]:
        """Run one process to its end; returns whether it ever spoke, and why it ended."""
        ours, theirs = _SPAWN.Pipe()
        process = _SPAWN.Process(target=self._entry, args=(theirs,), name=self.name, daemon=True)
        try:
            process.start()
        except OSError as error:
            ours.close()
            return False, f"could not be started: {error}"
        finally:
            theirs.close()  # or end-of-file would never come
        channel = Channel(ours, self._codec)
        self._deadline = self._kill_reason = None
        with self._lock:
            self._process, self._channel = process, channel
        self._tell(self._on_start)
        try:
            return self._listen(ours, channel)
        finally:
            if not self._stopping:
                process.kill()  # first, so that a send that waits for it is let go
            channel.close()  # end-of-file: a child that is let leave goes now
            with self._lock:
                self._channel = self._process = None
            _end(process)

    def _listen(self, connection: Connection, channel: Channel) -> tuple[bool, str]:
        heard = False
        while True:
            left = None if self._deadline is None else self._deadline - time.monotonic()
            ready = wait([connection, self._wake_reader], None if left is None else max(left, 0))
            if self._wake_reader in ready:
                self._wake_reader.recv_bytes()
            if self._stopping:
                return heard, "stopped"
            if self._kill_reason is not None:
                return heard, self._kill_reason
            if connection in ready:
                try:
                    message = channel.receive()
                except (EOFError, OSError):
                    return heard, "ended unexpectedly"
                except WireError as error:
                    return heard, f"sent rubbish ({error})"
                heard, self._deadline = True, None
                self._tell(self._on_message, message)
            elif left is not None and left <= 0 and self._deadline is not None:
                return heard, "did not answer in time"

    def _tell(self, listener: Callable[..., None], *facts: object) -> None:
        try:
            listener(*facts)
        except Exception:  # noqa: BLE001 - the roof of this thread: a listener's bug must not end supervision
            _LOG.exception("%s: a listener failed", self.name)


def _end(process: BaseProcess) -> None:
    process.join(_LEAVE_S)
    if process.is_alive():
        process.kill()
        process.join()
    process.close()
