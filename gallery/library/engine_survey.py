"""What the describer could run on here: asked of an engine process that lives for this question."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from multiprocessing.connection import Connection

from engine.checkpoints import DescriberSet
from engine.protocol import CODEC, DeviceFound, Survey, Surveyed
from engine.worker import serve
from gallery.errors import KnownError
from gallery.processes.child import Child, Death

_PATIENCE_S = 60.0
_Answer = Future[tuple[DeviceFound, ...]]


class EngineSurvey:
    """Asks once at a time; :meth:`stop` may be called from another thread."""

    def __init__(self, *, entry: Callable[[Connection], None] = serve) -> None:
        self._entry = entry
        self._lock = threading.Lock()
        self._answer: _Answer = Future()
        self._stopped = False

    def ask(
        self, chosen: DescriberSet, *, timeout_s: float = _PATIENCE_S
    ) -> tuple[DeviceFound, ...]:
        """Return this computer's devices, the one that is chosen by itself first.

        What was refused is told for this set. Blocks (torch is imported there: seconds); raises
        ``KnownError`` where the process does not tell.
        """
        answer: _Answer = Future()
        with self._lock:
            if self._stopped:
                raise _not_told("The program is being closed.")
            self._answer = answer
        child = self._child(chosen)
        child.start()
        try:
            return answer.result(timeout_s)
        except TimeoutError:
            raise _not_told("It did not answer in time.") from None
        finally:
            child.stop()

    def stop(self) -> None:
        """Who waits for an answer gets none, now and later."""
        with self._lock:
            self._stopped = True
        self._fail("The program is being closed.")

    def _child(self, chosen: DescriberSet) -> Child:
        def on_start() -> None:
            child.send(Survey(chosen.captioner, chosen.matcher, chosen.answerer))

        child = Child(
            "survey",
            self._entry,
            CODEC,
            on_message=self._on_message,
            on_start=on_start,
            on_death=self._on_death,
        )
        return child

    def _on_message(self, message: object) -> None:
        with self._lock:
            if isinstance(message, Surveyed) and not self._answer.done():
                self._answer.set_result(message.devices)

    def _on_death(self, death: Death) -> None:
        self._fail(f"It {death.reason}.")

    def _fail(self, why: str) -> None:
        with self._lock:
            if not self._answer.done():
                self._answer.set_exception(_not_told(why))


def _not_told(why: str) -> KnownError:
    return KnownError(
        f"The describer did not tell what it can run on here. {why}",
        "Close the settings and open them again.",
    )
