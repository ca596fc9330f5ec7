"""Albums, and searches kept under a name."""

from pathlib import Path

from gallery.arguments.options import add_json, add_limit, add_refine
from gallery.arguments.parsers import Actions, Commands, Parser


def add_to(commands: Commands) -> None:
    """Add the commands."""
    album = commands.add(
        "album", "albums: photos in an order of your own", runs="gallery.commands.albums:album"
    )
    _album(commands.actions_of(album))
    saved = commands.add("saved", "searches kept under a name", runs="gallery.commands.saved:saved")
    _saved(commands.actions_of(saved))


def _album(actions: Actions) -> None:
    add_json(actions.add("list", "the albums, by name"))
    create = actions.add("create", "create an album, with photos if any are named")
    _named(create)
    create.add_argument("photos", nargs="*", type=Path, metavar="PHOTO")
    _photos(_named(actions.add("add", "put photos at the end of an album")))
    _photos(_named(actions.add("remove", "take photos out of an album; they stay in the library")))
    move = _named(actions.add("move", "put photos of an album side by side at a place"))
    move.add_argument("position", type=int, metavar="POSITION", help="1 is the first")
    _photos(move)
    rename = _named(actions.add("rename", "give an album another name"))
    rename.add_argument("new_name", metavar="NEW")
    _named(actions.add("delete", "forget an album; its photos stay in the library"))
    _named(actions.add("show", "the photos of an album, in its order"))


def _saved(actions: Actions) -> None:
    add_json(actions.add("list", "the saved searches, by name"))
    add = _named(actions.add("add", "keep a query under a name"))
    add.add_argument("query", metavar="QUERY", help="as for `search`")
    rename = _named(actions.add("rename", "give a saved search another name"))
    rename.add_argument("new_name", metavar="NEW")
    _named(actions.add("delete", "forget a saved search"))
    run = _named(actions.add("run", "search for what was saved"))
    add_limit(run, 20)
    run.add_argument("--all", action="store_true", help="what is less likely too")
    add_refine(run)


def _named(parser: Parser) -> Parser:
    parser.add_argument("name", metavar="NAME")
    add_json(parser)
    return parser


def _photos(parser: Parser) -> None:
    parser.add_argument("photos", nargs="+", type=Path, metavar="PHOTO")
