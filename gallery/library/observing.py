"""The system's own telling of changes, by watchdog: which files and folders were touched."""

import errno
import os
import sys
import tempfile
from collections.abc import Callable
from typing import NoReturn, TypeAlias

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import ObservedWatch

#: A path, and whether it is (or was) a folder. Called on a thread of the observer.
Touched: TypeAlias = Callable[[str, bool], None]
Watch: TypeAlias = ObservedWatch

_LIMITS = frozenset({errno.ENOSPC, errno.EMFILE, errno.ENFILE})
_EVENTS: list[type[FileSystemEvent]] = [
    *(FileCreatedEvent, FileDeletedEvent, FileMovedEvent),
    *(DirCreatedEvent, DirDeletedEvent, DirMovedEvent),
    # Linux tells when a file was written to its end; elsewhere every bit of it is told.
    FileClosedEvent if sys.platform == "linux" else FileModifiedEvent,
]


class TooManyFoldersError(Exception):
    """The system tells of changes in no more folders than it does already."""


class FolderObserver:
    """Tells what is touched in folders and all that is below; links are not followed.

    Reading is not told, so that a scan wakes no scan.
    """

    def __init__(self) -> None:
        """Raises :class:`TooManyFoldersError`, or another ``OSError``."""
        try:
            self._observer = Observer()
            self._observer.start()
        except OSError as error:
            _raise(error)
        self._probe = tempfile.TemporaryDirectory(prefix="photo-narrator-watch-")

    def watch(self, folder: str, touched: Touched) -> Watch:
        """Tell of changes in a folder from now on; returns when that stands.

        Raises :class:`TooManyFoldersError` (also where only some of the folders below can be
        watched: these are told of all the same) or another ``OSError``.
        """
        try:
            return self._observer.schedule(
                _Handler(touched), folder, recursive=True, event_filter=_EVENTS
            )
        except OSError as error:
            _raise(error)

    def has_room(self) -> bool:
        """Whether one more folder could be watched.

        What cannot be watched below a folder that is, nobody tells; only the next one to ask is
        refused.
        """
        try:
            watch = self._observer.schedule(
                FileSystemEventHandler(), self._probe.name, event_filter=[DirDeletedEvent]
            )
        except OSError:
            return False
        self._observer.unschedule(watch)
        return True

    def forget(self, watch: Watch) -> None:
        """Tell no more of this folder."""
        self._observer.unschedule(watch)

    def close(self) -> None:
        """Tell nothing more; waits for the threads."""
        self._observer.stop()
        self._observer.join()
        self._probe.cleanup()


class _Handler(FileSystemEventHandler):
    def __init__(self, touched: Touched) -> None:
        self._touched = touched

    def on_any_event(self, event: FileSystemEvent) -> None:
        for path in (event.src_path, event.dest_path):
            if path:
                self._touched(os.fsdecode(path), event.is_directory)


def _raise(error: OSError) -> NoReturn:
    if error.errno in _LIMITS:
        raise TooManyFoldersError(str(error)) from error
    raise error
