"""Kill -9 of the command line, of the window and of their children, while all of them work."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from engine.protocol import Reason
from gallery.catalog import Catalog
from tests.drawn import draw
from tests.torture import inspecting
from tests.torture.killing import REPOSITORY, Figures

_CHILDREN = ("engine", "decoder", "speech")
_START_S = 60.0
_GONE_S = 60.0  # one that is still starting hears of it when its imports are done
_FINISH_S = 300.0
_NEW_PHOTOS = 30
_PAUSE_S = (0.2, 4.0)  # between two kills
_CHILDREN_A_LIFE = 4


@dataclass(frozen=True, slots=True)
class Place:
    """Where a world of photos and its catalog lie."""

    folder: Path

    @property
    def photos(self) -> Path:
        return self.folder / "photos"

    @property
    def catalog(self) -> Path:
        return self.folder / "home" / "catalog.sqlite"

    @property
    def journal(self) -> Path:
        return self.folder / "journal"


class _Running:
    """A victim, and what it told last."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.phase, self.pids = "", dict[str, int]()
        self.began = threading.Event()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with suppress(ValueError):
                self.phase, self.pids = json.loads(line)
            self.began.set()
        self.began.set()

    def join(self) -> None:
        self._reader.join()


def kill_programs(
    folder: Path, seed: int, *, kind: str, lives: int, until: float = float("inf")
) -> Figures:
    """Let a program (``index``, ``library`` or ``window``) live so many lives on one catalog.

    In each its children are killed now and then, and then it is itself; behind the last one the
    command line finishes what is left, and everything has to be there once.
    """
    figures, chance = Figures(), random.Random(seed)
    shutil.rmtree(folder, ignore_errors=True)
    place = Place(folder)
    place.catalog.parent.mkdir(parents=True)
    for life in range(lives):
        if time.monotonic() > until:
            break
        _change_photos(place.photos, life, chance)
        _live(place, kind, chance, figures)
        figures.losses += inspecting.faults(place.catalog, place.journal)
        figures.losses += inspecting.faults_of_home(place.catalog.parent)
    _finish(place, figures)
    return figures


def _live(place: Place, kind: str, chance: random.Random, figures: Figures) -> None:
    with _victim(place, kind, chance.getrandbits(30)) as running:
        if kind != "index":
            assert running.began.wait(_START_S), "the program does not begin"
        for _ in range(chance.randrange(_CHILDREN_A_LIFE)):
            time.sleep(chance.uniform(*_PAUSE_S))
            _kill_a_child(running, kind, chance, figures)
        time.sleep(chance.uniform(*_PAUSE_S))
        family = {child.pid: _words(child) for child in _family(running.process.pid)}
        if running.process.poll() is None:
            running.process.kill()
            figures.killed(f"{kind}, the program")
            figures.noted(f"killed while {running.phase or 'working'}")
        elif kind != "index" or running.process.returncode not in (0, 1):
            figures.losses.append(f"{kind} ended by itself with {running.process.returncode}")
        running.process.wait()
        _expect_gone(family, figures)


def _expect_gone(family: dict[int, list[str]], figures: Figures) -> None:
    """A program that is killed takes its children along."""
    began = time.monotonic()
    left = dict(family)
    while left and time.monotonic() - began < _GONE_S:
        left = {pid: words for pid, words in left.items() if _runs(pid)}
        time.sleep(0.02)
    seconds = round(time.monotonic() - began)
    figures.facts["most seconds until all children were gone"] = max(
        seconds, figures.facts.get("most seconds until all children were gone", 0)
    )
    for words in left.values():
        figures.losses.append(f"it outlived its program by {_GONE_S:.0f} s: {' '.join(words)}")


