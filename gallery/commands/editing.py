"""``edit``: a person's own caption for a photo."""

from argparse import Namespace

from gallery.commands import terminal
from gallery.commands.catalogs import opened_catalog, photo_of


def edit(arguments: Namespace) -> int:
    """Keep a caption as the person's; an empty one withdraws it."""
    with opened_catalog(arguments) as catalog:
        photo = photo_of(catalog, arguments.photo)
        shown = catalog.edit_caption(photo.id, arguments.caption.strip() or None)
        text = "no caption" if shown is None else terminal.shown(shown.text)
        terminal.result(f"{terminal.shown(photo.path)}\t{text}")
        return 0
