"""``checkpoints import``: a checkpoint of the authors' own file, made beside the program."""

from argparse import Namespace

from gallery.commands.engine_programs import run_engine_program


def import_original(arguments: Namespace) -> int:
    """Make the checkpoint in a process with torch, which tells what went wrong; its exit code."""
    return run_engine_program("engine.original", options(arguments))


def options(arguments: Namespace) -> list[str]:
    """What the engine's program is asked, in its own words."""
    asked: list[str] = []
    if arguments.vocabulary is not None:
        asked += ["--vocabulary", str(arguments.vocabulary)]
    if arguments.image_size is not None:
        asked += ["--image-size", str(arguments.image_size)]
    return [*asked, "--", str(arguments.file), str(arguments.folder)]