def _runs(pid: int) -> bool:
    """Whether it runs; one that ended and that nobody has noticed yet does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _kill_a_child(running: _Running, kind: str, chance: random.Random, figures: Figures) -> None:
    if kind == "index":  # its children are not told apart by their names
        whom, pid = "a child", next(iter(_family(running.process.pid)), None)
    else:
        whom = chance.choice(_CHILDREN)
        pid = running.pids.get(whom)
    if pid is None:
        return
    with suppress(ProcessLookupError, psutil.NoSuchProcess):
        os.kill(pid if isinstance(pid, int) else pid.pid, signal.SIGKILL)
        figures.killed(f"{kind}, {whom}")


def _family(pid: int) -> list[psutil.Process]:
    try:
        found = psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    return [child for child in found if "resource_tracker" not in " ".join(_words(child))]


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@contextmanager
def _victim(place: Place, kind: str, seed: int) -> Iterator[_Running]:
    command = [sys.executable, "-m", "tests.torture.program_victim", kind]
    command += [str(place.catalog), str(place.photos), str(place.journal), str(seed)]
    if kind == "index":
        command = _index(place)
    with subprocess.Popen(
        command,
        cwd=REPOSITORY,
        env=_environment(place),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        running = _Running(process)
        try:
            yield running
        finally:
            process.kill()
            running.join()


def _index(place: Place) -> list[str]:
    command = [sys.executable, "-m", "gallery", "--catalog", str(place.catalog)]
    return [*command, "--checkpoint", "sample", "index", str(place.photos)]


def _environment(place: Place) -> dict[str, str]:
    home = str(place.catalog.parent)
    return {**os.environ, "PHOTO_NARRATOR_HOME": home, "QT_QPA_PLATFORM": "offscreen"}


def _change_photos(photos: Path, life: int, chance: random.Random) -> None:
    """New photos, one under another name, one with another content, one gone."""
    known = sorted(photos.glob("*.jpg"))
    for number in range(_NEW_PHOTOS):
        draw(photos / f"life {life} photo {number:02}.jpg", chance.getrandbits(40))
    if known:
        first, second, third = chance.sample(known, 3)
        first.rename(photos / f"renamed {life}.jpg")
        draw(second, chance.getrandbits(40))
        third.unlink()


def _finish(place: Place, figures: Figures) -> None:
    """Work goes on: what is left is done, once, and what was set aside can be tried again."""
    _run_to_the_end(place)
    with closing(Catalog.open(place.catalog)) as catalog:
        aside = [photo for photo in catalog.failures() if photo.failure]
        odd = [photo for photo in aside if photo.failure.reason is not Reason.SET_ASIDE]  # type: ignore[union-attr]
        figures.losses += [f"failed: {photo.name}: {photo.failure}" for photo in odd]
        figures.noted("set aside by kills, and described when tried again", len(aside))
        catalog.clear_failures([photo.id for photo in aside])
    _run_to_the_end(place)
    files = sorted(place.photos.glob("*.jpg"))
    with closing(Catalog.open(place.catalog)) as catalog:
        photos = [photo for photo in catalog.photos(catalog.photo_ids()) if not photo.missing]
        figures.losses += _differences(files, [photo.path for photo in photos])
        counts = catalog.counts()
        figures.noted("photos", counts.photos)
        figures.noted("descriptions", counts.captioned)
    figures.losses += inspecting.undescribed(place.catalog)
    figures.losses += inspecting.faults(place.catalog, place.journal)
    edits = inspecting.promises(place.journal).values()
    figures.noted("edits that were acknowledged", sum(len(edit.stored) for edit in edits))


def _run_to_the_end(place: Place) -> None:
    done = subprocess.run(
        _index(place),
        cwd=REPOSITORY,
        env=_environment(place),
        capture_output=True,
        text=True,
        timeout=_FINISH_S,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr[-2000:]


def _differences(files: list[Path], listed: list[Path]) -> Iterator[str]:
    there, known = Counter(files), Counter(listed)
    yield from (f"not listed: {path}" for path in there - known)
    yield from (f"listed once too often: {path}" for path in known - there)
