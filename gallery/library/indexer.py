"""One thread that brings the catalog up to date: scan, examine, describe; store, then tell."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from filelock import BaseFileLock, Timeout

from gallery.catalog import Catalog
from gallery.errors import KnownError
from gallery.library.decoder import DecoderClient
from gallery.library.describing import Describing
from gallery.library.engine_client import EngineClient
from gallery.library.events import EventBus, Notice, PhotosAdded, Progress
from gallery.library.examining import Examining
from gallery.library.report import Report
from gallery.library.scan import Part, outermost
from gallery.library.scanner import Scanner, ScanStep
from gallery.library.thumbnails import ThumbnailStore
from gallery.paths import log_path

_LOG = logging.getLogger(__name__)
_LOCK_EVERY_S = 0.5
_TICK_S = 0.1
_COUNT_EVERY_S = 1.0
_Wanted: TypeAlias = Sequence[int] | None  # the folders to scan; None: all


class Indexer:
    """Scans, examines and describes on a thread of its own; every wish may come from any thread.

    Only one program at a time does this for a catalog: the lock is held while there is work, and
    waited for (phase "waiting") where another program holds it. Nothing has to be repaired after
    an end of any kind, since what is to be done is asked of the catalog, never remembered.
    """

    def __init__(
        self,
        catalog: Catalog,
        decoder: DecoderClient,
        engine: EngineClient,
        thumbnails: ThumbnailStore,
        bus: EventBus,
        *,
        lock: BaseFileLock,
    ) -> None:
        self._catalog, self._engine, self._bus = catalog, engine, bus
        self._file_lock = lock
        self._wishes: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._guard = threading.Lock()
        self._idle = threading.Event()
        self._idle.set()
        self._stopping = threading.Event()
        self._breaking_off = threading.Event()
        self._thread: threading.Thread | None = None
        self._examining = Examining(
            catalog, decoder, thumbnails, call_soon=self._call_soon, publish=bus.publish
        )
        self._describing = Describing(catalog, engine, publish=bus.publish)
        engine.deliver_to(lambda news: self._call_soon(lambda: self._describing.take(news)))
        self._active = False
        self._paused = False
        self._to_scan: list[_Wanted] = []
        self._touched: set[Part] = set()
        self._scan: Iterator[ScanStep] | None = None
        self._scanning: _Wanted = None
        self._files_seen = 0
        self._looked_for_bare = False
        self._report = Report(bus)
        self._counted_at = 0.0
        self._read_in_all, self._described_in_all = 0, 0

    @property
    def progress(self) -> Progress:
        """How far it is."""
        return self._report.progress

    def start(self) -> None:
        """Start the thread; it waits for wishes."""
        self._thread = threading.Thread(target=self._run, name="indexer", daemon=True)
        self._thread.start()

    def request_scan(self, folder_ids: Sequence[int] | None = None) -> None:
        """Scan these folders (None: all), then examine and describe what is to be done."""
        wanted = None if folder_ids is None else tuple(folder_ids)
        self._breaking_off.clear()
        self._call_soon(lambda: self._begin(wanted))

    def request_scan_of(self, parts: Sequence[Part]) -> None:
        """Scan these parts of folders, which were touched; a person's pause or cancel holds."""
        wanted = tuple(parts)
        self._call_soon(lambda: self._begin_parts(wanted))

    def wake(self) -> None:
        """Something changed what is to be done (a folder was allowed, say): look again."""
        self._call_soon(self._look_again)

    def pause(self) -> None:
        """Begin nothing more; what is under way is still stored."""
        self._call_soon(self._hold_on)

    def resume(self) -> None:
        """Go on after a pause, a trouble or a cancel."""
        self._breaking_off.clear()
        self._call_soon(self._look_again)

    def cancel(self) -> None:
        """Break off, in the middle of a scan too; the next wish goes on where this left off."""
        self._breaking_off.set()
        self._call_soon(self._cancel)

    def prefer(self, photo_ids: Sequence[int]) -> None:
        """What a person looks at, in this order, comes first from now on."""
        wanted = tuple(photo_ids)
        self._call_soon(lambda: self._prefer(wanted))

    def try_again(self, photo_ids: Sequence[int] | None = None) -> None:
        """Forget why these failed (None: all), and a failure of the engine, and try again."""
        wanted = None if photo_ids is None else tuple(photo_ids)
        self._call_soon(lambda: self._try_again(wanted))

    def wait_until_idle(self, timeout_s: float | None = None) -> bool:
        """Wait until nothing is left that can be done; False: time is up, or it is paused."""
        return self._idle.wait(timeout_s) and not self._paused

    def stop(self) -> None:
        """End the thread soon; what was not stored is done again another time."""
        self._stopping.set()
        self._call_soon(lambda: None)
        if self._thread is not None:
            self._thread.join()

    def _call_soon(self, wish: Callable[[], None]) -> None:
        with self._guard:
            self._idle.clear()
            self._wishes.put(wish)

    def _begin(self, folder_ids: Sequence[int] | None) -> None:
        self._to_scan.append(folder_ids)
        self._look_again()

    def _begin_parts(self, parts: tuple[Part, ...]) -> None:
        """What is touched while a person wants quiet waits, and is scanned as one then."""
        self._touched.update(parts)
        if not self._paused and not self._breaking_off.is_set():
            self._look_again()

    def _look_again(self) -> None:
        if not self._active:
            self._examining.done = self._examining.failed = 0
            self._describing.done = self._describing.failed = 0
        self._active, self._paused = True, False
        self._examining.more = self._describing.more = True
        self._counted_at = 0.0
        self._report.begin_anew()

    def _hold_on(self) -> None:
        if self._active:
            self._paused = True

    def _cancel(self) -> None:
        self._scan = None
        self._to_scan.clear()
        self._touched.clear()
        self._examining.drop()
        self._describing.drop()
        self._active = self._paused = False

    def _prefer(self, photo_ids: tuple[int, ...]) -> None:
        self._describing.prefer(photo_ids)
        self._examining.prefer(photo_ids)

    def _try_again(self, photo_ids: tuple[int, ...] | None) -> None:
        self._catalog.clear_failures(photo_ids)
        self._engine.retry()
        self._look_again()

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                try:
                    self._turn()
                except KnownError as error:
                    self._halt(Notice(error.message, error.hint))
                except Exception:  # noqa: BLE001 - the roof of this thread
                    _LOG.exception("indexing failed")
                    message = "Reading the photos stopped because of an error in this program."
                    self._halt(Notice(message, f"The log {log_path()} tells more."))
        finally:
            self._let_go()

    def _halt(self, notice: Notice) -> None:
        """The world is in the way (a full disk, say): pause, and say why."""
        self._active = self._paused = True
        if self._scan is not None:
            self._scan = None
            self._to_scan.insert(0, self._scanning)
        self._bus.publish(notice)
        self._rest_if_idle()

    def _turn(self) -> None:
        """Take the wishes that came, store what came, take on more; wait where nothing is due."""
        working = self._active and not self._paused
        busy = self._examining.busy or self._describing.busy
        self._take_wishes(wait_s=self._wait_s(working=working, busy=busy))
        if self._examining.store_if_due():
            self._describing.more = True  # what was examined can be described
        self._describing.store_if_due()
        if self._active and not self._paused and self._has_lock():
            self._advance()
        else:
            self._examining.fill_visible()
        self._rest_if_idle()

    def _wait_s(self, *, working: bool, busy: bool) -> float | None:
        if working and not self._file_lock.is_locked:
            return _LOCK_EVERY_S if self._report.progress.phase == "waiting" else 0
        if working and self._has_to_scan:
            return 0
        return _TICK_S if working or busy else None

    def _take_wishes(self, wait_s: float | None) -> None:
        try:
            self._wishes.get(timeout=wait_s)() if wait_s != 0 else self._wishes.get_nowait()()
            while True:
                self._wishes.get_nowait()()
        except queue.Empty:
            return

    def _has_lock(self) -> bool:
        if self._file_lock.is_locked:
            return True
        try:
            self._file_lock.acquire(timeout=0)
        except Timeout:
            self._report.tell(Progress("waiting"))
            return False
        if not self._looked_for_bare:
            self._looked_for_bare = True
            self._examining.look_for_bare()
        return True

    def _let_go(self) -> None:
        if self._file_lock.is_locked:
            self._file_lock.release()

    def _advance(self) -> None:
        if self._scan is None and self._has_to_scan:
            self._scan = self._next_scan()
        if self._scan is not None:
            self._take_step(next(self._scan, None))
        self._examining.fill()
        self._describing.fill()
        self._report.tell(self._progress_now())

    @property
    def _has_to_scan(self) -> bool:
        return self._scan is not None or bool(self._to_scan or self._touched)

    def _next_scan(self) -> Iterator[ScanStep]:
        scanner = Scanner(
            self._catalog,
            cancelled=lambda: self._stopping.is_set() or self._breaking_off.is_set(),
        )
        if self._to_scan:
            self._scanning = self._to_scan.pop(0)
            return scanner.scan(self._scanning)
        parts, self._touched = outermost(self._touched), set()
        self._scanning = tuple({part.folder_id for part in parts})
        return scanner.scan_parts(parts)

    def _take_step(self, step: ScanStep | None) -> None:
        if step is None:
            self._scan = None
            return
        self._files_seen = step.files_seen
        self._examining.doubt(step.outdated)
        self._describing.doubt(step.outdated)
        for event in step.events:
            if isinstance(event, PhotosAdded):
                self._examining.forget(event.ids)
            self._bus.publish(event)
        if step.events:
            self._examining.more = self._describing.more = True

    def _rest_if_idle(self) -> None:
        if self._examining.busy or self._describing.busy:
            return
        working = self._active and not self._paused
        if working and (self._has_to_scan or self._has_more()):
            return
        self._let_go()
        self._active = self._active and self._paused
        self._report.rest(paused=self._paused, failed=self._failed())
        with self._guard:
            if self._wishes.empty():
                self._idle.set()

    def _has_more(self) -> bool:
        return not self._file_lock.is_locked or self._examining.more or self._describing.more

    def _failed(self) -> int:
        return self._examining.failed + self._describing.failed

    def _phase_now(self) -> str:
        """Reading goes first; the last words of finished work are not of an earlier phase."""
        if self._examining.busy:
            return "reading"
        if self._describing.busy or self._describing.more:
            return "describing"
        return "describing" if self._report.progress.phase == "describing" else "reading"

    def _progress_now(self) -> Progress:
        if self._has_to_scan:
            return Progress("scanning", self._files_seen, failed=self._failed())
        now = time.monotonic()
        phase = self._phase_now()
        if now - self._counted_at >= _COUNT_EVERY_S or phase != self._report.progress.phase:
            self._counted_at = now
            self._read_in_all = self._examining.done + self._catalog.unexamined_count()
            self._described_in_all = self._describing.done + self._describing.backlog_count()
        if phase == "describing":
            return self._report.paced(
                phase, self._describing.done, self._described_in_all, self._failed()
            )
        return self._report.paced(phase, self._examining.done, self._read_in_all, self._failed())
