"""``edit``: a person's own captions for photos."""

from argparse import Namespace

from gallery.catalog import Catalog
from gallery.commands import terminal
from gallery.commands.catalogs import opened_catalog, photo_of
from gallery.library.rewording import Append, Change, Clear, Replace, SetTo, reworded, states


def edit(arguments: Namespace) -> int:
    """Change captions, all or none; an empty one withdraws the person's words."""
    with opened_catalog(arguments) as catalog:
        photos = [photo_of(catalog, path) for path in dict.fromkeys(arguments.photos)]
        changes = reworded(photos, _change(arguments))
        if not arguments.dry_run:
            catalog.set_caption_states(states(changes))
        after = {one.photo.id: one.after for one in changes}
        shown = {photo.id: _shown(catalog, photo.id) for photo in photos}
        if arguments.dry_run:
            shown.update((i, text) for i, text in after.items())
        if arguments.json:
            lines = [
                {"path": str(photo.path), "caption": shown[photo.id], "changed": photo.id in after}
                for photo in photos
            ]
            terminal.result_json({"photos": lines, "stored": not arguments.dry_run})
            return 0
        for photo in photos:
            text = shown[photo.id]
            told = "no caption" if text is None else terminal.shown(text)
            terminal.result(f"{terminal.shown(photo.path)}\t{told}")
        if arguments.dry_run:
            terminal.note(f"{len(changes):,} would change; nothing was stored.")
        elif len(photos) > 1:
            terminal.note(f"{len(changes):,} of {len(photos):,} captions changed.")
        return 0


def _shown(catalog: Catalog, photo_id: int) -> str | None:
    caption = catalog.photo(photo_id).caption
    return caption.text if caption else None


def _change(arguments: Namespace) -> Change:
    if arguments.append is not None:
        return Append(arguments.append)
    if arguments.replace is not None:
        old, new = arguments.replace
        return Replace(old, new, arguments.match_case, arguments.whole_words)
    text = " ".join(arguments.caption.split())
    return SetTo(text) if text else Clear()
