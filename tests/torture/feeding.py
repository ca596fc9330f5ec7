"""Bad files, fed to the whole program: scanner, metadata, decoder, describer and viewer."""

import os
import random
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil

from engine.images import _FULL_LIMIT_PX
from engine.protocol import Reason
from gallery.domain import Failure, Photo
from gallery.errors import KnownError
from gallery.library.events import Event, Notice
from gallery.program import Program, ProgramOptions, open_program
from tests.torture import mutating, troublemakers
from tests.torture.killing import Figures

_BATCH = 150
_PATIENCE_S = 600.0  # of a batch; a single file is given up by the watchdog long before
_VIEWER_PX = 600
#: What opening the largest picture may take: decoded, and its converted copy.
_PICTURE_BYTES = 9 * _FULL_LIMIT_PX
#: What each process may take: itself, and so many pictures at once.
CAPS_BYTES = {
    "decoder": (400 << 20) + _PICTURE_BYTES,
    "describer": (800 << 20) + 2 * _PICTURE_BYTES,
    "program": 1 << 30,
}


def feed_mutated(folder: Path, seed: int, *, files: int = 0, until: float = 0.0) -> Figures:
    """Feed spoiled pictures under hostile names, ``files`` of them or until then."""
    figures, chance = Figures(), random.Random(seed)
    done = 0
    with _fed_program(folder, figures) as program:
        while done < files or time.monotonic() < until:
            batch = folder / "photos" / f"batch {done}"
            batch.mkdir(parents=True)
            count = min(_BATCH, files - done) if files else _BATCH
            kinds = dict(_spoil(batch, chance, count))
            for kinds_of_one in kinds.values():
                for kind in kinds_of_one.split(" and "):
                    figures.noted(f"files: {kind}")
            _feed(program, batch, figures)
            program.remove_folder(_folder_id(program, batch))
            shutil.rmtree(os.fsencode(batch))
            done += count
    return figures


def feed_troublemakers(folder: Path, *, heavy: bool = True) -> Figures:
    """Feed every known troublemaker; ``heavy`` ones take seconds each."""
    figures = Figures()
    with _fed_program(folder, figures) as program:
        troublemakers.write_all(folder / "photos", heavy=heavy)
        _feed(program, folder / "photos", figures)
    return figures


def _spoil(batch: Path, chance: random.Random, count: int) -> Iterator[tuple[bytes, str]]:
    for number in range(count):
        kind, ending, data = mutating.spoiled(chance)
        name = mutating.hostile_name(chance, number, ending)
        place = os.path.join(os.fsencode(batch), name)  # noqa: PTH118 - a Path takes no bytes
        with open(place, "wb") as file:
            file.write(data)
        yield name, kind


@contextmanager
def _fed_program(folder: Path, figures: Figures) -> Iterator[Program]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with closing(open_program(ProgramOptions(folder / "catalog.sqlite"))) as program:

        def listen(event: Event) -> None:
            if isinstance(event, Notice):  # it paused, or met an error of its own
                figures.losses.append(f"{event.message} {event.hint}")

        program.bus.subscribe(listen)
        program.indexer.start()
        with _watched(program, figures):
            yield program


@contextmanager
def _watched(program: Program, figures: Figures) -> Iterator[None]:
    """Note the most memory each process takes, and how often the decoder has to start again."""
    peaks: dict[str, int] = {}
    decoders: set[int] = set()
    over = threading.Event()
    # A test's program is the tests' own process, which holds what earlier tests left.
    before = psutil.Process().memory_info().rss

    def watch() -> None:
        while not over.wait(0.05):
            if program.decoder.pid:
                decoders.add(program.decoder.pid)
            pids = {"decoder": program.decoder.pid, "describer": program.engine.pid}
            for name, pid in {**pids, "program": os.getpid()}.items():
                try:
                    now = psutil.Process(pid).memory_info().rss if pid else 0
                    now -= before if name == "program" else 0
                except psutil.Error:
                    continue
                peaks[name] = max(peaks.get(name, 0), now)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
    figures.noted("decoders that died and were started again", max(len(decoders) - 1, 0))
    for name, peak in peaks.items():
        figures.facts[
            f"most memory of the {name}{' over its start' * (name == 'program')}, MiB"
        ] = peak >> 20
        if peak > CAPS_BYTES[name]:
            figures.losses.append(f"the {name} took {peak >> 20} MiB")


def _feed(program: Program, folder: Path, figures: Figures) -> None:
    """Have a folder listed, examined and described, and look at each photo in the viewer."""
    began = time.monotonic()
    added = program.add_folder(folder, sample_allowed=True)
    if not program.indexer.wait_until_idle(_PATIENCE_S):
        figures.losses.append(f"it hangs at one of the files in {folder}")
        return
    photos = program.catalog.photos(program.catalog.photo_ids(folder_id=added.id))
    for name in _not_listed(folder, photos):
        figures.losses.append(f"not listed: {name!r}")
    for photo in photos:
        figures.noted("files")
        _judge(photo.failure, photo.caption is not None, photo.name, figures)
        _look_at(program, photo, figures)
    figures.noted("seconds", round(time.monotonic() - began))


def _not_listed(folder: Path, photos: list[Photo]) -> set[bytes]:
    there = {os.fsencode(path.name) for path in folder.iterdir() if path.suffix != ".xmp"}
    there = {name for name in there if not name.startswith(b".")}
    return there - {os.fsencode(photo.path.name) for photo in photos}


def _judge(failure: Failure | None, described: bool, name: str, figures: Figures) -> None:
    """Every file is described, or has a reason in a sentence, which is none of our own errors."""
    if failure is None:
        figures.noted("described" if described else "left without a word")
        if not described:
            figures.losses.append(f"neither described nor refused: {name!r}")
        return
    figures.noted(f"refused: {failure.reason}")
    if failure.reason is Reason.INTERNAL or not failure.detail.endswith("."):
        figures.losses.append(f"{name!r}: {failure.reason}: {failure.detail}")
    if "did not answer in time" in failure.detail:
        figures.losses.append(f"{name!r} hangs: {failure.detail}")


def _look_at(program: Program, photo: Photo, figures: Figures) -> None:
    try:
        picture = program.viewer_picture(photo.id, _VIEWER_PX)
    except KnownError as error:
        figures.losses.append(f"{photo.name!r} ends the viewer: {error}")
        return
    if isinstance(picture, Failure):
        figures.noted(f"refused by the viewer: {picture.reason}")
        if picture.reason is Reason.INTERNAL or not picture.detail.endswith("."):
            figures.losses.append(f"{photo.name!r}: {picture.reason}: {picture.detail}")


def _folder_id(program: Program, path: Path) -> int:
    return next(folder.id for folder in program.catalog.folders() if folder.path == path)
