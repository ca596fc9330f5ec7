"""``exclude`` and ``include``: folders in the library that a person does not want listed."""

from argparse import Namespace

from gallery.commands import terminal
from gallery.commands.catalogs import absolute, opened_catalog


def exclude(arguments: Namespace) -> int:
    """Leave a folder out, or with ``--undo`` take that back."""
    if arguments.undo:
        return include(arguments)
    with opened_catalog(arguments) as catalog:
        folder = absolute(arguments.folder)
        ids = catalog.leave_out(folder)
        _tell(arguments, "left_out", str(folder), len(ids))
        if not arguments.json:
            terminal.note("What is known of them is kept: `photo-narrator include` takes it back.")
    return 0


def include(arguments: Namespace) -> int:
    """List a folder that was left out again, with all that was known of it."""
    with opened_catalog(arguments) as catalog:
        folder = absolute(arguments.folder)
        ids = catalog.take_back(folder)
        _tell(arguments, "taken_back", str(folder), len(ids))
        if not arguments.json:
            terminal.note("`photo-narrator index` looks for what is new in it.")
    return 0


def _tell(arguments: Namespace, what: str, folder: str, photos: int) -> None:
    if arguments.json:
        terminal.result_json({what: folder, "photos": photos})
        return
    words = "left out" if what == "left_out" else "listed again"
    terminal.result(f"{terminal.shown(absolute(arguments.folder))}: {photos:,} photos {words}")
