"""``bench``: how fast the program is here. The describer is measured in a process of its own."""

import json
import tempfile
from argparse import Namespace
from pathlib import Path

from engine.checkpoints import SAMPLE
from gallery.commands import terminal
from gallery.commands.catalogs import catalog_path, remembered_checkpoint
from gallery.commands.engine_programs import run_engine_program
from gallery.errors import KnownError

_FEWEST, _MOST = 100, 5_000_000
_FLAGS = ("full_size", "large", "careful")
_VALUES = ("photos", "turns", "threads", "json")


def bench(arguments: Namespace) -> int:
    """Run a benchmark, which prints its tables; returns its exit code."""
    if arguments.what == "library":
        return _library(arguments)
    if arguments.what == "narration":
        asked = ["--full-size"] if arguments.full_size else []
        asked += ["--json", str(arguments.json)] if arguments.json else []
        return run_engine_program("gallery.narration.film.bench", asked)
    return run_engine_program("engine.bench", options(arguments))


def _library(arguments: Namespace) -> int:
    from gallery.benching.library import measure
    from gallery.benching.report import lines_of

    photos = _number(arguments.photos)
    with tempfile.TemporaryDirectory(prefix="photo-narrator-bench-") as made:
        result = measure(photos, Path(made))
    for line in lines_of(result):
        terminal.result(line)
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0


def _number(photos: Path | None) -> int:
    text = "100000" if photos is None else str(photos).replace(",", "")
    if not text.isdecimal() or not _FEWEST <= int(text) <= _MOST:
        raise KnownError(
            f"“{photos}” is no number of photos that can be made up.",
            f"Choose one from {_FEWEST} to {_MOST}: `bench library --photos 100000`.",
        )
    return int(text)


def options(arguments: Namespace) -> list[str]:
    """What the benchmark is asked, in its own words."""
    remembered = remembered_checkpoint(catalog_path(arguments))
    asked = ["--checkpoint", arguments.checkpoint or remembered or SAMPLE]
    asked += [f"--{name.replace('_', '-')}" for name in _FLAGS if getattr(arguments, name)]
    if arguments.what == "agreement":
        asked.append("--agreement")
    if arguments.precision:
        asked += ["--precision", arguments.precision]
    for name in _VALUES:
        value = getattr(arguments, name)
        if value is not None:
            asked += [f"--{name}", str(value)]
    return asked
