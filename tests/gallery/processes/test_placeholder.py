"""The small picture within a JPEG: upright, without bars, or nothing."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from gallery.processes.placeholder import placeholder_jpeg
from tests.camera_files import write_with_thumbnail

_TURN_BACK = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def _halves(width: int, height: int) -> Image.Image:
    """Red above, blue below."""
    image = Image.new("RGB", (width, height), "blue")
    image.paste("red", (0, 0, width, height // 2))
    return image


def _in_bars(picture: Image.Image, size: tuple[int, int] = (160, 120)) -> Image.Image:
    """As cameras fit a photo of another shape into their 4:3."""
    bars = Image.new("RGB", size, "black")
    picture.thumbnail(size)
    bars.paste(picture, ((size[0] - picture.width) // 2, (size[1] - picture.height) // 2))
    return bars


def _jpeg(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=90)
    return out.getvalue()


def _shown(path: Path) -> Image.Image:
    return Image.open(BytesIO(placeholder_jpeg(path))).convert("RGB")


@pytest.mark.parametrize("orientation", list(_TURN_BACK))
def test_it_is_upright_whatever_the_orientation(tmp_path: Path, orientation: int) -> None:
    path = tmp_path / "photo.jpg"
    turn = _TURN_BACK[orientation]
    stored = _halves(640, 480) if turn is None else _halves(640, 480).transpose(turn)
    write_with_thumbnail(path, stored, _in_bars(stored.copy()), orientation)
    shown = _shown(path)
    assert abs(shown.width / shown.height - 4 / 3) < 0.05
    middle = shown.width // 2
    assert shown.getpixel((middle, 10))[0] > 180
    assert shown.getpixel((middle, shown.height - 10))[2] > 180


@pytest.mark.parametrize("size", [(600, 400), (400, 600), (900, 300), (500, 500)])
def test_it_has_no_black_bars(tmp_path: Path, size: tuple[int, int]) -> None:
    path = tmp_path / "photo.jpg"
    write_with_thumbnail(path, _halves(*size), _in_bars(_halves(*size)))
    shown = _shown(path)
    assert abs(shown.width / shown.height / (size[0] / size[1]) - 1) < 0.05
    for place in ((2, 3), (shown.width - 3, 3), (2, shown.height - 4)):
        assert max(shown.getpixel(place)) > 128, place


def test_one_that_fits_is_given_as_it_is(tmp_path: Path) -> None:
    small = _jpeg(_halves(160, 120))
    write_with_thumbnail(tmp_path / "photo.jpg", _halves(640, 480), small)
    assert placeholder_jpeg(tmp_path / "photo.jpg") == small


def test_only_the_header_is_read(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    write_with_thumbnail(path, _halves(640, 480), _halves(160, 120))
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.rindex(b"\xff\xda") + 14])  # none of the picture itself
    assert placeholder_jpeg(path)


@pytest.mark.parametrize(
    "small", [b"", b"no picture", b"\xff\xd8\xff\xd9", _jpeg(Image.new("RGB", (2000, 8)))]
)
def test_what_is_no_small_picture_is_nothing(tmp_path: Path, small: bytes) -> None:
    path = tmp_path / "photo.jpg"
    write_with_thumbnail(path, _halves(640, 480), small)
    assert placeholder_jpeg(path) == b""


def test_files_without_one_give_nothing(tmp_path: Path) -> None:
    _halves(64, 48).save(tmp_path / "plain.jpg")
    _halves(64, 48).save(tmp_path / "plain.png")
    (tmp_path / "text.jpg").write_text("no picture")
    for name in ("plain.jpg", "plain.png", "text.jpg", "gone.jpg"):
        assert placeholder_jpeg(tmp_path / name) == b""
