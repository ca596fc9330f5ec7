"""Kill -9 at seeded moments, look at what is left, and start again."""

import json
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gallery.catalog import Catalog
from tests.torture import inspecting

REPOSITORY = Path(__file__).resolve().parents[2]
_SCHEMAS = REPOSITORY / "tests" / "gallery" / "catalog" / "schemas"
_OLD = ("v1.sqlite", "v2.sqlite", "v3.sqlite")
_LONGEST_S = 0.6
_TURNS_OF_A_CATALOG = 40


@dataclass(slots=True)
class Figures:
    """What came out: kills by who was killed and what it was doing, and what was found wrong."""

    kills: dict[str, int] = field(default_factory=dict)
    facts: dict[str, int] = field(default_factory=dict)
    losses: list[str] = field(default_factory=list)

    def killed(self, whom: str) -> None:
        """Count a kill."""
        self.kills[whom] = self.kills.get(whom, 0) + 1

    def noted(self, fact: str, number: int = 1) -> None:
        """Count something worth telling."""
        self.facts[fact] = self.facts.get(fact, 0) + number

    @property
    def all_kills(self) -> int:
        """All of them."""
        return sum(self.kills.values())

    def add(self, other: "Figures") -> None:
        """Take another run's figures in."""
        for whom, number in other.kills.items():
            self.kills[whom] = self.kills.get(whom, 0) + number
        for fact, number in other.facts.items():
            most = max(number, self.facts.get(fact, 0))
            self.facts[fact] = (
                most if fact.startswith("most ") else self.facts.get(fact, 0) + number
            )
        self.losses += other.losses


@contextmanager
def _victims() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.torture.catalog_victim"]
    with subprocess.Popen(
        command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def kill_catalogs(folder: Path, seed: int, *, kills: int = 0, until: float = 0.0) -> Figures:
    """Kill programs that scan, describe, edit and back up one catalog, ``kills`` times.

    Every fifth opens an old catalog instead, which is brought up to date. ``until``: a time of the
    monotonic clock, in place of a number.
    """
    figures, chance = Figures(), random.Random(seed)
    path = folder / "catalog.sqlite"
    with _victims() as victims:
        turn = 0
        while turn < kills or time.monotonic() < until:
            if turn % _TURNS_OF_A_CATALOG == 0:
                _begin_anew(folder)
            if turn % 5 == 4:
                _kill_a_migration(victims, folder / "old", chance, figures)
            else:
                delay_s = chance.uniform(0.0, _LONGEST_S)
                _kill(victims, delay_s, path, chance.getrandbits(32), figures)
                figures.killed("a program that scans, describes, edits and backs up")
                figures.noted(
                    "killed in the middle of a backup", inspecting.half_done_backups(path)
                )
                figures.losses += inspecting.faults(path, folder / "journal")
            turn += 1
            if turn % _TURNS_OF_A_CATALOG == 0:
                _count(folder, figures)
        if turn % _TURNS_OF_A_CATALOG:
            _count(folder, figures)
    return figures


def _begin_anew(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def _kill(
    victims: subprocess.Popen[str], delay_s: float, path: Path, seed: int, figures: Figures
) -> None:
    assert victims.stdin is not None
    assert victims.stdout is not None
    journal = path.with_name("journal")
    victims.stdin.write(json.dumps([delay_s, str(path), str(journal), seed]) + "\n")
    victims.stdin.flush()
    ended_by = victims.stdout.readline().strip()
    if ended_by != "9":
        figures.losses.append(f"a program ended before it was killed: {ended_by}")


def _kill_a_migration(
    victims: subprocess.Popen[str], folder: Path, chance: random.Random, figures: Figures
) -> None:
    """Kill while an old catalog is brought up to date; nothing that it held may be lost."""
    _begin_anew(folder)
    path = folder / "catalog.sqlite"
    shutil.copy(_SCHEMAS / chance.choice(_OLD), path)
    shutil.copy(path, folder / "whole.sqlite")
    held = _contents(folder / "whole.sqlite")
    _kill(victims, chance.uniform(0.0, 0.08), path, chance.getrandbits(32), figures)
    figures.killed("a program that brings a catalog up to date")
    figures.losses += inspecting.faults(path, folder / "journal")
    left = _contents(path)
    lost = [item for item in held if item not in left]
    figures.losses += [f"lost by a migration: {item}" for item in lost]


def _contents(path: Path) -> list[tuple[object, ...]]:
    """Every caption ever said, by photo."""
    with closing(Catalog.open(path)) as catalog:
        return [
            (photo_id, caption.text, str(caption.origin))
            for photo_id in catalog.photo_ids()
            for caption in catalog.history(photo_id)
        ]


def _count(folder: Path, figures: Figures) -> None:
    """What a catalog held in the end."""
    with closing(Catalog.open(folder / "catalog.sqlite")) as catalog:
        counts = catalog.counts()
        figures.noted("photos", counts.photos)
        figures.noted("descriptions", counts.captioned)
    edits = inspecting.promises(folder / "journal").values()
    figures.noted("edits that were acknowledged", sum(len(edit.stored) for edit in edits))
