"""Finding photos."""

from pathlib import Path

from gallery.arguments.options import add_json, add_limit, add_refine
from gallery.arguments.parsers import Commands, Parser


def add_to(commands: Commands) -> None:
    """Add the commands."""
    _search(
        commands.add(
            "search",
            "find photos by their captions and by what is in them",
            runs="gallery.commands.likeness:search",
        )
    )
    _similar(
        commands.add(
            "similar",
            "find photos that look like one in the catalog",
            runs="gallery.commands.likeness:similar",
        )
    )
    _duplicates(
        commands.add(
            "duplicates",
            "list photos that are the same, or nearly so; deletes nothing",
            runs="gallery.commands.duplicates:duplicates",
        )
    )


def _search(parser: Parser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("text", nargs="?", metavar="TEXT", help="what should be in the photo")
    what.add_argument("--picture", type=Path, metavar="FILE", help="photos that look like this")
    add_limit(parser, 20)
    parser.add_argument("--all", action="store_true", help="what is less likely too")
    add_refine(parser)
    add_json(parser)


def _similar(parser: Parser) -> None:
    parser.add_argument("photo", type=Path, metavar="PHOTO")
    add_limit(parser, 20)
    add_json(parser)


def _duplicates(parser: Parser) -> None:
    parser.add_argument(
        "--bursts", action="store_true", help="also shots of one moment by the same camera"
    )
    add_json(parser)
