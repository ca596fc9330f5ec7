"""Small catalogs for the tests of the catalog and of search."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from engine.protocol import CheckpointRef
from gallery.catalog import Catalog
from gallery.domain import DescribedPhoto, Facts, FoundFile, Metadata

CAPTIONER = CheckpointRef("tiny-captioner", "r1", "/checkpoints/tiny")
MATCHER = CheckpointRef("tiny-matcher", "r1", "/checkpoints/tiny")
FOLDER = Path("/pictures")


def found(
    name: str, *, size_bytes: int = 1_000, mtime_ns: int = 1_700_000_000_000_000_000
) -> FoundFile:
    """A file below ``FOLDER``."""
    return FoundFile(FOLDER / name, size_bytes, mtime_ns)


def metadata(number: int, *, taken_at: datetime | None = None) -> Metadata:
    """Header fields of a photo taken ``number`` days into 2024, or at ``taken_at``."""
    moment = taken_at or datetime.fromisoformat("2024-01-01") + timedelta(days=number)
    return Metadata("JPEG", 640, 480, moment, "exif", f"content {number}".encode())


def filled(catalog: Catalog, count: int = 3) -> list[int]:
    """Add ``FOLDER`` with so many examined photos, one a day; give their ids."""
    folder = catalog.add_folder(FOLDER)
    ids = catalog.add_files(folder.id, [found(f"IMG_{i:03}.jpg") for i in range(count)])
    catalog.set_metadata([(photo_id, metadata(i)) for i, photo_id in enumerate(ids)])
    return ids


def vector(*numbers: float) -> bytes:
    """A unit vector in this direction, as it is stored."""
    direction = np.array(numbers, np.float32)
    return (direction / np.linalg.norm(direction)).astype("<f2").tobytes()


def said(
    photo_id: int,
    caption: str | None,
    *,
    towards: Sequence[float] = (1.0, 0.0),
    unsure: bool = False,
    settings: str = "greedy",
) -> DescribedPhoto:
    """What a describer says of a photo."""
    return DescribedPhoto(photo_id, caption, 0.9, settings, vector(*towards), unsure)


def describe(catalog: Catalog, *items: DescribedPhoto, by: CheckpointRef = CAPTIONER) -> None:
    """Store captions by a checkpoint, and vectors by ``MATCHER``."""
    catalog.store_descriptions(items, captioner=by, matcher=MATCHER)


def shown(catalog: Catalog, photo_id: int) -> str | None:
    """The text shown for a photo."""
    caption = catalog.photo(photo_id).caption
    return caption.text if caption else None


def the_file_says(catalog: Catalog, photo_id: int, text: str | None) -> None:
    """A photo's file was read, and has this caption."""
    catalog.set_metadata([(photo_id, replace(metadata(photo_id), facts=Facts(caption=text)))])
