import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from engine.protocol import Reason
from gallery.catalog import Catalog
from gallery.domain import Failure, Folder, Metadata
from gallery.library.events import Event, FoldersChanged, PhotosAdded, PhotosChanged
from gallery.library.scan import fingerprint
from gallery.library.scanner import Scanner
from tests.camera_files import write_dng
from tests.drawn import draw, draw_many


class Library:
    """A catalog and a root with five photos that were scanned and examined."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.catalog = Catalog.open(home / "catalog.sqlite")
        self.root = home / "photos"
        self.paths = draw_many(self.root, 5)
        self.folder = self.catalog.add_folder(self.root)
        self.scan()
        self.examine()

    def scan(self, *folder_ids: int) -> list[Event]:
        steps = Scanner(self.catalog).scan(folder_ids or None)
        return [event for step in steps for event in step.events]

    def examine(self) -> None:
        for photo_id, path in self.catalog.unexamined(1000):
            told = Metadata("JPEG", 160, 120, None, "file", fingerprint(path))
            self.catalog.set_metadata([(photo_id, told)])

    def ids(self, folder: Folder | None = None) -> dict[str, int]:
        ids = self.catalog.photo_ids(folder_id=folder.id if folder else None)
        return {photo.name: photo.id for photo in self.catalog.photos(ids)}

    def caption(self, name: str) -> str | None:
        caption = self.catalog.photo(self.ids()[name]).caption
        return caption.text if caption else None

    def missing(self) -> set[str]:
        photos = self.catalog.photos(self.catalog.photo_ids())
        return {photo.name for photo in photos if photo.missing}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(tmp_path)
    with contextlib.closing(library.catalog):
        yield library


def test_photos_are_added_and_a_second_scan_finds_nothing_to_do(library: Library) -> None:
    assert len(library.ids()) == 5
    token = library.catalog.version_token()
    assert library.scan() == []
    assert library.catalog.version_token() == token  # nothing was written


def test_many_new_files_come_in_batches(library: Library) -> None:
    many = library.root / "many"
    many.mkdir()
    for number in range(2500):
        (many / f"{number}.jpg").write_bytes(b"%d" % number)
    added = [event for event in library.scan() if isinstance(event, PhotosAdded)]
    assert sum(len(event.ids) for event in added) == 2500
    assert max(len(event.ids) for event in added) <= 1000


def test_a_vanished_file_is_missing_and_found_again(library: Library) -> None:
    away = library.home / "away.jpg"
    library.paths[2].rename(away)
    (changed,) = library.scan()
    assert changed == PhotosChanged((library.ids()["photo 002.jpg"],))
    assert library.missing() == {"photo 002.jpg"}
    assert library.scan() == []
    failed_id = changed.ids[0]
    library.catalog.set_failure(failed_id, Failure(Reason.MISSING, "It was not there."))
    away.rename(library.paths[2])
    assert library.scan() == [changed]
    assert library.missing() == set()
    assert library.catalog.photo(failed_id).failure is None


def test_a_renamed_file_keeps_its_id_and_all_that_is_known(library: Library) -> None:
    photo_id = library.ids()["photo 001.jpg"]
    library.catalog.edit_caption(photo_id, "my words")
    library.paths[1].rename(library.root / "another name.jpg")
    library.scan()
    photo = library.catalog.photo(photo_id)
    assert photo.name == "another name.jpg"
    assert photo.caption is not None
    assert photo.caption.text == "my words"
    assert not photo.missing
    assert library.catalog.unexamined(10) == []
    assert len(library.ids()) == 5


def test_a_file_moved_to_another_root_keeps_its_id(library: Library) -> None:
    other = library.home / "other"
    other.mkdir()
    folder = library.catalog.add_folder(other)
    photo_id = library.ids()["photo 003.jpg"]
    library.paths[3].rename(other / "photo 003.jpg")
    library.scan()
    assert library.ids(folder) == {"photo 003.jpg": photo_id}
    assert len(library.ids()) == 5


def test_photos_that_trade_names_keep_their_captions(library: Library) -> None:
    one, other = library.paths[0], library.paths[1]
    ids = library.ids()
    library.catalog.edit_caption(ids[one.name], "the first")
    library.catalog.edit_caption(ids[other.name], "the second")
    one.rename(library.home / "aside")
    other.rename(one)
    (library.home / "aside").rename(other)
    library.scan()
    assert library.ids() == {**ids, one.name: ids[other.name], other.name: ids[one.name]}
    assert library.caption(other.name) == "the first"
    assert library.caption(one.name) == "the second"
    assert library.catalog.unexamined(10) == []
    assert library.missing() == set()
    assert library.scan() == []


def test_a_series_that_is_renumbered_keeps_its_captions(library: Library) -> None:
    ids = library.ids()
    library.catalog.edit_caption(ids["photo 002.jpg"], "in the middle")
    for number in reversed(range(5)):
        library.paths[number].rename(library.root / f"photo {number + 1:03}.jpg")
    draw(library.paths[0], 90)
    library.scan()
    assert len(library.ids()) == 6
    assert library.caption("photo 003.jpg") == "in the middle"
    for number in range(5):
        assert library.ids()[f"photo {number + 1:03}.jpg"] == ids[f"photo {number:03}.jpg"]
    assert [path for _, path in library.catalog.unexamined(10)] == [library.paths[0]]
    assert library.missing() == set()
    assert library.scan() == []


def test_a_photo_that_another_was_moved_over_is_missing_and_may_come_back(
    library: Library,
) -> None:
    one, other = library.paths[0], library.paths[1]
    ids = library.ids()
    library.catalog.edit_caption(ids[one.name], "overwritten")
    library.catalog.edit_caption(ids[other.name], "moved")
    shutil.copy(one, library.home / "kept.jpg")
    other.replace(one)
    library.scan()
    assert library.catalog.photo(ids[other.name]).path == one
    gone = library.catalog.photo(ids[one.name])
    assert (gone.missing, gone.path, gone.name) == (True, one, one.name)
    assert library.scan() == []
    shutil.copy(library.home / "kept.jpg", library.root / "from the backup.jpg")
    library.scan()
    assert library.ids()["from the backup.jpg"] == ids[one.name]
    assert library.caption("from the backup.jpg") == "overwritten"
    assert library.missing() == set()


def test_a_copy_over_another_photo_is_a_change_of_that_one(library: Library) -> None:
    ids = library.ids()
    shutil.copy(library.paths[0], library.paths[1])
    library.scan()
    assert library.ids() == ids
    assert [path for _, path in library.catalog.unexamined(10)] == [library.paths[1]]


def test_a_copy_is_a_photo_of_its_own(library: Library) -> None:
    shutil.copy(library.paths[0], library.root / "copy.jpg")
    (added,) = library.scan()
    assert isinstance(added, PhotosAdded)
    assert len(library.ids()) == 6


def test_a_changed_file_is_examined_again_and_a_touched_one_is_not(library: Library) -> None:
    draw(library.paths[0], number=77)
    os.utime(library.paths[1], ns=(5, 5_000_000_000))
    library.scan()
    assert [path for _, path in library.catalog.unexamined(10)] == [library.paths[0]]
    assert library.scan() == []


def test_a_root_that_is_gone_is_not_connected_and_nothing_is_missing(library: Library) -> None:
    away = library.home / "unplugged"
    library.root.rename(away)
    assert library.scan() == [FoldersChanged()]
    assert library.missing() == set()
    assert not library.catalog.folder(library.folder.id).connected
    assert library.scan() == []
    away.rename(library.root)
    assert library.scan() == [FoldersChanged()]
    assert library.catalog.folder(library.folder.id).connected
    assert len(library.ids()) == 5


def test_an_empty_mount_point_counts_as_not_connected(library: Library) -> None:
    for path in library.paths:
        path.unlink()
    assert library.scan() == [FoldersChanged()]
    assert library.missing() == set()


def test_all_photos_deleted_while_other_files_stay_are_missing(library: Library) -> None:
    (library.root / "notes.txt").write_text("still here")
    for path in library.paths:
        path.unlink()
    library.scan()
    assert len(library.missing()) == 5


def test_roots_within_roots_list_no_photo_twice_and_miss_none(library: Library) -> None:
    draw(library.root / "inner" / "new.jpg", 50)
    inner = library.catalog.add_folder(library.root / "inner")
    outer = library.catalog.add_folder(library.home)
    library.scan()
    library.examine()
    assert len(library.ids()) == 6
    assert library.scan() == []
    draw(library.root / "inner" / "newer.jpg", 51)
    library.scan(outer.id)
    library.scan(inner.id)
    assert len(library.ids()) == 7
    library.paths[0].unlink()
    library.scan()
    assert library.missing() == {"photo 000.jpg"}


def test_a_scan_that_is_cancelled_marks_nothing_as_missing(library: Library) -> None:
    answers = iter([False, False] + [True] * 20)
    steps = list(Scanner(library.catalog, cancelled=lambda: next(answers)).scan())
    assert [step.events for step in steps if step.events] == []
    assert library.missing() == set()


def test_names_that_are_not_utf8_are_kept(library: Library) -> None:
    raw = os.fsencode(library.root) + b"/gr\xfc\xdfe.jpg"
    shutil.copy(library.paths[0], raw)
    library.scan()
    photo = library.catalog.photo_by_path(Path(os.fsdecode(raw)))
    assert photo is not None
    assert os.fsencode(photo.path) == raw
    assert photo.name == "gr��e.jpg"
    assert library.scan() == []


def test_a_file_renamed_before_it_was_described_is_tried_again(library: Library) -> None:
    photo_id = library.ids()["photo 000.jpg"]
    library.paths[0].rename(library.root / "renamed.jpg")
    library.catalog.set_missing([photo_id], missing=True)  # as the indexer notes it
    library.catalog.set_failure(photo_id, Failure(Reason.MISSING, "It is no longer there."))
    library.scan()
    photo = library.catalog.photo(photo_id)
    assert (photo.name, photo.missing, photo.failure) == ("renamed.jpg", False, None)


def test_a_file_that_claims_to_be_of_the_far_future_stops_no_scan(library: Library) -> None:
    os.utime(draw(library.root / "future.jpg", 60), (2**34 - 2**32, 2**34 - 2**32))
    draw(library.root / "zoo.jpg", 61)
    library.scan()
    assert {"future.jpg", "zoo.jpg"} <= library.ids().keys()


@pytest.mark.parametrize("name", ["photo 000.jpg.xmp", "photo 000.xmp"])
def test_a_sidecar_that_comes_changes_or_goes_has_its_photo_read_again(
    library: Library, name: str
) -> None:
    photo_id = library.ids()["photo 000.jpg"]
    library.catalog.edit_caption(photo_id, "mine")
    sidecar = library.root / name
    for change in (
        lambda: sidecar.write_text("<x/>"),
        lambda: os.utime(sidecar, ns=(7, 7_000_000_000)),
        sidecar.unlink,
    ):
        change()
        assert library.scan() == [PhotosChanged((photo_id,))]
        assert [i for i, _ in library.catalog.unexamined(10)] == [photo_id]
        assert library.scan() == []
        library.examine()
    assert library.caption("photo 000.jpg") == "mine"
    assert len(library.ids()) == 5


def test_a_raw_is_one_photo_with_its_jpeg_while_that_is_there(library: Library) -> None:
    jpeg = library.paths[0].with_name("IMG_1.jpg")
    shutil.copy(library.paths[0], jpeg)
    write_dng(jpeg.with_suffix(".DNG"), Image.new("RGB", (64, 48), "navy"))
    library.scan()
    assert "IMG_1.jpg" in library.ids()
    assert "IMG_1.DNG" not in library.ids()
    jpeg.unlink()
    library.scan()
    assert library.missing() == {"IMG_1.jpg"}
    assert "IMG_1.DNG" in library.ids()
    shutil.copy(library.paths[1], jpeg.with_suffix(".heic"))
    library.scan()
    assert "IMG_1.DNG" not in library.ids()
    jpeg.with_suffix(".heic").rename(library.root / "renamed.heic")
    library.scan()
    assert "IMG_1.DNG" in library.ids()
