"""The long run: ``python -m tests.torture --minutes 30 --seed 1``; figures are printed.

``python -m tests.torture load --photos 1000000 --describe 100000`` fills a catalog instead.
Everything lies in a folder of its own, which is removed.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.torture import report
from tests.torture.feeding import feed_mutated, feed_troublemakers
from tests.torture.killing import Figures, kill_catalogs
from tests.torture.killing_programs import kill_programs
from tests.torture.loading import load

_LIVES = 6


def main() -> int:
    arguments = _parser().parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="photo-narrator-torture-", dir=arguments.dir) as name:
        os.environ["PHOTO_NARRATOR_HOME"] = name
        folder = Path(name)
        parts = _parts(arguments)
        return (
            1 if [part for part in parts if not _run(part, parts[part], arguments, folder)] else 0
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tests.torture", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("all", "load"), default="all")
    parser.add_argument("--photos", type=int, default=100_000, help="of load")
    parser.add_argument("--describe", type=int, default=20_000, help="of load")
    parser.add_argument("--minutes", type=float, default=10, help="for all parts together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=tuple(_PARTS))
    parser.add_argument("--dir", type=Path, help="where to work (a disk in memory is quicker)")
    parser.add_argument("--json", type=Path, help="append the figures to this file")
    return parser


def _parts(arguments: argparse.Namespace) -> "dict[str, _Part]":
    if arguments.what == "load":
        photos, describe = arguments.photos, arguments.describe
        return {"load": lambda folder, _, __: load(folder, photos=photos, describe=describe)}
    return {arguments.only: _PARTS[arguments.only]} if arguments.only else _PARTS


def _run(name: str, part: "_Part", arguments: argparse.Namespace, folder: Path) -> bool:
    """Run a part for its share of the time; whether nothing was lost."""
    share_s = arguments.minutes * 60 / len(_parts(arguments))
    began = time.monotonic()
    figures = part(folder / name, arguments.seed, began + share_s)
    report.told(name, figures, time.monotonic() - began, arguments.json)
    return not figures.losses


def _kill_catalogs(folder: Path, seed: int, until: float) -> Figures:
    return kill_catalogs(folder, seed, until=until)


def _kill_programs(folder: Path, seed: int, until: float) -> Figures:
    figures, turn = Figures(), 0
    while time.monotonic() < until:
        kind = ("library", "window", "index")[turn % 3]
        seen = kill_programs(folder, seed * 1000 + turn, kind=kind, lives=_LIVES, until=until)
        figures.add(seen)
        print(f"{figures.all_kills} kills, {len(figures.losses)} losses", file=sys.stderr)
        turn += 1
    return figures


def _feed(folder: Path, seed: int, until: float) -> Figures:
    figures = feed_troublemakers(folder)
    figures.add(feed_mutated(folder, seed, until=until))
    return figures


_Part = Callable[[Path, int, float], Figures]
_PARTS: dict[str, _Part] = {
    "kill-catalog": _kill_catalogs,
    "kill-program": _kill_programs,
    "bad-input": _feed,
}


if __name__ == "__main__":
    sys.exit(main())
