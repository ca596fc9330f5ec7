"""``bench``: how fast the program is here. It is measured in a process of its own, with torch."""

from argparse import Namespace

from engine.checkpoints import SAMPLE
from gallery.commands.catalogs import catalog_path, remembered_checkpoint
from gallery.commands.engine_programs import run_engine_program

_FLAGS = ("full_size", "large", "careful")
_VALUES = ("photos", "turns", "threads", "json")


def bench(arguments: Namespace) -> int:
    """Run the benchmark of the describer, which prints its tables; returns its exit code."""
    return run_engine_program("engine.bench", options(arguments))


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
