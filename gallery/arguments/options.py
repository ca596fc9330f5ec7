"""Options and kinds of values that several commands have."""

import argparse
from pathlib import Path
from typing import Any

from engine.protocol import Precision
from gallery.arguments.parsers import Parser
from gallery.settings import DEVICES


def add_common(parser: Parser, *, default: Any) -> None:
    """Add what every command has: the catalog, and what describes where and how exactly.

    ``default`` stands where an option is not named.
    """
    parser.add_argument(
        "--catalog", type=Path, metavar="PATH", default=default, help="the catalog file to use"
    )
    parser.add_argument(
        "--checkpoint",
        metavar="NAME|FOLDER",
        default=default,
        help="what describes: “sample”, an installed set, or a folder with BLIP weights as the hub "
        "lays them out",
    )
    parser.add_argument(
        "--device",
        choices=DEVICES,
        default=default,
        help="where the describer runs (auto: an accelerator where one is trusted)",
    )
    parser.add_argument(
        "--precision",
        choices=tuple(Precision),
        default=default,
        help="exact, or faster with rounded weights, which may change captions",
    )


def add_json(parser: Parser) -> None:
    """Add ``--json``."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def add_limit(parser: Parser, default: int) -> None:
    """Add ``--limit``."""
    parser.add_argument(
        "--limit", type=positive, default=default, metavar="N", help=f"at most N ({default})"
    )


def add_refine(parser: Parser) -> None:
    """Add ``--refine``."""
    refine = "look closer at the first hits, SECONDS long (3), and order them by what is seen"
    parser.add_argument(
        "--refine", nargs="?", type=positive, const=3, metavar="SECONDS", help=refine
    )


def positive(text: str) -> int:
    """Return a whole number of at least 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return number
