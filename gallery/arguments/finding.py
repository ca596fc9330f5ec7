"""Finding photos."""

from gallery.arguments.options import add_json, add_limit
from gallery.arguments.parsers import Commands, Parser


def add_to(commands: Commands) -> None:
    """Add the commands."""
    _search(
        commands.add(
            "search",
            "find photos by their captions and by what is in them",
            runs="gallery.commands.searching:search",
        )
    )


def _search(parser: Parser) -> None:
    parser.add_argument("text", metavar="TEXT", help="what should be in the photo")
    add_limit(parser, 20)
    parser.add_argument("--all", action="store_true", help="what is less likely too")
    add_json(parser)
