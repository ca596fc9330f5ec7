"""Folders that people add."""

from pathlib import Path

import pytest

from gallery.catalog import Catalog
from gallery.domain import FoundFile
from gallery.errors import KnownError
from tests.gallery.catalog.making import CAPTIONER, FOLDER, MATCHER, describe, filled, said, shown


def test_a_folder_added_twice_is_one_folder(catalog: Catalog) -> None:
    first = catalog.add_folder(FOLDER)
    again = catalog.add_folder(FOLDER, sample_allowed=True)
    assert again.id == first.id
    assert again.sample_allowed
    assert catalog.add_folder(FOLDER).sample_allowed, "a permission is not taken back"
    assert len(catalog.folders()) == 1


def test_the_sample_gallery_may_always_be_described_with_the_sample(catalog: Catalog) -> None:
    folder = catalog.add_folder(FOLDER, is_sample_gallery=True)
    assert folder.sample_allowed
    assert folder.is_sample_gallery


def test_a_photo_within_two_folders_is_listed_once(catalog: Catalog) -> None:
    outer = catalog.add_folder(Path("/pictures"))
    inner = catalog.add_folder(Path("/pictures/2024"))
    file = FoundFile(Path("/pictures/2024/a.jpg"), 1, 1)
    assert len(catalog.add_files(outer.id, [file])) == 1
    assert catalog.add_files(inner.id, [file]) == []
    assert set(catalog.known_files(inner.id)) == {b"/pictures/2024/a.jpg"}
    assert catalog.photo(1).folder_id == outer.id


def test_a_folder_with_a_similar_name_is_another_folder(catalog: Catalog) -> None:
    short, long = catalog.add_folder(Path("/pics")), catalog.add_folder(Path("/pics-2"))
    catalog.add_files(long.id, [FoundFile(Path("/pics-2/a.jpg"), 1, 1)])
    assert catalog.known_files(short.id) == {}


def test_removing_a_folder_forgets_its_photos_and_their_words(catalog: Catalog) -> None:
    ids = filled(catalog)
    describe(catalog, said(ids[0], "a cat"))
    catalog.remove_folder(catalog.folders()[0].id)
    assert catalog.folders() == ()
    assert catalog.add_files(1, [FoundFile(FOLDER / "late.jpg", 1, 1)]) == [], "a scan still runs"
    assert list(catalog.photo_ids()) == []
    assert catalog.ids_with_words("cat", limit=9) == []
    assert catalog.vectors(MATCHER)[1] == b""
    with pytest.raises(KnownError, match="no longer in the catalog"):
        catalog.photo(ids[0])


def test_removing_an_outer_folder_hands_photos_over_to_the_inner_one(catalog: Catalog) -> None:
    outer = catalog.add_folder(Path("/pictures"))
    inner = catalog.add_folder(Path("/pictures/2024"))
    kept, gone = catalog.add_files(
        outer.id,
        [FoundFile(Path("/pictures/2024/a.jpg"), 1, 1), FoundFile(Path("/pictures/b.jpg"), 1, 1)],
    )
    catalog.edit_caption(kept, "mine")
    catalog.remove_folder(outer.id)
    assert shown(catalog, kept) == "mine"
    assert catalog.photo(kept).folder_id == inner.id
    assert list(catalog.photo_ids()) == [kept]
    assert gone != kept


def test_photos_of_a_folder_that_is_not_connected_stay_and_wait(catalog: Catalog) -> None:
    ids = filled(catalog)
    catalog.add_files(1, [FoundFile(FOLDER / "new.jpg", 1, 1)])
    catalog.set_connected(1, False)
    assert not catalog.folder(1).connected
    assert catalog.unexamined(9) == []
    assert catalog.unexamined_count() == 0
    assert catalog.backlog(CAPTIONER, MATCHER, limit=9, sample=False) == []
    assert set(ids) <= set(catalog.photo_ids())
    catalog.set_connected(1, True)
    assert catalog.unexamined_count() == 1
    assert len(catalog.backlog(CAPTIONER, MATCHER, limit=9, sample=False)) == len(ids)


def test_an_id_is_never_given_to_another_photo(catalog: Catalog) -> None:
    ids = filled(catalog)
    catalog.remove_folder(1)
    assert min(filled(catalog)) > max(ids)
