"""When the engine has not been needed for a while."""

import threading
import time
from collections.abc import Callable

IDLE_S = 300.0


class Rest:
    """Calls ``release`` once nothing was :meth:`used` for ``idle_s`` seconds (None: never)."""

    def __init__(self, idle_s: float | None, release: Callable[[], None]) -> None:
        """``release`` runs on a thread of its own, and looks itself whether there is work."""
        self._idle_s, self._release = idle_s, release
        self._lock = threading.Lock()
        self._used_at = 0.0
        self._timer: threading.Timer | None = None
        self._stopped = False

    def used(self) -> None:
        """There is, or was, something to do; the time begins anew."""
        with self._lock:
            self._used_at = time.monotonic()
            if self._timer is None and self._idle_s is not None and not self._stopped:
                self._wait(self._idle_s)

    def wait_for(self, idle_s: float | None) -> None:
        """Another time from now on; what was used before counts."""
        with self._lock:
            self._idle_s = idle_s
            timer, self._timer = self._timer, None
            if timer is not None:
                timer.cancel()
            if self._used_at and idle_s is not None and not self._stopped:
                self._wait(max(self._used_at + idle_s - time.monotonic(), 0))

    def stop(self) -> None:
        """Do not call from now on, whatever is used (a message may be on its way)."""
        with self._lock:
            self._stopped = True
            timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
            if timer is not threading.current_thread():
                timer.join()

    def _wait(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._look)
        self._timer.name, self._timer.daemon = "engine rest", True
        self._timer.start()

    def _look(self) -> None:
        with self._lock:
            if self._timer is not threading.current_thread() or self._idle_s is None:
                return
            left = self._used_at + self._idle_s - time.monotonic()
            if left > 0:
                self._wait(left)
                return
            self._timer = None
        self._release()
