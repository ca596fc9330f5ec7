"""Where a word is seen, for people: in words, as JSON, and as a picture."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gallery import cli
from gallery.commands import heat as heat_maps
from gallery.commands.heat import check_target, lit, place_in_words, write_lit
from gallery.errors import KnownError
from gallery.library.locating import Heat

_SAMPLES = Path(__file__).parents[3] / "resources" / "samples"


def _warm(row: int, column: int, size: int = 8) -> Heat:
    heat = np.zeros((size, size), np.float32)
    heat[row, column] = 1
    return heat


@pytest.mark.parametrize(
    ("row", "column", "place"),
    [
        (0, 0, "upper left"),
        (1, 4, "top"),
        (2, 7, "upper right"),
        (4, 1, "left"),
        (3, 3, "centre"),
        (4, 6, "right"),
        (7, 0, "lower left"),
        (6, 3, "bottom"),
        (7, 7, "lower right"),
    ],
)
def test_a_place_is_told_in_words(row: int, column: int, place: str) -> None:
    assert place_in_words(_warm(row, column)) == place
    assert place_in_words(np.kron(_warm(row, column), np.ones((3, 3), np.float32))) == place


def test_no_heat_is_nowhere() -> None:
    assert place_in_words(np.zeros((8, 8), np.float32)) == "nowhere"


def test_a_photo_is_bright_where_it_is_warm_and_dark_elsewhere() -> None:
    shown = np.asarray(lit(Image.new("RGB", (160, 80), (120, 120, 120)), _warm(1, 6)), np.float32)
    assert shown.shape == (80, 160, 3)
    brightness = shown.mean(-1)
    row, column = np.unravel_index(brightness.argmax(), brightness.shape)
    assert (row // 10, column // 20) == (1, 6)
    assert brightness.max() > 2 * brightness[60:, :60].max()
    red, _, blue = shown[row, column]
    assert red > blue


def test_a_picture_that_cannot_be_written_is_told_before_any_work(tmp_path: Path) -> None:
    photo = tmp_path / "a.png"
    photo.touch()
    for out, told in (
        (tmp_path / "b.txt", "no name for a picture"),
        (tmp_path / "gone" / "b.png", "There is no folder"),
        (photo, "would overwrite the photo"),
    ):
        with pytest.raises(KnownError, match=told):
            check_target(out, photo)
    check_target(tmp_path / "b.JPG", photo)


def test_a_picture_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    jpeg = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 100, 50)).save(jpeg, "JPEG")
    for name in ("b.png", "b.jpg", "b.webp"):
        write_lit(jpeg.getvalue(), _warm(2, 2), tmp_path / name)
        with Image.open(tmp_path / name) as written:
            assert written.size == (40, 30)
            assert written.format == heat_maps.FORMATS[Path(name).suffix]
    with pytest.raises(KnownError, match="cannot be written"):
        write_lit(jpeg.getvalue(), _warm(2, 2), tmp_path / "gone" / "b.png")
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(KnownError, match="cannot be written"):
        write_lit(jpeg.getvalue(), _warm(2, 2), tmp_path / "folder.png")
    assert {path.name for path in tmp_path.iterdir()} == {"b.png", "b.jpg", "b.webp", "folder.png"}


def _run(*words: str) -> int:
    return cli.guarded(cli.run, cli.parse(["locate", *words]))


def test_the_command_tells_the_place_and_writes_the_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo, out = _SAMPLES / "Beach trip" / "IMG_0012.jpg", tmp_path / "heat.png"
    assert _run(str(photo), "crab", "--text", "a crab on a beach", "--out", str(out), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["word"], told["text"], told["unsure"]) == ("crab", "a crab on a beach", False)
    grid = np.array(told["grid"])
    assert grid.ndim == 2
    assert grid.max() == 1
    assert told["place"] == place_in_words(grid.astype(np.float32)) != "nowhere"
    assert 0 <= told["score"] <= 1
    with Image.open(out) as written, Image.open(photo) as original:
        assert written.width / written.height == pytest.approx(
            original.width / original.height, abs=0.01
        )


def test_wrong_use_is_told_before_the_engine_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = str(_SAMPLES / "Beach trip" / "IMG_0012.jpg")
    foreign = tmp_path / "mine.png"
    Image.new("RGB", (20, 20)).save(foreign)
    for words, told in (
        ((photo, "crab", "--out", photo), "would overwrite"),
        ((photo, " "), "no word to look for"),
        ((str(tmp_path / "gone.jpg"), "crab", "--checkpoint", "sample"), "There is no photo"),
        ((str(foreign), "crab"), "knows drawn scenes"),
    ):
        assert _run(*words) == cli.WRONG
        assert told in capsys.readouterr().err
    with pytest.raises(SystemExit):
        cli.parse(["locate", photo])
