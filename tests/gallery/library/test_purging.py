from collections.abc import Iterator
from pathlib import Path

import pytest

from gallery.library.purging import plan_purge
from tests.drawn import draw
from tests.gallery.library.test_scanner import Library


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(tmp_path)
    yield library
    assert library.catalog.check() == []
    library.catalog.close()


def test_missing_photos_are_counted_and_forgotten(library: Library) -> None:
    library.catalog.edit_caption(library.ids()["photo 001.jpg"], "my words")
    for path in library.paths[:2]:
        path.unlink()
    library.scan()
    found = plan_purge(library.catalog)
    assert (len(found.photo_ids), found.edited, found.away) == (2, 1, ())
    assert set(library.catalog.forget_missing(found.photo_ids)) == set(found.photo_ids)
    assert len(library.ids()) == 3
    assert library.catalog.forget_missing(found.photo_ids) == []


def test_only_what_was_in_the_folder_named_is_forgotten(library: Library) -> None:
    draw(library.root / "sub" / "a.jpg", 30)
    library.scan()
    for path in (library.paths[0], library.root / "sub" / "a.jpg"):
        path.unlink()
    library.scan()
    found = plan_purge(library.catalog, library.root / "sub")
    assert found.photo_ids == (library.ids()["a.jpg"],)


def test_photos_that_are_there_or_came_back_or_cannot_be_reached_stay(library: Library) -> None:
    assert plan_purge(library.catalog).photo_ids == ()
    content = library.paths[0].read_bytes()
    for path in library.paths[:2]:
        path.unlink()
    library.scan()
    both = plan_purge(library.catalog).photo_ids
    library.paths[0].write_bytes(content)  # and no scan has seen it
    assert plan_purge(library.catalog).photo_ids == (library.ids()["photo 001.jpg"],)
    library.root.rename(library.home / "unplugged")
    found = plan_purge(library.catalog)
    assert (found.photo_ids, found.away) == ((), (library.root,))
    library.scan()
    assert library.catalog.forget_missing(both) == []
    assert len(library.ids()) == 5
