"""How a film's making is watched and stopped, and what came of it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from gallery.errors import KnownError


class Stage(StrEnum):
    """What is being done."""

    PREPARING = "preparing"  # sentences are spoken and photos looked at
    LEVELLING = "levelling"  # loudness is measured
    WRITING = "writing"


@dataclass(frozen=True, slots=True)
class FilmProgress:
    """How far it is; ``done`` of ``total`` are photos while preparing, else seconds of film."""

    stage: Stage
    done: int
    total: int
    seconds_left: float | None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A photo that is not in the film, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: ``paths`` (subtitles beside it too), its length, loudness and gaps."""

    paths: tuple[Path, ...]
    duration_ms: int
    lufs: float | None
    skipped: tuple[Skipped, ...]


class FilmStoppedError(KnownError):
    """A person stopped it; nothing is left behind."""


class FilmJob:
    """Tells how far a film is, and carries the wish to stop it; usable from any thread."""

    def __init__(self, tell: Callable[[FilmProgress], None] = lambda _: None) -> None:
        self._tell = tell
        self._stopped = threading.Event()
        self._stage: Stage | None = None
        self._began = 0.0

    def stop(self) -> None:
        """Ask for the end; the maker raises :class:`FilmStoppedError` soon."""
        self._stopped.set()

    def check(self) -> None:
        """Raise :class:`FilmStoppedError` where the end was asked for."""
        if self._stopped.is_set():
            raise FilmStoppedError("The film was stopped, and nothing was written.")

    def progress(self, stage: Stage, done: float, total: float) -> None:
        """Tell how far a stage is; checks for a stop too."""
        self.check()
        now = time.monotonic()
        if stage is not self._stage:
            self._stage, self._began = stage, now
        spent = now - self._began
        left = spent / done * (total - done) if done > 0 and spent > 1 else None
        self._tell(FilmProgress(stage, int(done), int(total), left))
