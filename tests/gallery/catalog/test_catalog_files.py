"""What a scan finds."""

import os
from datetime import datetime
from pathlib import Path

import pytest

from engine.protocol import Reason
from gallery.catalog import Catalog
from gallery.domain import Failure, FoundFile, KnownFile
from tests.gallery.catalog.making import (
    CAPTIONER,
    FOLDER,
    MATCHER,
    describe,
    filled,
    found,
    metadata,
    said,
    shown,
)


def test_known_files_tell_size_time_and_whether_missing(catalog: Catalog) -> None:
    ids = filled(catalog, 2)
    catalog.set_missing([ids[1]], True)
    first, second = found("IMG_000.jpg"), found("IMG_001.jpg")
    assert catalog.known_files(1) == {
        os.fsencode(first.path): KnownFile(ids[0], first.size_bytes, first.mtime_ns, 0, False),
        os.fsencode(second.path): KnownFile(ids[1], second.size_bytes, second.mtime_ns, 0, True),
    }


def test_a_name_that_is_not_utf8_is_kept_byte_for_byte(catalog: Catalog) -> None:
    path = Path(os.fsdecode(b"/pictures/caf\xe9 beach.jpg"))
    folder = catalog.add_folder(FOLDER)
    (photo_id,) = catalog.add_files(folder.id, [FoundFile(path, 1, 1)])
    assert os.fsencode(catalog.photo(photo_id).path) == b"/pictures/caf\xe9 beach.jpg"
    assert catalog.photo_by_path(path) == catalog.photo(photo_id)
    assert [i for i, _ in catalog.ids_with_words("beach", limit=9)] == [photo_id]


def test_new_photos_wait_to_be_examined_until_their_metadata_is_there(catalog: Catalog) -> None:
    folder = catalog.add_folder(FOLDER)
    ids = catalog.add_files(folder.id, [found("a.jpg"), found("b.jpg")])
    assert catalog.unexamined(9) == [(ids[0], FOLDER / "a.jpg"), (ids[1], FOLDER / "b.jpg")]
    catalog.set_metadata([(ids[0], metadata(0))])
    assert [photo_id for photo_id, _ in catalog.unexamined(9)] == [ids[1]]
    photo = catalog.photo(ids[0])
    assert (photo.width_px, photo.height_px, photo.taken_source) == (640, 480, "exif")
    assert photo.taken_at == datetime.fromisoformat("2024-01-01")


def test_photos_come_in_the_order_they_were_taken_then_by_name(catalog: Catalog) -> None:
    folder = catalog.add_folder(FOLDER)
    b, a, early = catalog.add_files(folder.id, [found("b.jpg"), found("a.jpg"), found("c.jpg")])
    same = datetime.fromisoformat("2024-05-01")
    catalog.set_metadata([(b, metadata(0, taken_at=same)), (a, metadata(1, taken_at=same))])
    catalog.set_metadata([(early, metadata(2, taken_at=datetime.fromisoformat("1960-01-01")))])
    assert list(catalog.photo_ids()) == [early, a, b]
    assert list(catalog.photo_ids(folder_id=folder.id)) == [early, a, b]
    catalog.set_failure(a, Failure(Reason.UNREADABLE, "It is not a picture."))
    assert list(catalog.photo_ids(failed=True)) == [a]
    assert list(catalog.photo_ids(folder_id=folder.id, failed=False)) == [early, b]


def test_a_changed_file_is_described_again_and_keeps_its_persons_caption(catalog: Catalog) -> None:
    described, edited = filled(catalog, 2)
    describe(catalog, said(described, "a cat"), said(edited, "a dog"))
    catalog.edit_caption(edited, "my dog")
    catalog.update_files([(described, found("IMG_000.jpg", mtime_ns=5))])
    catalog.update_files([(edited, found("IMG_001.jpg", mtime_ns=5))])
    assert shown(catalog, described) is None
    assert shown(catalog, edited) == "my dog"
    assert [caption.text for caption in catalog.history(described)] == ["a cat"]
    assert catalog.vectors(MATCHER)[1] == b""
    assert catalog.ids_with_words("cat", limit=9) == []
    assert catalog.backlog_count(CAPTIONER, MATCHER, sample=False) == 0, "not before it is examined"
    catalog.set_metadata([(described, metadata(7)), (edited, metadata(8))])
    assert catalog.backlog_count(CAPTIONER, MATCHER, sample=False) == 2


