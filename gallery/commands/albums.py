"""``album``: photos in an order of one's own. Starts no process."""

from argparse import Namespace
from collections.abc import Callable, Sequence
from pathlib import Path

from gallery.catalog import Catalog
from gallery.commands import terminal
from gallery.commands.catalogs import opened_catalog, photo_of
from gallery.commands.searching import caption_json, caption_text
from gallery.domain import Album, Photo


def album(arguments: Namespace) -> int:
    """Do what was asked and tell how the album stands."""
    with opened_catalog(arguments) as catalog:
        if arguments.action == "list":
            _list(catalog.albums(), as_json=arguments.json)
        elif arguments.action == "show":
            _show(catalog, catalog.album(arguments.name), as_json=arguments.json)
        elif arguments.action == "delete":
            gone = catalog.album(arguments.name)
            catalog.delete_album(gone.id)
            _told(arguments, {"deleted": gone.name}, f"Deleted “{gone.name}”; its photos stay.")
        else:
            changed = _CHANGES[arguments.action](catalog, arguments)
            _tell(catalog, changed, arguments)
        return 0


def photos_of_album(catalog: Catalog, name: str) -> list[Photo]:
    """The photos of an album in its order; ``KnownError`` where there is no such album."""
    return catalog.photos(catalog.album_photo_ids(catalog.album(name).id))


def _create(catalog: Catalog, arguments: Namespace) -> int:
    ids = _ids(catalog, arguments.photos)  # an unknown photo leaves no empty album behind
    album_id = catalog.create_album(arguments.name).id
    catalog.add_to_album(album_id, ids)
    return album_id


def _add(catalog: Catalog, arguments: Namespace) -> int:
    album_id = catalog.album(arguments.name).id
    ids = _ids(catalog, arguments.photos)
    before = len(ids) - catalog.add_to_album(album_id, ids)
    if before:
        terminal.note(f"In it before: {before}.")
    return album_id


def _remove(catalog: Catalog, arguments: Namespace) -> int:
    album_id = catalog.album(arguments.name).id
    ids = _ids(catalog, arguments.photos)
    missing = len(ids) - catalog.remove_from_album(album_id, ids)
    if missing:
        terminal.note(f"Not in it: {missing}.")
    return album_id


def _move(catalog: Catalog, arguments: Namespace) -> int:
    album_id = catalog.album(arguments.name).id
    catalog.move_in_album(album_id, _ids(catalog, arguments.photos), arguments.position - 1)
    return album_id


def _rename(catalog: Catalog, arguments: Namespace) -> int:
    album_id = catalog.album(arguments.name).id
    catalog.rename_album(album_id, arguments.new_name)
    return album_id


_CHANGES: dict[str, Callable[[Catalog, Namespace], int]] = {
    "create": _create,
    "add": _add,
    "remove": _remove,
    "move": _move,
    "rename": _rename,
}


def _ids(catalog: Catalog, paths: Sequence[Path]) -> list[int]:
    return list(dict.fromkeys(photo_of(catalog, path).id for path in paths))


def _list(albums: Sequence[Album], *, as_json: bool) -> None:
    if as_json:
        terminal.result_json({"albums": [_fields(each) for each in albums]})
        return
    for each in albums:
        terminal.result(f"{each.photo_count}\t{terminal.shown(each.name)}")
    if not albums:
        terminal.note("There are no albums yet: `photo-narrator album create NAME PHOTO...`.")


def _show(catalog: Catalog, shown: Album, *, as_json: bool) -> None:
    photos = catalog.photos(catalog.album_photo_ids(shown.id))
    if as_json:
        terminal.result_json({**_fields(shown), "listed": [caption_json(each) for each in photos]})
        return
    for number, photo in enumerate(photos, 1):
        terminal.result(f"{number}\t{terminal.shown(photo.path)}\t{caption_text(photo)}")
    if not photos:
        terminal.note(f"The album “{shown.name}” is empty.")


def _tell(catalog: Catalog, album_id: int, arguments: Namespace) -> None:
    now = next(each for each in catalog.albums() if each.id == album_id)
    _told(arguments, _fields(now), f"{now.photo_count}\t{terminal.shown(now.name)}")


def _told(arguments: Namespace, fields: dict[str, object], line: str) -> None:
    if arguments.json:
        terminal.result_json(fields)
    else:
        terminal.result(line)


def _fields(each: Album) -> dict[str, object]:
    return {"name": each.name, "photos": each.photo_count}
