"""Describer sets for the window: what there is, and the one task that gets or checks some."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal

from engine.hub.endpoint import endpoint
from engine.hub.offers import Offer
from engine.hub.store import Store
from gallery.library.checkpoint_jobs import CheckpointJob, CheckpointJobs, remove_set
from gallery.library.checkpoint_shelf import Shelved, shelf
from gallery.paths import checkpoints_dir
from gallery.ui.background import Background, Lane


@dataclass(frozen=True, slots=True)
class Source:
    """Where a set would come from and go to, for a person who is asked."""

    endpoint: str
    folder: Path
    free_bytes: int


class Checkpoints(QObject):
    """A thin bridge; outlives the page and the dialog, so that a download goes on without them.

    No thread and no process is started before something is asked of it.
    """

    shelf_changed = Signal()
    job_changed = Signal(object)  # CheckpointJob
    failed = Signal(object)
    _told = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.store = Store(checkpoints_dir())
        self.shelf: Sequence[Shelved] = ()
        self.job = CheckpointJob()
        self.in_use = ""
        self._background = Background(self)
        self._background.failed.connect(self.failed)
        self._jobs = CheckpointJobs(self.store, self._told.emit)
        self._told.connect(self._on_told, Qt.ConnectionType.QueuedConnection)

    def close(self) -> None:
        """Pause what runs and tell nothing more."""
        self._background.close()
        self._jobs.close()

    def refresh(self) -> None:
        """Read anew what there is."""
        work = partial(shelf, self.store, self.in_use)
        self._background.run(Lane.READS, work, self._on_shelf)

    def find(self, name: str) -> Shelved | None:
        """Return a set by its name."""
        return next((item for item in self.shelf if item.name == name), None)

    def title_of(self, name: str) -> str:
        """Return how a set is called for people."""
        item = self.find(name)
        return item.title if item is not None else name

    def ask_source(self, then: Callable[[Source], None]) -> None:
        """Call ``then(source)``: what a person must know before a set is got."""
        self._background.run(Lane.READS, self._source, then)

    def get(self, offer: Offer) -> None:
        """Get a set, or go on with it."""
        self._background.run(Lane.WRITES, partial(self._jobs.install, offer))

    def pause(self) -> None:
        """Pause what runs."""
        self._background.run(Lane.WRITES, self._jobs.pause)

    def give_up(self, name: str) -> None:
        """Forget a set that was begun."""
        self._background.run(Lane.WRITES, partial(self._jobs.give_up, name))

    def verify(self, name: str) -> None:
        """Check the files of a set."""
        self._background.run(Lane.WRITES, partial(self._jobs.verify, name))

    def remove(self, name: str) -> None:
        """Remove an installed set."""
        work = partial(remove_set, self.store, name)
        self._background.run(Lane.WRITES, work, lambda _: self.refresh())

    def _source(self) -> Source:
        folder = self.store.folder
        there = next(path for path in (folder, *folder.parents) if path.is_dir())
        return Source(endpoint(), folder, shutil.disk_usage(there).free)

    def _on_shelf(self, items: list[Shelved]) -> None:
        self.shelf = items
        self.shelf_changed.emit()

    def _on_told(self, job: CheckpointJob) -> None:
        ended = not job.running
        self.job = job
        self.job_changed.emit(job)
        if ended:
            self.refresh()
