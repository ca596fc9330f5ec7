"""The window, taking in folders, and what of them is not wanted."""

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
    _exclude(
        commands.add(
            "exclude",
            "leave a folder of the library out; nothing known of it is lost",
            runs="gallery.commands.leaving_out:exclude",
        )
    )
    _include(
        commands.add(
            "include",
            "list a folder that was left out again",
            runs="gallery.commands.leaving_out:include",
        )
    )
    _purge(
        commands.add(
            "purge",
            "forget photos whose files are gone, after asking",
            runs="gallery.commands.purging:purge",
        )
    )


def _window(parser: Parser) -> None:
    parser.add_argument("--samples", action="store_true", help="with the bundled sample gallery")
    parser.add_argument(
        "folders",
        nargs="*",
        type=Path,
        metavar="FOLDER|PHOTO",
        help="folders to add; a photo is shown, in its folder",
    )


def _index(parser: Parser) -> None:
    parser.add_argument(
        "folders", nargs="*", type=Path, metavar="FOLDER", help="none: all known folders again"
    )
    parser.add_argument(
        "--watch", action="store_true", help="go on with what changes in them, until Ctrl+C"
    )
    parser.add_argument(
        "--estimate", action="store_true", help="only tell how long that would take, and the space"
    )
    parser.add_argument(
        "--names-only", action="store_true", help="list the photos; describe them another time"
    )
    add_json(parser)


def _exclude(parser: Parser) -> None:
    _include(parser)
    parser.add_argument("--undo", action="store_true", help="the same as include")


def _include(parser: Parser) -> None:
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="a folder in the library")
    add_json(parser)


def _purge(parser: Parser) -> None:
    parser.add_argument("--folder", type=Path, metavar="FOLDER", help="only what was in this one")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    add_json(parser)
