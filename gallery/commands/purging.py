"""``purge``: forget photos whose files are gone, after asking."""

import sys
from argparse import Namespace

from gallery.catalog.catalog import Catalog
from gallery.commands import terminal
from gallery.commands.catalogs import absolute, catalog_path, opened_catalog
from gallery.errors import KnownError
from gallery.library.purging import Purge, plan_purge
from gallery.library.thumbnails import ThumbnailStore


def purge(arguments: Namespace) -> int:
    """Tell how many photos would go, ask, and forget them."""
    with opened_catalog(arguments) as catalog:
        found = plan_purge(catalog, absolute(arguments.folder) if arguments.folder else None)
        agreed = bool(found.photo_ids) and (arguments.yes or _agreed(found))
        gone = _forget(catalog, found, arguments) if agreed else []
        _tell(found, gone, arguments)
        return 0


def _agreed(found: Purge) -> bool:
    question = _question(found)
    if not sys.stdin.isatty():
        raise KnownError(question, "Say --yes where nobody can be asked.")
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _question(found: Purge) -> str:
    mine = f", {found.edited:,} of them with a caption of yours" if found.edited else ""
    return f"Forget {len(found.photo_ids):,} photos whose files are gone{mine}?"


def _forget(catalog: Catalog, found: Purge, arguments: Namespace) -> list[int]:
    gone = catalog.forget_missing(found.photo_ids)
    path = catalog_path(arguments)
    thumbnails = ThumbnailStore.open(path.with_name(f"{path.name}.thumbnails.sqlite"))
    try:
        thumbnails.drop(gone)
    finally:
        thumbnails.close()
    return gone


def _tell(found: Purge, gone: list[int], arguments: Namespace) -> None:
    if arguments.json:
        terminal.result_json(
            {
                "purged": len(gone),
                "missing": len(found.photo_ids),
                "edited": found.edited,
                "not_connected": [str(path) for path in found.away],
            }
        )
    elif not found.photo_ids:
        terminal.result("No photos are missing.")
    else:
        terminal.result(f"{len(gone):,} photos forgotten" if gone else "Nothing was forgotten.")
    for path in found.away:
        terminal.note(f"Left as it is, for it cannot be reached now: {terminal.shown(path)}")
