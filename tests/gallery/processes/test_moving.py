"""Frames of moving pictures: in order, whole, with the file's own times."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from gallery.processes import moving
from gallery.processes.decoder_messages import Frame, Play
from gallery.processes.moving import frame
from gallery.processes.open_pictures import OpenPictures

COLOURS = ("red", "lime", "blue")


def write_film(path: Path, durations: tuple[int, ...] = (50, 70, 90), **how: object) -> Path:
    """Write red, green and blue, one after the other."""
    film = [Image.new("RGB", (64, 32), colour) for colour in COLOURS]
    film[0].save(path, save_all=True, append_images=film[1:], duration=list(durations), **how)
    return path


def _colour(found: Frame) -> str:
    red, green, blue = Image.open(BytesIO(found.jpeg)).resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]
    return max(zip((red, green, blue), COLOURS, strict=True))[1]


def _ask(path: Path, kept: OpenPictures, number: int, edge_px: int = 500) -> Frame:
    return frame(Play(3, str(path), edge_px, number), kept)


@pytest.mark.parametrize("ending", ["gif", "png", "webp"])
def test_frames_come_in_order_and_behind_the_last_the_first(tmp_path: Path, ending: str) -> None:
    path, kept = write_film(tmp_path / f"film.{ending}", loop=0), OpenPictures()
    found = [_ask(path, kept, number) for number in (0, 1, 2, 3)]
    assert [item.number for item in found] == [0, 1, 2, 0]
    assert [_colour(item) for item in found] == ["red", "lime", "blue", "red"]
    assert [item.duration_ms for item in found[:3]] == [50, 70, 90]
    assert all(item.moves and item.job == 3 and item.plays == 0 for item in found)


def test_a_frame_out_of_order_is_found_too(tmp_path: Path) -> None:
    path, kept = write_film(tmp_path / "film.gif", loop=0), OpenPictures()
    assert _colour(_ask(path, kept, 2)) == "blue"
    assert _colour(_ask(path, kept, 0)) == "red"
    assert _colour(_ask(path, kept, 1)) == "lime"


def test_a_gif_that_says_nothing_of_repeating_plays_once(tmp_path: Path) -> None:
    assert _ask(write_film(tmp_path / "once.gif"), OpenPictures(), 0).plays == 1
    assert _ask(write_film(tmp_path / "again.gif", loop=2), OpenPictures(), 0).plays == 3


def test_frames_fit_the_size_wanted_and_are_never_too_fast(tmp_path: Path) -> None:
    found = _ask(
        write_film(tmp_path / "film.gif", durations=(0, 10, 20), loop=0), OpenPictures(), 0, 16
    )
    assert Image.open(BytesIO(found.jpeg)).size == (16, 8)
    assert found.duration_ms == 100


def test_still_pictures_and_pages_do_not_move(tmp_path: Path) -> None:
    Image.new("RGB", (30, 20)).save(tmp_path / "still.png")
    pages = [Image.new("RGB", (30, 20), colour) for colour in COLOURS]
    pages[0].save(tmp_path / "pages.tif", save_all=True, append_images=pages[1:])
    for name in ("still.png", "pages.tif"):
        found = _ask(tmp_path / name, OpenPictures(), 0)
        assert (found.moves, found.jpeg) == (False, b"")


def test_what_is_too_large_to_play_stays_still(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_film(tmp_path / "film.gif", loop=0)
    monkeypatch.setattr(moving, "_MOST_PIXELS", 64 * 32 - 1)
    assert not _ask(path, OpenPictures(), 0).moves
