"""The arguments of the whole program."""

import argparse

from gallery import exit_codes
from gallery.arguments import (
    catalogs,
    checkpoints,
    collections,
    describing,
    finding,
    folders,
    machine,
    narrating,
)
from gallery.arguments.options import add_common
from gallery.arguments.parsers import Commands, Parser

_TOPICS = (folders, finding, collections, describing, narrating, catalogs, machine, checkpoints)
"""In the order of the help."""


def program_parser() -> Parser:
    """Return what takes the words of the command line apart."""
    parser = Parser(
        prog="photo-narrator",
        description="Describes your photos on your own computer, finds them by what is in them, "
        "and tells them aloud. Without a command it opens the window.",
        epilog=exit_codes.IN_WORDS,
    )
    add_common(parser, default=None)
    # What stands before the command must not be overwritten by the command's own defaults.
    common = Parser(add_help=False, argument_default=argparse.SUPPRESS)
    add_common(common, default=argparse.SUPPRESS)
    commands = Commands(parser, common)
    for topic in _TOPICS:
        topic.add_to(commands)
    return parser
