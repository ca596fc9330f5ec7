"""Folders that a person leaves out."""

from pathlib import Path

import pytest

from gallery.catalog import Catalog
from gallery.conditions import Condition, Is, State
from gallery.domain import FoundFile
from gallery.errors import KnownError
from tests.gallery.catalog.making import CAPTIONER, FOLDER, MATCHER, describe, metadata, said, shown

PRIVATE = FOLDER / "private"


@pytest.fixture
def private(catalog: Catalog) -> int:
    """A described and edited photo in a folder of its own, beside two others; gives its id."""
    folder = catalog.add_folder(FOLDER)
    names = ("a.jpg", "private/b.jpg", "private and not/c.jpg")
    files = [FoundFile(FOLDER / name, 10, 10) for name in names]
    ids = catalog.add_files(folder.id, files)
    catalog.set_metadata([(photo_id, metadata(place)) for place, photo_id in enumerate(ids)])
    describe(catalog, *(said(photo_id, f"a dog {photo_id}") for photo_id in ids))
    catalog.edit_caption(ids[1], "a secret dog")
    return ids[1]


def test_its_photos_leave_lists_counts_search_and_the_backlog(
    catalog: Catalog, private: int
) -> None:
    other = CAPTIONER.__class__("other", "1", "/nowhere")
    before = catalog.counts()
    assert list(catalog.leave_out(PRIVATE)) == [private]
    assert private not in catalog.photo_ids()
    assert private not in catalog.photo_ids(folder_id=1, failed=False)
    assert (catalog.counts().photos, catalog.counts().edited) == (before.photos - 1, 0)
    assert catalog.folders()[0].photo_count == 2
    assert private not in [i for i, _ in catalog.ids_with_words("dog", limit=9)]
    assert private not in [i for i, _ in catalog.ids_with_words("secret photo dog", limit=9)]
    assert private not in catalog.ids_meeting([Condition(Is(State.DESCRIBED))])
    assert list(catalog.hidden_ids()) == [private]
    assert private not in [one.photo.id for one in catalog.said_captions(MATCHER)]
    assert catalog.backlog_count(other, None, sample=False) == 2


def test_taken_back_it_is_as_it_was_and_nothing_is_to_be_described_again(
    catalog: Catalog, private: int
) -> None:
    before = catalog.counts(), set(catalog.vectors(MATCHER)[0]), list(catalog.photo_ids())
    catalog.leave_out(PRIVATE)
    assert catalog.left_out() == (PRIVATE,)
    assert list(catalog.take_back(PRIVATE)) == [private]
    assert catalog.left_out() == ()
    after = catalog.counts(), set(catalog.vectors(MATCHER)[0]), list(catalog.photo_ids())
    assert after == before
    assert shown(catalog, private) == "a secret dog"
    assert catalog.backlog_count(CAPTIONER, MATCHER, sample=False) == 0
    assert list(catalog.hidden_ids()) == []


def test_what_another_folder_hides_stays_hidden(catalog: Catalog, private: int) -> None:
    catalog.leave_out(PRIVATE)
    inner = PRIVATE / "inner"
    catalog.leave_out(inner)
    assert list(catalog.take_back(inner)) == []
    assert private not in catalog.photo_ids()


@pytest.mark.parametrize(
    ("folder", "why"),
    [
        (FOLDER, "is a folder of the library itself"),
        (Path("/elsewhere"), "lies in no folder of the library"),
        (FOLDER.parent, "is a folder of the library"),
    ],
)
def test_what_cannot_be_left_out_is_told(
    catalog: Catalog, private: int, folder: Path, why: str
) -> None:
    with pytest.raises(KnownError, match=why):
        catalog.leave_out(folder)
    assert catalog.left_out() == ()


def test_what_was_not_left_out_cannot_be_taken_back(catalog: Catalog, private: int) -> None:
    with pytest.raises(KnownError, match="was not left out"):
        catalog.take_back(PRIVATE)


def test_a_folder_that_is_only_listed_is_not_described_until_a_person_says_so(
    catalog: Catalog,
) -> None:
    folder = catalog.add_folder(FOLDER, names_only=True)
    (photo_id,) = catalog.add_files(folder.id, [FoundFile(FOLDER / "a.jpg", 10, 10)])
    catalog.set_metadata([(photo_id, metadata(1))])
    assert catalog.folder(folder.id).names_only
    assert catalog.backlog_count(CAPTIONER, MATCHER, sample=False) == 0
    catalog.set_names_only(folder.id, names_only=False)
    assert [
        todo.photo_id for todo in catalog.backlog(CAPTIONER, MATCHER, limit=5, sample=False)
    ] == [photo_id]
