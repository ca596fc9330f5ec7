import io
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from engine.protocol import Reason
from gallery.domain import Failure
from gallery.errors import KnownError
from gallery.library.events import Event, FoldersChanged
from gallery.program import Program, ProgramOptions, open_program
from tests.drawn import draw, draw_many


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    with closing(open_program(ProgramOptions(tmp_path / "home" / "catalog.sqlite"))) as program:
        yield program


def test_opening_waits_for_no_process(tmp_path: Path) -> None:
    began = time.monotonic()
    with closing(open_program(ProgramOptions(tmp_path / "catalog.sqlite"))) as program:
        assert time.monotonic() - began < 2
        assert program.engine.pid is None
        assert program.decoder.pid is None
        assert program.speech.pid is None
        assert program.describer_set.name == "sample"


def test_a_folder_is_added_once_and_told(program: Program, tmp_path: Path) -> None:
    events: list[Event] = []
    program.bus.subscribe(events.append)
    photos = tmp_path / "photos"
    draw_many(photos, 2)
    program.indexer.start()
    folder = program.add_folder(photos)
    assert program.add_folder(photos).id == folder.id
    assert FoldersChanged() in events
    assert program.indexer.wait_until_idle(30)
    assert program.catalog.counts().photos == 2
    assert program.engine.pid is None  # real photos, and nobody allowed the sample set


def test_what_is_no_folder_is_refused_in_plain_words(program: Program, tmp_path: Path) -> None:
    with pytest.raises(KnownError, match="There is no folder"):
        program.add_folder(tmp_path / "nowhere")
    with pytest.raises(KnownError, match="is not a folder"):
        program.add_folder(draw(tmp_path / "a.jpg"))
    with pytest.raises(KnownError, match="is not a folder"):
        program.add_folder(tmp_path / "a.jpg" / "inside")
    with pytest.raises(KnownError, match="There is no folder"):
        program.add_folder(Path("~nobody-of-this-name"))
    with pytest.raises(KnownError, match="cannot be read"):
        program.add_folder(tmp_path / ("long" * 100))


def test_a_folder_reached_by_two_dots_is_the_same_folder(program: Program, tmp_path: Path) -> None:
    draw_many(tmp_path / "photos", 2)
    program.indexer.start()
    folder = program.add_folder(tmp_path / "photos")
    again = program.add_folder(tmp_path / "photos" / ".." / "photos")
    assert again.id == folder.id
    assert program.indexer.wait_until_idle(30)
    assert program.catalog.counts().photos == 2


def test_a_removed_folder_leaves_no_thumbnails(program: Program, tmp_path: Path) -> None:
    draw_many(tmp_path / "photos", 3)
    program.indexer.start()
    folder = program.add_folder(tmp_path / "photos")
    assert program.indexer.wait_until_idle(30)
    assert len(program.thumbnails.ids()) == 3
    program.remove_folder(folder.id)
    assert program.thumbnails.ids() == set()
    assert program.catalog.folders() == ()


def test_the_viewer_gets_a_picture_or_a_reason(program: Program, tmp_path: Path) -> None:
    draw(tmp_path / "photos" / "a.jpg", size=(600, 300))
    (tmp_path / "photos" / "b.jpg").write_text("no picture")
    program.indexer.start()
    program.add_folder(tmp_path / "photos")
    assert program.indexer.wait_until_idle(30)
    first, second = (
        program.catalog.photo_by_path(tmp_path / "photos" / name) for name in ("a.jpg", "b.jpg")
    )
    assert first is not None
    assert second is not None
    jpeg = program.viewer_picture(first.id, 200)
    assert isinstance(jpeg, bytes)
    assert Image.open(io.BytesIO(jpeg)).size == (200, 100)
    failure = program.viewer_picture(second.id, 200)
    assert isinstance(failure, Failure)
    assert failure.reason is Reason.UNSUPPORTED
    with pytest.raises(KnownError):
        program.viewer_picture(999, 200)


def test_a_checkpoint_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnownError, match="no checkpoint"):
        open_program(ProgramOptions(tmp_path / "catalog.sqlite", checkpoint="/nowhere/blip"))


def test_the_bundled_gallery_may_be_described_by_the_sample(program: Program) -> None:
    folder = program.add_sample_gallery()
    assert folder is not None
    assert folder.is_sample_gallery
    assert folder.sample_allowed


def test_two_catalogs_in_one_folder_keep_their_thumbnails_apart(tmp_path: Path) -> None:
    draw_many(tmp_path / "photos", 2)
    for name in ("trip.sqlite", "trip.1", "trip.2"):
        with closing(open_program(ProgramOptions(tmp_path / name))) as program:
            program.indexer.start()
            program.add_folder(tmp_path / "photos")
            assert program.indexer.wait_until_idle(30)
    assert {path.name for path in tmp_path.glob("*.thumbnails.sqlite")} == {
        "trip.sqlite.thumbnails.sqlite",
        "trip.1.thumbnails.sqlite",
        "trip.2.thumbnails.sqlite",
    }


def test_closing_twice_does_no_harm(tmp_path: Path) -> None:
    program = open_program(ProgramOptions(tmp_path / "catalog.sqlite"))
    program.start()
    program.close()
    program.close()
