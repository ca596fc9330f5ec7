"""The window, and taking in folders."""

from pathlib import Path

from gallery.arguments.options import add_json
from gallery.arguments.parsers import Commands, Parser


def add_to(commands: Commands) -> None:
    """Add the commands."""
    _window(commands.add("window", "open the window (the default)", runs=None))
    _index(
        commands.add(
            "index",
            "scan folders, make thumbnails, describe the photos",
            runs="gallery.commands.indexing:index",
        )
    )


def _window(parser: Parser) -> None:
    parser.add_argument("--samples", action="store_true", help="with the bundled sample gallery")
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", help="folders to add")


def _index(parser: Parser) -> None:
    parser.add_argument(
        "folders", nargs="*", type=Path, metavar="FOLDER", help="none: all known folders again"
    )
    add_json(parser)
