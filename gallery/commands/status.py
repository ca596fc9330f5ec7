"""``status``: how a catalog stands. Starts no process and changes nothing."""

from argparse import Namespace
from pathlib import Path

from filelock import Timeout

from engine.checkpoints import DescriberSet
from gallery.catalog import Catalog
from gallery.catalog.lock import indexing_lock
from gallery.commands import terminal
from gallery.commands.catalogs import catalog_path
from gallery.commands.describers import chosen_set
from gallery.errors import KnownError


def status(arguments: Namespace) -> int:
    """Print folders, counts and what is left to do."""
    path = catalog_path(arguments)
    facts = facts_of(arguments)
    if arguments.json:
        terminal.result_json(facts)
        return 0
    terminal.result(f"Catalog: {terminal.shown(path)}")
    if not facts["exists"]:
        terminal.result("It does not exist yet: `photo-narrator index FOLDER` makes it.")
        return 0
    terminal.result(
        f"{facts['photos']} photos: {facts['captioned']} with a caption ({facts['edited']} by a "
        f"person), {facts['embedded']} found by content, {facts['failed']} failed, "
        f"{facts['missing']} missing, {facts['to_describe']} to be described"
    )
    terminal.result(f"Describer: {facts['describer']}")
    if facts["being_indexed"]:
        terminal.result("Another program is indexing it now.")
    for folder in facts["folders"] if isinstance(facts["folders"], list) else ():
        away = "" if folder["connected"] else " (cannot be reached now)"
        listed = " (listed only, not described)" if folder["names_only"] else ""
        name = terminal.shown(Path(folder["path"]))
        terminal.result(f"  {name}: {folder['photos']}{away}{listed}")
    _print_paths("Left out", facts["left_out"])
    _print_paths("The picture changed since you wrote its caption", facts["doubted"])
    return 0


def _print_paths(heading: str, paths: object) -> None:
    if isinstance(paths, list) and paths:
        terminal.result(f"{heading}:")
        for path in paths:
            terminal.result(f"  {terminal.shown(Path(path))}")


def facts_of(arguments: Namespace) -> dict[str, object]:
    """Return how the chosen catalog stands, as the documented JSON object."""
    path = catalog_path(arguments)
    try:
        describer = chosen_set(arguments)
    except KnownError as error:
        terminal.note(str(error))
        describer = None
    facts: dict[str, object] = {
        "catalog": str(path),
        "exists": path.is_file(),
        "describer": describer.name if describer else None,
    }
    if not path.is_file():
        return facts
    catalog = Catalog.open(path)
    try:
        counts = catalog.counts()
        facts |= {
            "photos": counts.photos,
            "captioned": counts.captioned,
            "embedded": counts.embedded,
            "failed": counts.failed,
            "missing": counts.missing,
            "edited": counts.edited,
            "to_describe": _backlog(catalog, describer),
            "being_indexed": is_being_indexed(path),
            "folders": [
                {
                    "path": str(folder.path),
                    "photos": folder.photo_count,
                    "connected": folder.connected,
                    "sample_allowed": folder.sample_allowed,
                    "names_only": folder.names_only,
                }
                for folder in catalog.folders()
            ],
            "left_out": [str(path) for path in catalog.left_out()],
            "doubted": [str(photo.path) for photo in catalog.doubted()],
        }
    finally:
        catalog.close()
    return facts


def is_being_indexed(path: Path) -> bool:
    """Whether another program scans and describes this catalog now."""
    lock = indexing_lock(path)
    try:
        with lock.acquire(blocking=False):
            return False
    except Timeout:
        return True


def _backlog(catalog: Catalog, describer: DescriberSet | None) -> int | None:
    if describer is None:
        return None
    return catalog.backlog_count(
        describer.captioner, describer.matcher, sample=describer.knows_drawn_scenes_only
    )
