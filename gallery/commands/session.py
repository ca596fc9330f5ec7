"""A program opened for one command, and closed however that ends."""

import dataclasses
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager

from gallery.commands.catalogs import (
    catalog_path,
    chosen_device,
    chosen_precision,
    remembered_idle_s,
)
from gallery.commands.describers import usable_remembered_checkpoint
from gallery.program import Program, ProgramOptions, open_program


def program_options(arguments: Namespace) -> ProgramOptions:
    """Return the options as they were named (a checkpoint that was not named stays None)."""
    path = catalog_path(arguments)
    return ProgramOptions(
        path,
        arguments.checkpoint,
        chosen_device(arguments),
        chosen_precision(arguments),
        remembered_idle_s(path),
    )


@contextmanager
def opened_program(arguments: Namespace) -> Iterator[Program]:
    """Open everything that has no window; closed at the end, however it ends.

    Where no checkpoint is named, the one remembered beside the catalog is used, else the sample.
    """
    options = program_options(arguments)
    checkpoint = options.checkpoint or usable_remembered_checkpoint(options.catalog_path)
    program = open_program(dataclasses.replace(options, checkpoint=checkpoint))
    try:
        yield program
    finally:
        program.close()
