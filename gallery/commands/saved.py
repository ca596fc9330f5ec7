"""``saved``: searches kept under a name."""

from argparse import Namespace

from gallery.catalog import Catalog
from gallery.commands import terminal
from gallery.commands.catalogs import opened_catalog
from gallery.commands.searching import search
from gallery.domain import SavedSearch


def saved(arguments: Namespace) -> int:
    """Do what was asked; ``run`` searches as ``search`` does."""
    with opened_catalog(arguments) as catalog:
        if arguments.action != "run":
            _change(catalog, arguments)
            return 0
        query = catalog.saved_search(arguments.name).query
    return search(Namespace(**{**vars(arguments), "text": query}))


def _change(catalog: Catalog, arguments: Namespace) -> None:
    if arguments.action == "list":
        _list(catalog, as_json=arguments.json)
        return
    if arguments.action == "add":
        _tell(catalog.save_search(arguments.name, arguments.query), arguments)
        return
    known = catalog.saved_search(arguments.name)
    if arguments.action == "rename":
        catalog.rename_saved_search(known.id, arguments.new_name)
        _tell(catalog.saved_search(arguments.new_name), arguments)
    else:
        catalog.delete_saved_search(known.id)
        if arguments.json:
            terminal.result_json({"deleted": known.name})
        else:
            terminal.result(f"Deleted “{terminal.shown(known.name)}”.")


def _list(catalog: Catalog, *, as_json: bool) -> None:
    found = catalog.saved_searches()
    if as_json:
        terminal.result_json({"saved": [_fields(each) for each in found]})
        return
    for each in found:
        terminal.result(_line(each))
    if not found:
        terminal.note("No search was saved yet: `photo-narrator saved add NAME QUERY`.")


def _tell(each: SavedSearch, arguments: Namespace) -> None:
    if arguments.json:
        terminal.result_json(_fields(each))
    else:
        terminal.result(_line(each))


def _line(each: SavedSearch) -> str:
    return f"{terminal.shown(each.name)}\t{terminal.shown(each.query)}"


def _fields(each: SavedSearch) -> dict[str, object]:
    return {"name": each.name, "query": each.query}
