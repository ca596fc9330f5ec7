"""Other wordings for a photo, and how well what people said fits."""

import shutil
from pathlib import Path

import pytest

from engine.protocol import Candidate, CheckpointRef
from gallery.catalog import Catalog
from gallery.domain import FoundFile, Origin
from tests.gallery.catalog.making import (
    CAPTIONER,
    MATCHER,
    describe,
    filled,
    found,
    said,
    shown,
    the_file_says,
)

OTHER = CheckpointRef("other", "r2", "/checkpoints/other")


def propose(
    catalog: Catalog,
    photo_id: int,
    *candidates: Candidate,
    by: CheckpointRef = CAPTIONER,
    matcher: CheckpointRef | None = MATCHER,
    of_content: tuple[int, int] | None = None,
) -> None:
    catalog.add_alternates(
        photo_id,
        candidates,
        captioner=by,
        matcher=matcher,
        unsure=False,
        of_content=of_content or catalog.content_state(photo_id),
    )


def texts(catalog: Catalog, photo_id: int) -> list[str]:
    return [one.text for one in catalog.alternates(photo_id)]


def test_wordings_are_kept_best_first_with_who_proposed_and_who_scored_them(
    catalog: Catalog,
) -> None:
    first, second = filled(catalog, 2)
    describe(catalog, said(first, "a cat"))
    low, high = Candidate("a dog", 0.2, "beam 3"), Candidate("a cat asleep", 0.8, "nucleus 0.9")
    propose(catalog, first, low, high)
    best, other = catalog.alternates(first)
    assert (best.text, best.score, best.settings) == ("a cat asleep", 0.8, "nucleus 0.9")
    assert (best.checkpoint_id, best.revision) == (CAPTIONER.id, CAPTIONER.revision)
    assert (best.matcher_id, best.matcher_revision) == (MATCHER.id, MATCHER.revision)
    assert best.created_at.tzinfo is not None
    assert other.text == "a dog"
    assert catalog.alternates(second) == ()
    assert shown(catalog, first) == "a cat", "what is shown stays"


def test_without_a_matcher_nobody_scored_them(catalog: Catalog) -> None:
    (photo_id,) = filled(catalog, 1)
    propose(catalog, photo_id, Candidate("a cat", None, "beam 3"), matcher=None)
    (kept,) = catalog.alternates(photo_id)
    assert (kept.score, kept.matcher_id, kept.matcher_revision) == (None, None, None)


def test_what_is_proposed_later_is_added_once_and_scored_anew(catalog: Catalog) -> None:
    (photo_id,) = filled(catalog, 1)
    propose(catalog, photo_id, Candidate("a cat", 0.9, "beam 3"), Candidate("a dog", 0.4, "x"))
    propose(
        catalog, photo_id, Candidate("a cat", 0.1, "y"), Candidate("a cow", 0.6, "y"), matcher=OTHER
    )
    kept = {one.text: (one.score, one.matcher_id) for one in catalog.alternates(photo_id)}
    assert kept == {
        "a cow": (0.6, OTHER.id), "a dog": (0.4, MATCHER.id), "a cat": (0.1, OTHER.id),
    }  # fmt: skip
    propose(catalog, photo_id)
    assert len(texts(catalog, photo_id)) == 3


def test_wordings_of_another_captioner_give_way(catalog: Catalog) -> None:
    (photo_id,) = filled(catalog, 1)
    propose(catalog, photo_id, Candidate("a cat", 0.9, "beam 3"))
    propose(catalog, photo_id, Candidate("a tiger", 0.8, "beam 3"), by=OTHER)
    assert texts(catalog, photo_id) == ["a tiger"]


def test_what_was_proposed_for_an_old_content_is_not_kept(catalog: Catalog) -> None:
    (photo_id,) = filled(catalog, 1)
    before = catalog.content_state(photo_id)
    propose(catalog, photo_id, Candidate("a cat", 0.9, "beam 3"))
    catalog.update_files([(photo_id, found("IMG_000.jpg", size_bytes=7))])
    assert texts(catalog, photo_id) == []
    propose(catalog, photo_id, Candidate("late", 0.9, "beam 3"), of_content=before)
    assert texts(catalog, photo_id) == []


