"""The library's folders watched for changes: what is touched is scanned, and the scan decides.

The system's events are hints only. They come twice, too early, under another name, or not at all,
so that nothing is concluded from them but which folder to scan. Where the system tells nothing (a
drive on a network, more folders than it watches) a folder is looked through now and then instead.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gallery.catalog import Catalog
from gallery.domain import Folder
from gallery.errors import KnownError
from gallery.library.events import Event, EventBus, FoldersChanged, Notice
from gallery.library.machine_notes import MachineNotes
from gallery.library.scan import Part, concerns, may_be_photo, outermost
from gallery.library.watchable import is_on_network

if TYPE_CHECKING:
    from gallery.library.observing import FolderObserver, Watch

_LOG = logging.getLogger(__name__)
_JOIN_S = 2.0
_MOST_PARTS = 200


@dataclass(frozen=True, slots=True)
class Timing:
    """In seconds: a scan comes ``quiet`` after the last touch, ``patience`` after the first.

    ``quiet`` is longer than the half second for which watchdog waits for the other end of a move:
    seen apart, the two ends would be a new photo and a missing one.
    Folders that nobody tells of are scanned ``every`` so often; whether roots are there is looked
    at every ``look``.
    """

    quiet: float = 1.0
    patience: float = 10.0
    every: float = 15 * 60.0
    look: float = 2.0


@dataclass(slots=True)
class _Root:
    folder: Folder
    real: str  # without links: what is watched, and what events name
    there: tuple[int, int] | None = None
    watch: "Watch | None" = None
    polled_at: float | None = None


class FolderWatch:
    """Wakes ``scan`` for the folders that were touched; one thread, and those of the observer."""

    def __init__(
        self,
        catalog: Catalog,
        bus: EventBus,
        scan: Callable[[Sequence[Part]], None],
        notes: MachineNotes,
        timing: Timing = Timing(),
    ) -> None:
        self._catalog, self._bus, self._scan = catalog, bus, scan
        self._notes, self._timing = notes, timing
        self._lock = threading.Lock()
        self._touched: set[Part] = set()
        self._first_touch = self._last_touch = 0.0
        self._new_folders = False
        self._roots: dict[int, _Root] = {}
        self._stale = True
        self._looked_at = 0.0
        self._observer: FolderObserver | None = None
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._watching = threading.Event()
        self._thread: threading.Thread | None = None
        self._unsubscribe: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Begin; returns at once."""
        self._unsubscribe = self._bus.subscribe(self._hear)
        self._thread = threading.Thread(target=self._run, name="folder watch", daemon=True)
        self._thread.start()

    def wait_until_watching(self, timeout_s: float) -> bool:
        """Wait until the folders of the catalog are watched as far as they can be."""
        return self._watching.wait(timeout_s)

    def stop(self) -> None:
        """End; a moment later nothing is left. Without a start: does nothing."""
        self._unsubscribe()
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(_JOIN_S)  # longer only while a very large folder is taken up
            self._thread = None

    def _hear(self, event: Event) -> None:
        if isinstance(event, FoldersChanged):
            self._stale = True
            self._wake.set()

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._turn()
                self._wake.wait(self._wait_s())
                self._wake.clear()
        finally:
            if self._observer is not None:
                self._observer.close()

    def _turn(self) -> None:
        if self._stale:
            self._stale = False
            try:
                self._take_up_roots()
            except KnownError as error:  # another program holds the catalog, say
                _LOG.warning("the folders to watch are not known: %s", error)
                self._stale = True
                return
            self._watching.set()
        elif time.monotonic() - self._looked_at >= self._timing.look:
            self._look_after_roots()
        self._look_through_polled()
        self._send_if_due()

    # Roots

    def _take_up_roots(self) -> None:
        folders = {folder.id: folder for folder in self._catalog.folders()}
        for gone in self._roots.keys() - folders.keys():
            self._let_go(self._roots.pop(gone))
        for folder in folders.values():
            if folder.id not in self._roots:
                self._roots[folder.id] = _Root(folder, os.path.realpath(folder.path))
        self._look_after_roots()

    def _look_after_roots(self) -> None:
        """A root that went (unplugged, moved, another drive in its place) or came is scanned."""
        for root in self._roots.values():
            if self._stopping.is_set():
                return
            there = _identity(root.folder.path) if root.polled_at is None else root.there
            if there == root.there:
                continue
            self._let_go(root)
            root.there = there
            if there is not None:
                root.real = os.path.realpath(root.folder.path)
                self._watch(root)
            self._touch(Part(root.folder.id, root.folder.path, deep=True))
        if self._new_folders:
            self._new_folders = False
            self._check_room()
        self._looked_at = time.monotonic()

    def _watch(self, root: _Root) -> None:
        from gallery.library.observing import FolderObserver, TooManyFoldersError

        if is_on_network(root.folder.path):
            self._poll(root, *_network_words(root, self._timing))
            return
        try:
            if self._observer is None:
                self._observer = FolderObserver()
            root.watch = self._observer.watch(
                root.real, lambda path, is_folder: self._on_touched(root, path, is_folder)
            )
        except TooManyFoldersError:
            self._poll(root, *_limit_words(root, self._timing))
        except OSError as error:
            self._poll(root, *_refused_words(root, self._timing, error))
        else:
            self._check_room([root])

    def _check_room(self, roots: Sequence[_Root] | None = None) -> None:
        """Where the system's limit is reached, some folders below are not told of."""
        if self._observer is None or self._observer.has_room():
            return
        for root in self._roots.values() if roots is None else roots:
            if root.polled_at is None and root.there is not None:
                self._poll(root, *_limit_words(root, self._timing))

    def _poll(self, root: _Root, message: str, hint: str) -> None:
        root.polled_at = time.monotonic()
        if self._notes.told_now(message):
            self._bus.publish(Notice(message, hint))

    def _let_go(self, root: _Root) -> None:
        if root.watch is not None and self._observer is not None:
            self._observer.forget(root.watch)
        root.watch, root.polled_at = None, None

    def _look_through_polled(self) -> None:
        now = time.monotonic()
        for root in self._roots.values():
            if root.polled_at is not None and now - root.polled_at >= self._timing.every:
                root.polled_at = now
                self._touch(Part(root.folder.id, root.folder.path, deep=True))

    # Touches

    def _on_touched(self, root: _Root, path: str, is_folder: bool) -> None:
        """Run on a thread of the observer."""
        inner = os.path.relpath(path, root.real)
        if inner == os.curdir or inner.startswith(os.pardir) or not concerns(Path(inner)):
            return
        place = root.folder.path / inner
        if is_folder:
            self._new_folders = True
            self._touch(Part(root.folder.id, place, deep=True))
        if may_be_photo(place.name):
            self._touch(Part(root.folder.id, place.parent, deep=False))

    def _touch(self, part: Part) -> None:
        with self._lock:
            self._last_touch = time.monotonic()
            if not self._touched:
                self._first_touch = self._last_touch
            self._touched.add(part)
        self._wake.set()

    def _due_at(self) -> float | None:
        with self._lock:
            if not self._touched:
                return None
            timing = self._timing
            return min(self._last_touch + timing.quiet, self._first_touch + timing.patience)

    def _send_if_due(self) -> None:
        due_at = self._due_at()
        if due_at is None or time.monotonic() < due_at or self._stopping.is_set():
            return
        with self._lock:
            touched, self._touched = self._touched, set()
        if len(touched) > _MOST_PARTS:  # it is quicker to look through all of it
            ids = {part.folder_id for part in touched}
            whole = (root.folder for root in self._roots.values() if root.folder.id in ids)
            touched = {Part(folder.id, folder.path, deep=True) for folder in whole}
        self._scan(outermost(touched))

    def _wait_s(self) -> float:
        now = time.monotonic()
        due_at = self._due_at()
        waits = [self._timing.look, self._timing.every]
        return max(0.0, min(waits if due_at is None else (*waits, due_at - now)))


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _network_words(root: _Root, timing: Timing) -> tuple[str, str]:
    message = f"Changes in {root.folder.path} are not seen at once: it lies on a network drive."
    return message, f"{_instead(timing)}, and whenever you ask for it."


def _limit_words(root: _Root, timing: Timing) -> tuple[str, str]:
    message = (
        f"Changes in {root.folder.path} are not all seen at once: this computer watches no more"
        " folders."
    )
    allow = "An administrator can allow more (fs.inotify.max_user_watches)."
    return message, f"{_instead(timing)}. {allow}"


def _refused_words(root: _Root, timing: Timing, error: OSError) -> tuple[str, str]:
    reason = error.strerror or error
    message = f"Changes in {root.folder.path} are not seen at once: {reason}."
    return message, f"{_instead(timing)}, and whenever you ask for it."


def _instead(timing: Timing) -> str:
    return f"It is looked through every {round(timing.every / 60)} minutes instead"
