"""Albums and saved searches in a real catalog."""

import pytest

from gallery.catalog import Catalog
from gallery.conditions import Condition, InAlbum
from gallery.errors import KnownError
from gallery.library.query import parse
from tests.gallery.catalog.making import FOLDER, filled


def _order(catalog: Catalog, album_id: int) -> list[int]:
    return list(catalog.album_photo_ids(album_id))


def test_photos_stand_in_the_order_in_which_they_were_added_each_once(catalog: Catalog) -> None:
    a, b, c = filled(catalog, 3)
    album = catalog.create_album("  Summer   in Rome ")
    assert album.name == "Summer in Rome"
    assert catalog.add_to_album(album.id, [c, a, c]) == 2
    assert catalog.add_to_album(album.id, [a, b, 999]) == 1
    assert _order(catalog, album.id) == [c, a, b]
    (listed,) = catalog.albums()
    assert (listed.name, listed.photo_count) == ("Summer in Rome", 3)


@pytest.mark.parametrize(
    ("chosen", "position", "expected"),
    [
        ([0], 1, [1, 0, 2, 3, 4]),
        ([4], 0, [4, 0, 1, 2, 3]),
        ([3, 1], 0, [1, 3, 0, 2, 4]),
        ([0, 1], 99, [2, 3, 4, 0, 1]),
        ([2], -5, [2, 0, 1, 3, 4]),
        ([2], 2, [0, 1, 2, 3, 4]),
        ([77], 0, [0, 1, 2, 3, 4]),
    ],
)
def test_chosen_photos_move_together(
    catalog: Catalog, chosen: list[int], position: int, expected: list[int]
) -> None:
    ids = filled(catalog, 5)
    album = catalog.create_album("x")
    catalog.add_to_album(album.id, ids)
    catalog.move_in_album(album.id, [ids[i] if i < 5 else i for i in chosen], position)
    assert _order(catalog, album.id) == [ids[i] for i in expected]


def test_what_is_taken_out_leaves_the_others_in_their_order(catalog: Catalog) -> None:
    a, b, c = filled(catalog, 3)
    album = catalog.create_album("x")
    catalog.add_to_album(album.id, [c, b, a])
    assert catalog.remove_from_album(album.id, [b, 999]) == 1
    assert _order(catalog, album.id) == [c, a]
    catalog.add_to_album(album.id, [b])
    assert _order(catalog, album.id) == [c, a, b]


def test_names_are_unique_whatever_the_case_and_accents_are_no_way_around(
    catalog: Catalog,
) -> None:
    album = catalog.create_album("Élan")
    for taken in ("ÉLAN", "e\N{COMBINING ACUTE ACCENT}lan", '"élan"'):
        with pytest.raises(KnownError, match="already"):
            catalog.create_album(taken)
    catalog.rename_album(album.id, "ÉLAN")
    other = catalog.create_album("Elan")
    with pytest.raises(KnownError, match="already"):
        catalog.rename_album(other.id, "élan")
    assert catalog.album("élan").id == album.id
    assert [each.name for each in catalog.albums()] == ["Elan", "ÉLAN"]


@pytest.mark.parametrize("name", ["", "  \n", '""', "x" * 121])
def test_what_is_no_name_is_refused_in_a_sentence(catalog: Catalog, name: str) -> None:
    with pytest.raises(KnownError):
        catalog.create_album(name)
    with pytest.raises(KnownError):
        catalog.save_search(name, "a dog")
    assert catalog.albums() == ()


def test_a_deleted_album_leaves_its_photos_and_can_be_put_back_as_it_was(catalog: Catalog) -> None:
    a, b, _ = filled(catalog, 3)
    album = catalog.create_album("Rome")
    catalog.add_to_album(album.id, [b, a])
    catalog.delete_album(album.id)
    assert catalog.albums() == ()
    assert catalog.counts().photos == 3
    with pytest.raises(KnownError, match="no longer there"):
        catalog.add_to_album(album.id, [a])
    catalog.restore_album(album.id, "Rome", [b, 999, a])
    assert _order(catalog, album.id) == [b, a]
    catalog.restore_album(album.id, "Roma", [a])
    assert (catalog.album("roma").id, _order(catalog, album.id)) == (album.id, [a])


def test_photos_that_are_forgotten_leave_their_albums(catalog: Catalog) -> None:
    ids = filled(catalog, 3)
    album = catalog.create_album("Rome")
    catalog.add_to_album(album.id, ids)
    catalog.remove_folder(catalog.add_folder(FOLDER).id)
    assert _order(catalog, album.id) == []
    assert catalog.album("Rome").photo_count == 0


def test_an_album_is_a_condition_of_a_search_and_gives_the_order(catalog: Catalog) -> None:
    a, b, c = filled(catalog, 3)
    album = catalog.create_album("Summer in Rome")
    catalog.add_to_album(album.id, [c, a])
    query = parse('album:"summer in ROME"')
    assert query.conditions == (Condition(InAlbum("summer in ROME")),)
    assert list(catalog.ids_meeting(query.conditions)) == [c, a]
    assert list(catalog.ids_meeting(parse('-album:"summer in rome"').conditions)) == [b]
    narrowed = parse('album:"summer in rome" on:2024-01-01').conditions
    assert list(catalog.ids_meeting(narrowed)) == [a]
    assert list(catalog.ids_meeting(parse("album:paris").conditions)) == []


def test_a_search_is_kept_under_a_name_renamed_and_forgotten(catalog: Catalog) -> None:
    saved = catalog.save_search("Dogs", "  dog   or cat ")
    assert saved.query == "dog or cat"
    with pytest.raises(KnownError, match="already"):
        catalog.save_search("dogs", "x")
    with pytest.raises(KnownError, match="nothing to save"):
        catalog.save_search("empty", "  ")
    catalog.rename_saved_search(saved.id, "Animals")
    assert catalog.saved_search("ANIMALS").query == "dog or cat"
    with pytest.raises(KnownError, match="no saved search"):
        catalog.saved_search("Dogs")
    catalog.delete_saved_search(saved.id)
    assert catalog.saved_searches() == ()
    catalog.restore_saved_search(saved)
    assert catalog.saved_searches() == (saved,)
    with pytest.raises(KnownError, match="no longer there"):
        catalog.rename_saved_search(999, "x")