def test_wordings_go_with_their_photo(catalog: Catalog) -> None:
    (photo_id,) = filled(catalog, 1)
    state = catalog.content_state(photo_id)
    propose(catalog, photo_id, Candidate("a cat", 0.9, "beam 3"))
    catalog.remove_folder(1)
    assert catalog.alternates(photo_id) == ()
    assert catalog.content_state(photo_id) is None
    propose(catalog, photo_id, Candidate("a ghost", 0.9, "beam 3"), of_content=state)
    assert catalog.alternates(photo_id) == ()


def test_captions_of_people_and_files_are_given_to_be_checked(catalog: Catalog) -> None:
    ids = filled(catalog, 4)
    describe(catalog, *(said(photo_id, "a cat") for photo_id in ids))
    catalog.edit_caption(ids[2], "Tom asleep")
    the_file_says(catalog, ids[1], "Tom, 2024")
    to_check = catalog.said_captions(MATCHER)
    assert [(one.photo.id, one.caption.origin, one.score) for one in to_check] == [
        (ids[1], Origin.FILE, None),
        (ids[2], Origin.PERSON, None),
    ]


def test_a_score_is_kept_for_the_matcher_that_gave_it(catalog: Catalog) -> None:
    ids = filled(catalog, 2)
    for photo_id in ids:
        catalog.edit_caption(photo_id, "mine")
    first, second = (one.caption.id for one in catalog.said_captions(MATCHER))
    catalog.store_scores({first: 0.25}, matcher=MATCHER)
    catalog.store_scores({}, matcher=MATCHER)
    assert [one.score for one in catalog.said_captions(MATCHER)] == [0.25, None]
    assert [one.score for one in catalog.said_captions(OTHER)] == [None, None]
    caption = catalog.photo(ids[0]).caption
    assert caption is not None
    assert (caption.text, caption.origin, caption.score) == ("mine", Origin.PERSON, 0.25)
    catalog.edit_caption(ids[1], "other words")
    catalog.store_scores({second: 0.5}, matcher=MATCHER)  # it was withdrawn meanwhile
    assert [one.score for one in catalog.said_captions(MATCHER)] == [0.25, None]


def test_a_score_does_not_outlive_the_content(catalog: Catalog) -> None:
    (photo_id,) = filled(catalog, 1)
    catalog.edit_caption(photo_id, "mine")
    (one,) = catalog.said_captions(MATCHER)
    catalog.store_scores({one.caption.id: 0.25}, matcher=MATCHER)
    catalog.update_files([(photo_id, found("IMG_000.jpg", size_bytes=7))])
    (again,) = catalog.said_captions(MATCHER)
    assert (again.score, again.caption.score, again.caption.text) == (None, None, "mine")


def test_a_described_caption_names_the_matcher_of_its_score(catalog: Catalog) -> None:
    (photo_id,) = filled(catalog, 1)
    describe(catalog, said(photo_id, "a cat"))
    with catalog._reading() as connection:
        (name,) = connection.exec_driver_sql(
            "SELECT name FROM captions JOIN checkpoints ON checkpoints.id = scored_by"
        ).scalars()
    assert name == MATCHER.id


@pytest.mark.parametrize(("folder", "count"), [("a", 1), ("a/deep", 0), ("", 3), ("aa", 1)])
def test_only_what_lies_in_the_folders_named_is_checked(
    catalog: Catalog, folder: str, count: int
) -> None:
    base = Path("/pictures")
    root = catalog.add_folder(base)
    names = ("a/1.jpg", "aa/2.jpg", "3.jpg")
    files = [FoundFile(base / name, 1, 1) for name in names]
    for photo_id in catalog.add_files(root.id, files):
        catalog.edit_caption(photo_id, "mine")
    assert len(catalog.said_captions(MATCHER, folders=[base / folder])) == count
    both = catalog.said_captions(MATCHER, folders=[base / "a", base / "aa"])
    assert len(both) == 2


def test_a_catalog_of_schema_2_keeps_its_wordings_and_scores(tmp_path: Path) -> None:
    shutil.copy(Path(__file__).parent / "schemas" / "v2.sqlite", tmp_path / "catalog.sqlite")
    catalog = Catalog.open(tmp_path / "catalog.sqlite")
    _, described, _ = catalog.photo_ids()
    assert texts(catalog, described) == ["two dogs", "a dog"]
    assert [one.score for one in catalog.said_captions(MATCHER)] == [0.25]
    catalog.close()
