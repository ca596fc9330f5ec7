"""The catalog itself."""

from pathlib import Path

from gallery.arguments.options import add_json
from gallery.arguments.parsers import Actions, Commands


def add_to(commands: Commands) -> None:
    """Add the commands."""
    add_json(
        commands.add("status", "tell how the catalog stands", runs="gallery.commands.status:status")
    )
    catalog = commands.add(
        "catalog",
        "check the catalog, back it up, put a backup in its place",
        runs="gallery.commands.catalog_care:catalog",
    )
    _add_actions(commands.actions_of(catalog))


def _add_actions(actions: Actions) -> None:
    check = actions.add("check", "look whether the catalog is whole, and tell what to do")
    check.add_argument(
        "--mend",
        action="store_true",
        help="make again what follows from the rest: the index of words, and vectors",
    )
    add_json(check)
    backup = actions.add("backup", "make a copy of the catalog now, while it may be in use")
    backup.add_argument(
        "--to", type=Path, metavar="FILE", help="a new file (among the other backups)"
    )
    add_json(backup)
    restore = actions.add(
        "restore", "put a backup in the place of the catalog, which is kept with the backups"
    )
    restore.add_argument(
        "backup", metavar="FILE|latest", help="a backup, or the newest one that is whole"
    )
    add_json(restore)
    add_json(actions.add("list", "the backups that there are"))