def test_what_was_said_of_the_old_content_is_not_stored_for_the_new_one(catalog: Catalog) -> None:
    (photo_id,) = filled(catalog, 1)
    catalog.update_files([(photo_id, found("IMG_000.jpg", mtime_ns=5))])
    describe(catalog, said(photo_id, "a cat"))  # it was on its way when the file changed
    assert shown(catalog, photo_id) is None
    assert catalog.history(photo_id) == ()


def test_a_moved_file_keeps_everything(catalog: Catalog) -> None:
    ids = filled(catalog, 2)
    describe(catalog, *(said(photo_id, "a cat") for photo_id in ids))
    catalog.edit_caption(ids[0], "mine")
    catalog.set_missing([ids[0]], True)
    other = catalog.add_folder(Path("/elsewhere"))
    moved = FoundFile(Path("/elsewhere/deep/harbour.jpg"), 1_000, 77)
    assert catalog.find_missing_by_fingerprint(b"content 0", 1_000) == ids[0]
    assert catalog.find_missing_by_fingerprint(b"content 0", 999) is None
    assert catalog.find_missing_by_fingerprint(b"content 1", 1_000) is None, "it is not missing"
    catalog.move_file(ids[0], moved)
    photo = catalog.photo(ids[0])
    assert (photo.path, photo.folder_id, photo.missing) == (moved.path, other.id, False)
    assert shown(catalog, ids[0]) == "mine"
    assert catalog.backlog_count(CAPTIONER, MATCHER, sample=False) == 0
    assert [i for i, _ in catalog.ids_with_words("harbour", limit=9)] == [ids[0]]
    with pytest.raises(ValueError, match="has the path"):
        catalog.move_file(ids[1], moved)


def test_a_touched_file_can_be_told_from_a_changed_one(catalog: Catalog) -> None:
    ids = filled(catalog, 2)
    describe(catalog, said(ids[0], "a cat"))
    assert catalog.fingerprints(ids) == {ids[0]: b"content 0", ids[1]: b"content 1"}
    catalog.move_file(ids[0], found("IMG_000.jpg", mtime_ns=99))
    assert catalog.known_files(1)[b"/pictures/IMG_000.jpg"].mtime_ns == 99
    assert shown(catalog, ids[0]) == "a cat"


def test_a_missing_photo_is_still_found_and_leaves_the_to_do_list(catalog: Catalog) -> None:
    ids = filled(catalog, 2)
    describe(catalog, said(ids[0], "a cat"))
    catalog.set_missing(ids, True)
    assert [i for i, _ in catalog.ids_with_words("cat", limit=9)] == [ids[0]]
    assert catalog.backlog_count(CAPTIONER, MATCHER, sample=False) == 0
    assert catalog.counts().missing == 2


def test_what_failed_has_a_reason_until_it_is_tried_again(catalog: Catalog) -> None:
    ids = filled(catalog, 3)
    failure = Failure(Reason.TOO_LARGE, "The picture has too many pixels.")
    catalog.add_failures([(ids[0], failure), (ids[1], failure)])
    assert [photo.failure for photo in catalog.failures()] == [failure, failure]
    assert catalog.counts().failed == 2
    assert [
        todo.photo_id for todo in catalog.backlog(CAPTIONER, MATCHER, limit=9, sample=False)
    ] == [ids[2]]
    catalog.set_failure(ids[0], None)
    assert [photo.id for photo in catalog.failures()] == [ids[1]]
    catalog.clear_failures(None)
    assert catalog.backlog_count(CAPTIONER, MATCHER, sample=False) == 3


def test_a_file_dated_beyond_the_calendar_is_accepted(catalog: Catalog) -> None:
    folder = catalog.add_folder(FOLDER)
    assert len(catalog.add_files(folder.id, [found("a.jpg", mtime_ns=2**62 * 2 - 1)])) == 1
