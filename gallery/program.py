"""The whole program but its face: window and command line stand on the same one."""

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.checkpoints import SAMPLE, CheckpointError, DescriberSet
from engine.protocol import Precision
from gallery import describer_sets
from gallery.catalog import Catalog
from gallery.catalog.lock import indexing_lock
from gallery.domain import Failure, Folder
from gallery.errors import KnownError
from gallery.library.asking import PhotoAnswer, ask_photo
from gallery.library.daily_backups import DailyBackups
from gallery.library.decoder import DecoderClient
from gallery.library.engine_client import EngineClient
from gallery.library.engine_rest import IDLE_S
from gallery.library.estimating import (
    Estimate,
    PaceKeeper,
    count_photos,
    estimate,
    pace_name,
    pace_of,
)
from gallery.library.events import EventBus, FoldersChanged
from gallery.library.indexer import Indexer
from gallery.library.machine_notes import MachineNotes
from gallery.library.proposing import Proposer
from gallery.library.scan import Part
from gallery.library.searcher import Searcher
from gallery.library.similar import Similar
from gallery.library.thumbnails import ThumbnailStore
from gallery.library.watching import FolderWatch
from gallery.narration.narrator import Narrator
from gallery.narration.speech import Speech
from gallery.paths import default_catalog_path, sample_gallery_dir

_FORGOTTEN_AT_ONCE = 10_000
_FIRST_BACKUP_S = 20.0  # what is seen first comes first


@dataclass(frozen=True, slots=True)
class ProgramOptions:
    """What a start may choose.

    ``checkpoint``: "sample", an installed set or a folder; None is the sample too, but says that
    nobody asked for it. ``device``: auto, cpu, cuda or mps. ``idle_s``: after so long without work
    the describer gives its memory back (None: never).
    """

    catalog_path: Path = field(default_factory=default_catalog_path)
    checkpoint: str | None = None
    device: str = "auto"
    precision: Precision = Precision.EXACT
    idle_s: float | None = IDLE_S


@dataclass(frozen=True)
class Program:
    """Every part, built and connected. No process runs until something needs it."""

    options: ProgramOptions
    describer_set: DescriberSet
    bus: EventBus
    catalog: Catalog
    thumbnails: ThumbnailStore
    decoder: DecoderClient
    engine: EngineClient
    indexer: Indexer
    backups: DailyBackups
    searcher: Searcher
    similar: Similar
    proposer: Proposer
    speech: Speech
    narrator: Narrator
    notes: MachineNotes
    watch: FolderWatch

    def start(self) -> None:
        """Begin to bring the catalog up to date: scan every folder, then examine and describe.

        From then on what changes in the folders is seen.
        """
        self.indexer.start()
        self.indexer.request_scan()
        self.backups.start(_FIRST_BACKUP_S)
        self.watch.start()

    def add_folder(
        self, path: Path, *, sample_allowed: bool = False, names_only: bool = False
    ) -> Folder:
        """Add a folder (or give the one that is there) and scan it.

        ``sample_allowed``: a person agreed that the sample set describes it. ``names_only``: its
        photos are listed and not described so far. Raises ``KnownError`` where it is no folder that
        can be read.
        """
        path = _checked(path)
        return self._add(path, sample_allowed=sample_allowed, names_only=names_only)

    def describe_folder(self, folder_id: int) -> None:
        """A person said: describe what was only listed so far."""
        self.catalog.set_names_only(folder_id, names_only=False)
        self.bus.publish(FoldersChanged())
        self.indexer.wake()

    def estimate(
        self, path: Path, *, cancelled: Callable[[], bool] = lambda: False
    ) -> Estimate | None:
        """Count a folder's photos and tell what describing them costs; None where cancelled.

        Blocks on the disk. Raises ``KnownError`` where it is no folder that can be read.
        """
        path = _checked(path)
        photos = count_photos(path, left_out=self.catalog.left_out(), cancelled=cancelled)
        if cancelled():
            return None
        known = [folder.id for folder in self.catalog.folders() if folder.path == path]
        described = self.catalog.counts(known[0]).captioned if known else 0
        pace = pace_of(self.describer_set, self.options.precision, self.notes)
        return estimate(path, photos, described, pace)

    def add_sample_gallery(self) -> Folder | None:
        """Add the bundled sample gallery and scan it; None where it is not installed."""
        path = sample_gallery_dir()
        if not path.is_dir():
            return None
        return self._add(path, sample_allowed=True, is_sample_gallery=True, names_only=False)

    def remove_folder(self, folder_id: int) -> None:
        """Forget a folder with its photos and captions; the files are not touched."""
        ids = self.catalog.photo_ids(folder_id=folder_id)
        self.catalog.remove_folder(folder_id)
        for start in range(0, len(ids), _FORGOTTEN_AT_ONCE):
            some: Sequence[int] = ids[start : start + _FORGOTTEN_AT_ONCE]
            kept = {photo.id for photo in self.catalog.photos(some)}  # another root's by now
            self.thumbnails.drop(photo_id for photo_id in some if photo_id not in kept)
        self.bus.publish(FoldersChanged())

    def allow_sample(self, folder_id: int) -> None:
        """A person said: describe this folder with the sample set anyway."""
        self.catalog.allow_sample(folder_id)
        self.bus.publish(FoldersChanged())
        self.indexer.wake()

    def leave_out(self, path: Path) -> int:
        """Leave a folder within the library out; gives how many photos go out of sight."""
        ids = self.catalog.leave_out(path)
        self.bus.publish(FoldersChanged())
        return len(ids)

    def take_back(self, path: Path) -> int:
        """List what was left out again, and look for what is new there; gives how many photos."""
        ids = self.catalog.take_back(path)
        self.bus.publish(FoldersChanged())
        roots = [folder for folder in self.catalog.folders() if folder.path in path.parents]
        self.indexer.request_scan_of([Part(folder.id, path, deep=True) for folder in roots])
        return len(ids)

    def forget_missing(self, photo_ids: Sequence[int]) -> int:
        """Forget these, where they are missing; gives how many did go."""
        gone = self.catalog.forget_missing(photo_ids)
        self.thumbnails.drop(gone)
        self.bus.publish(FoldersChanged())
        return len(gone)

    def viewer_picture(self, photo_id: int, max_px: int) -> bytes | Failure:
        """Return the upright photo as a JPEG within ``max_px`` squared, or why there is none.

        Blocks (the decoder process reads it): not for the thread of the window. Raises
        ``KnownError`` where the photo is no longer listed or there is no decoder.
        """
        return self.decoder.picture(self.catalog.photo(photo_id).path, max_px)

    def ask(self, photo_id: int, question: str) -> PhotoAnswer:
        """Return what the describer answers to a question about a photo; blocks.

        Raises ``KnownError`` where there is no answer, or the photo is no longer listed.
        """
        return ask_photo(self.engine, self.catalog.photo(photo_id).path, question)

    def close(self) -> None:
        """End everything, the last one built first; at most 3 s. Again: does nothing."""
        self.narrator.cancel()
        self.backups.stop()
        self.watch.stop()
        self.indexer.stop()
        processes = (self.speech, self.engine, self.decoder)
        # side by side, since each is given time to leave by itself
        enders = [threading.Thread(target=part.stop, name="closing") for part in processes]
        for ender in enders:
            ender.start()
        for ender in enders:
            ender.join()
        self.narrator.close()
        self.searcher.close()
        self.thumbnails.close()
        self.catalog.close()

    def _add(
        self, path: Path, *, sample_allowed: bool, names_only: bool, is_sample_gallery: bool = False
    ) -> Folder:
        for left_out in self.catalog.left_out():
            if left_out in (path, *path.parents):
                raise KnownError(
                    f"{left_out} was left out of the library.",
                    f"List it again first: `photo-narrator include {left_out}`.",
                )
        folder = self.catalog.add_folder(
            path,
            sample_allowed=sample_allowed,
            is_sample_gallery=is_sample_gallery,
            names_only=names_only,
        )
        self.bus.publish(FoldersChanged())
        self.indexer.request_scan([folder.id])
        return folder


