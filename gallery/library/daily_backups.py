"""A thread that keeps a copy of the catalog for each day on which it changed."""

import logging
import threading

from gallery.catalog import Catalog
from gallery.errors import KnownError
from gallery.library.events import EventBus, Notice

_LOG = logging.getLogger(__name__)
_EVERY_S = 3600.0


class DailyBackups:
    """Looks whether a backup is due, soon after the start and every hour, and makes it.

    Nobody waits for it; what goes wrong is told once and stops nothing.
    """

    def __init__(self, catalog: Catalog, bus: EventBus) -> None:
        self._catalog, self._bus = catalog, bus
        self._stopping, self._wake = threading.Event(), threading.Event()
        self._looked, self._guard = threading.Event(), threading.Lock()
        self._thread: threading.Thread | None = None
        self._told = ""

    def start(self, first_s: float = 0.0) -> None:
        """Begin to look, the first time in ``first_s``."""
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._run, args=(first_s,), name="backups", daemon=True
            )
            self._thread.start()

    def look_again(self) -> None:
        """Look now, and not only when the hour is over."""
        with self._guard:
            self._looked.clear()
            self._wake.set()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until it has looked, and made what was due. False: time is up.

        It waits for nothing where ``start`` was not called.
        """
        return self._thread is None or self._looked.wait(timeout_s)

    def stop(self) -> None:
        """End it; a copy that is being made is given up."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self, wait_s: float) -> None:
        while True:
            self._wake.wait(wait_s)
            self._wake.clear()
            if self._stopping.is_set():
                break
            self._look()
            with self._guard:
                if not self._wake.is_set():
                    self._looked.set()
            wait_s = _EVERY_S
        self._looked.set()

    def _look(self) -> None:
        try:
            self._catalog.back_up_daily(stopped=self._stopping.is_set)
        except KnownError as error:
            self._tell(error.message, error.hint)
        except Exception:  # noqa: BLE001 - the roof of this thread
            _LOG.exception("the backup failed")
            self._tell("The daily backup of the catalog failed.", "Nothing else stopped.")

    def _tell(self, message: str, hint: str) -> None:
        if message != self._told:
            self._told = message
            self._bus.publish(Notice(message, hint))
