"""What can describe."""

from pathlib import Path

from gallery.arguments.options import add_json
from gallery.arguments.parsers import Actions, Commands, Parser


def add_to(commands: Commands) -> None:
    """Add the commands."""
    checkpoints = commands.add(
        "checkpoints",
        "what can describe: see, get, import, remove and check it",
        runs="gallery.commands.checkpoints:checkpoints",
    )
    _add_actions(commands.actions_of(checkpoints))


def _add_actions(actions: Actions) -> None:
    add_json(actions.add("list", "what is installed, and what can be had"))
    _install(
        actions.add("install", "get a set from the model hub, after asking; again: go on with it")
    )
    remove = actions.add("remove", "remove an installed set, or what was got of one")
    remove.add_argument("name", metavar="NAME")
    add_json(remove)
    verify = actions.add("verify", "hash the files again and compare with what was recorded")
    verify.add_argument("name", metavar="NAME", nargs="?", help="none: all that are installed")
    add_json(verify)
    _import(
        actions.add("import", "make a checkpoint of the authors' own file, with all parts in one")
    )


def _install(parser: Parser) -> None:
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    add_json(parser)


def _import(parser: Parser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE.pth", help="salesforce/BLIP's own file")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="the checkpoint to make")
    parser.add_argument(
        "--vocabulary",
        type=Path,
        metavar="FOLDER",
        help="where the words of bert-base-uncased are (beside the file)",
    )
    parser.add_argument(
        "--image-size", type=int, metavar="PX", help="of the pictures it takes (the file's own)"
    )