def open_program(options: ProgramOptions) -> Program:
    """Open the catalog and build every part; waits for no process.

    Raises ``KnownError`` (a catalog or a checkpoint that cannot be used).
    """
    describer_set = _describer_set(options.checkpoint)
    catalog = Catalog.open(options.catalog_path)
    try:
        path = options.catalog_path  # the whole name: "trip.1" and "trip.2" share no pictures
        thumbnails = ThumbnailStore.open(
            path.with_name(f"{path.name}.thumbnails.sqlite"), catalog.identity()
        )
    except BaseException:
        catalog.close()
        raise
    bus = EventBus()
    decoder = DecoderClient()
    engine = EngineClient(
        describer_set,
        bus,
        device=options.device,
        precision=options.precision,
        idle_s=options.idle_s,
    )
    lock = indexing_lock(options.catalog_path)
    indexer = Indexer(catalog, decoder, engine, thumbnails, bus, lock=lock)
    searcher = Searcher(
        catalog, engine.embed_text, describer_set.matcher, floor=describer_set.search_floor
    )
    speech = Speech()
    notes = MachineNotes.beside(options.catalog_path)
    bus.subscribe(PaceKeeper(notes, pace_name(describer_set, options.precision)).hear)
    return Program(
        options=options,
        describer_set=describer_set,
        bus=bus,
        catalog=catalog,
        thumbnails=thumbnails,
        decoder=decoder,
        engine=engine,
        indexer=indexer,
        backups=DailyBackups(catalog, bus),
        searcher=searcher,
        similar=Similar(searcher, engine),
        proposer=Proposer(catalog, engine),
        speech=speech,
        narrator=Narrator(speech),
        notes=notes,
        watch=FolderWatch(catalog, bus, indexer.request_scan_of, notes),
    )


def _describer_set(checkpoint: str | None) -> DescriberSet:
    try:
        return describer_sets.describer_set(checkpoint or SAMPLE)
    except CheckpointError as error:
        if checkpoint is not None:
            raise KnownError(error.message, error.hint) from error
        # photos can be seen, found by words and told without a describer
        return DescriberSet("none", None, None, False, f"{error.message} {error.hint}".strip(), "")


def _checked(path: Path) -> Path:
    # One name for one folder: without "..", but with links, which are the names people gave.
    folder = Path(os.path.abspath(os.path.expanduser(path)))  # noqa: PTH100, PTH111 - Path's fails for an unknown ~name
    try:
        next(folder.iterdir(), None)
    except FileNotFoundError as error:
        raise KnownError(
            f"There is no folder {folder}.", "Check the name, or whether a drive is unplugged."
        ) from error
    except NotADirectoryError as error:
        raise KnownError(f"{folder} is not a folder.", "Add the folder that it lies in.") from error
    except OSError as error:
        raise KnownError(
            f"The folder {folder} cannot be read: {error.strerror}.", "Check its permissions."
        ) from error
    return folder
