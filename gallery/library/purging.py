"""Which missing photos can be forgotten now: the files are looked for once more."""

import os
from dataclasses import dataclass
from pathlib import Path

from gallery.catalog import Catalog
from gallery.domain import Origin
from gallery.library.scanner import root_is_there


@dataclass(frozen=True, slots=True)
class Purge:
    """What would be forgotten, before a person agrees.

    ``edited``: how many of ``photo_ids`` have a caption by a person. ``away``: folders that cannot
    be reached now; nothing of them is forgotten.
    """

    photo_ids: tuple[int, ...]
    edited: int
    away: tuple[Path, ...]


def plan_purge(catalog: Catalog, within: Path | None = None) -> Purge:
    """Find what can be forgotten; ``within``: only of this folder. Blocks on the disk."""
    there = {
        folder.id: folder.connected and root_is_there(folder.path) for folder in catalog.folders()
    }
    gone = [
        photo
        for photo in catalog.missing(within)
        if there.get(photo.folder_id) and not _is_back(photo.path, catalog, photo.id)
    ]
    return Purge(
        tuple(photo.id for photo in gone),
        sum(photo.caption is not None and photo.caption.origin is Origin.PERSON for photo in gone),
        tuple(folder.path for folder in catalog.folders() if not there.get(folder.id)),
    )


def _is_back(path: Path, catalog: Catalog, photo_id: int) -> bool:
    """Whether the file is there and is this photo's, not another's that has the name by now."""
    if not os.path.lexists(path):
        return False
    holder = catalog.photo_by_path(path)
    return holder is None or holder.id == photo_id
