"""Many photos at once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest

from gallery.catalog import Catalog
from gallery.catalog.importing import ImportedPhoto
from gallery.conditions import ByCamera, Condition, Rated
from gallery.domain import Origin
from tests.gallery.catalog.making import CAPTIONER, FOLDER, MATCHER, filled, vector

PHOTO = ImportedPhoto(
    path=f"{FOLDER}/a.jpg".encode(),
    size_bytes=1_000,
    mtime_ns=7,
    taken_at=datetime(2024, 5, 6, 7, 8, 9),
    fingerprint=b"a",
    caption="a walrus on the ice",
    vector=vector(1.0, 0.0),
    camera="NIKON D70",
    rating=4,
)
OTHER = replace(
    PHOTO, path=f"{FOLDER}/b.jpg".encode(), caption="mine", by_person=True, camera=None, rating=None
)


def _import(catalog: Catalog, *items: ImportedPhoto) -> int:
    folder = catalog.add_folder(FOLDER)
    return catalog.import_photos(folder.id, items, captioner=CAPTIONER, matcher=MATCHER)


def test_imported_photos_are_like_described_ones(catalog: Catalog) -> None:
    assert _import(catalog, PHOTO, OTHER) == 2
    first, second = catalog.photos(catalog.photo_ids())
    assert (first.name, first.taken_at, first.width_px) == ("a.jpg", PHOTO.taken_at, 4000)
    assert first.caption is not None
    assert (first.caption.text, first.caption.origin) == (PHOTO.caption, Origin.MODEL)
    assert first.caption.checkpoint_id == CAPTIONER.id
    assert second.caption is not None
    assert second.caption.origin is Origin.PERSON
    assert [i for i, _ in catalog.ids_with_words("walrus ice", limit=9)] == [first.id]
    assert list(catalog.vector_ids(MATCHER)) == [first.id, second.id]
    assert list(catalog.ids_meeting([Condition(ByCamera("nikon")), Condition(Rated(4, 4))])) == [
        first.id
    ]
    assert catalog.backlog_count(CAPTIONER, MATCHER, sample=False) == 0
    assert catalog.counts().edited == 1


def test_words_are_kept_in_step_afterwards_too(catalog: Catalog) -> None:
    _import(catalog, PHOTO)
    (photo_id,) = catalog.photo_ids()
    catalog.edit_caption(photo_id, "a seal")
    assert catalog.ids_with_words("walrus", limit=9) == []
    assert [i for i, _ in catalog.ids_with_words("seal", limit=9)] == [photo_id]


def test_it_is_all_or_nothing(catalog: Catalog) -> None:
    earlier = filled(catalog, 2)

    def broken_off() -> Iterator[ImportedPhoto]:
        yield PHOTO
        raise OSError("the drive went away")

    folder = catalog.add_folder(FOLDER)
    with pytest.raises(OSError, match="went away"):
        catalog.import_photos(folder.id, broken_off(), captioner=CAPTIONER, matcher=MATCHER)
    assert list(catalog.photo_ids()) == earlier
    catalog.edit_caption(earlier[0], "a seal")
    assert [i for i, _ in catalog.ids_with_words("seal", limit=9)] == [earlier[0]]
    assert _import(catalog, PHOTO) == 1, "ids go on behind those that are there"
    with pytest.raises(ValueError, match="no folder"):
        catalog.import_photos(99, [], captioner=CAPTIONER, matcher=MATCHER)
