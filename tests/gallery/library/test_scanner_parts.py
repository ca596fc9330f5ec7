"""Scans of some of a folder, and folders that are left out."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gallery.library.scan import Part, outermost
from gallery.library.scanner import Scanner
from tests.drawn import draw
from tests.gallery.library.test_scanner import Library


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(tmp_path)
    for number in range(3):
        draw(library.root / "sub" / "deep" / f"deep {number}.jpg", 20 + number)
    library.scan()
    library.examine()
    yield library
    library.catalog.close()


def scan_part(library: Library, *parts: tuple[Path, bool]) -> None:
    wanted = [Part(library.folder.id, path, deep) for path, deep in parts]
    for _ in Scanner(library.catalog).scan_parts(wanted):
        pass


def test_only_the_part_is_compared(library: Library) -> None:
    library.paths[0].unlink()
    (library.root / "sub" / "deep" / "deep 0.jpg").unlink()
    draw(library.root / "new.jpg", 50)
    scan_part(library, (library.root / "sub", True))
    assert library.missing() == {"deep 0.jpg"}
    assert "new.jpg" not in library.ids()
    scan_part(library, (library.root, False))
    assert library.missing() == {"deep 0.jpg", "photo 000.jpg"}
    assert "new.jpg" in library.ids()


def test_a_folder_without_what_is_below_it_misses_nothing_there(library: Library) -> None:
    (library.root / "sub" / "deep" / "deep 0.jpg").unlink()
    scan_part(library, (library.root, False), (library.root / "sub", False))
    assert library.missing() == set()


def test_a_move_between_two_parts_keeps_the_id(library: Library) -> None:
    photo_id = library.ids()["deep 1.jpg"]
    (library.root / "sub" / "deep" / "deep 1.jpg").rename(library.root / "moved.jpg")
    scan_part(library, (library.root, False), (library.root / "sub" / "deep", False))
    assert library.ids()["moved.jpg"] == photo_id
    assert library.missing() == set()


def test_a_part_that_is_gone_has_only_missing_photos(library: Library) -> None:
    (library.root / "sub").rename(library.home / "away")
    scan_part(library, (library.root / "sub", True))
    assert library.missing() == {f"deep {number}.jpg" for number in range(3)}
    (library.home / "away").rename(library.root / "back again")
    scan_part(library, (library.root / "back again", True))
    assert library.missing() == set()
    assert len(library.ids()) == 8


def test_a_part_of_a_root_that_is_gone_misses_nothing(library: Library) -> None:
    library.root.rename(library.home / "unplugged")
    scan_part(library, (library.root / "sub", True))
    assert library.missing() == set()
    assert not library.catalog.folder(library.folder.id).connected


def test_links_lead_a_part_nowhere_and_what_was_found_by_them_stays(library: Library) -> None:
    draw(library.home / "elsewhere" / "linked.jpg", 70)
    (library.root / "sub" / "link").symlink_to(library.home / "elsewhere")
    (library.root / "sub" / "up").symlink_to(library.root)
    library.scan()
    assert len(library.ids()) == 9
    scan_part(library, (library.root / "sub", True))
    assert len(library.ids()) == 9
    assert library.missing() == set()


def test_what_lies_in_a_deep_part_is_not_looked_through_twice() -> None:
    root = Path("/photos")
    parts = {Part(1, root / "a", deep=True), Part(1, root / "a" / "b", deep=False)}
    parts |= {Part(1, root / "a", deep=False), Part(2, root / "a" / "b", deep=False)}
    parts |= {Part(1, root, deep=False)}
    assert outermost(parts) == [
        Part(1, root, deep=False),
        Part(1, root / "a", deep=True),
        Part(2, root / "a" / "b", deep=False),
    ]


def test_what_is_left_out_is_not_scanned_and_nothing_of_it_is_missing(library: Library) -> None:
    left_out = library.root / "sub"
    library.catalog.leave_out(left_out)
    draw(left_out / "new.jpg", 71)
    (left_out / "deep" / "deep 0.jpg").unlink()
    (library.root / "by a link").symlink_to(left_out)
    assert library.scan() == []
    scan_part(library, (left_out / "deep", True), (left_out, False))
    assert set(library.ids()) == {path.name for path in library.paths}
    library.catalog.take_back(left_out)
    assert library.missing() == set(), "nobody looked"
    library.scan()
    assert library.missing() == {"deep 0.jpg"}
    assert "new.jpg" in library.ids()


def test_a_photo_moved_out_of_what_is_left_out_is_the_same_photo(library: Library) -> None:
    photo_id = library.ids()["deep 2.jpg"]
    library.catalog.edit_caption(photo_id, "my words")
    library.catalog.leave_out(library.root / "sub")
    (library.root / "sub" / "deep" / "deep 2.jpg").rename(library.root / "out.jpg")
    scan_part(library, (library.root, False))
    assert library.ids()["out.jpg"] == photo_id
    assert library.caption("out.jpg") == "my words"
    assert library.catalog.unexamined(9) == []
