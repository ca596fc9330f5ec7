"""Parts of a picture: exact, upright, bounded, and decoded once."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine import images
from engine.images import DecodeError
from gallery.processes import looking_closer
from gallery.processes.decoder_messages import Closer, LookCloser
from gallery.processes.looking_closer import closer
from gallery.processes.open_pictures import OpenPictures


def _steps(path: Path, width: int, height: int) -> Path:
    """Red grows to the right, green downwards, so that a pixel tells where it was."""
    x = np.linspace(0, 255, width)[None, :].repeat(height, 0)
    y = np.linspace(0, 255, height)[:, None].repeat(width, 1)
    pixels = np.stack([x, y, np.zeros_like(x)], -1).round().astype(np.uint8)
    Image.fromarray(pixels).save(path, quality=95)
    return path


def _ask(path: Path, kept: OpenPictures, *edges: float, scale: float = 1.0) -> Closer:
    return closer(LookCloser(7, str(path), *edges, scale), kept)


def _image(part: Closer) -> Image.Image:
    return Image.open(BytesIO(part.jpeg))


def test_a_part_is_told_by_its_exact_edges_and_shows_what_is_there(tmp_path: Path) -> None:
    path = _steps(tmp_path / "a.png", 400, 200)
    part = _ask(path, OpenPictures(), 0.501, 0.25, 0.7501, 0.75)
    assert (part.job, part.left, part.top, part.right, part.bottom) == (7, 0.5, 0.25, 0.7525, 0.75)
    image = _image(part)
    assert image.size == (101, 100)
    red, green, _ = image.getpixel((0, 0))  # type: ignore[misc]
    assert abs(red - 128) <= 3
    assert abs(green - 64) <= 3


def test_a_part_can_be_had_smaller_and_is_never_larger_than_a_screen_needs(tmp_path: Path) -> None:
    path = _steps(tmp_path / "wide.png", 9000, 40)
    kept = OpenPictures()
    assert _image(_ask(path, kept, 0, 0, 0.1, 1, scale=0.5)).size == (450, 20)
    assert _image(_ask(path, kept, 0, 0, 1, 1, scale=5.0)).size == (4096, 18)


def test_a_part_is_upright(tmp_path: Path) -> None:
    path = tmp_path / "turned.jpg"
    with Image.open(_steps(tmp_path / "a.png", 320, 160)) as image:
        exif = image.getexif()
        exif[0x0112] = 6
        image.save(path, exif=exif, quality=95)
    image = _image(_ask(path, OpenPictures(), 0, 0, 1, 1))
    assert image.size == (160, 320)
    red, _, _ = image.getpixel((80, 300))  # type: ignore[misc]
    assert red > 220  # what was at the right is below now


def test_the_picture_is_decoded_once_until_its_file_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[Path] = []
    real = looking_closer.open_rgb

    def counted(path: Path, *, at_least: tuple[int, int] | None = None) -> Image.Image:
        decoded.append(path)
        return real(path, at_least=at_least)

    monkeypatch.setattr(looking_closer, "open_rgb", counted)
    kept, path = OpenPictures(), _steps(tmp_path / "a.png", 100, 100)
    for left in (0.0, 0.2, 0.4):
        _ask(path, kept, left, 0, 1, 1)
    assert len(decoded) == 1
    _steps(path, 120, 90)
    assert _image(_ask(path, kept, 0, 0, 1, 1)).size == (120, 90)
    assert len(decoded) == 2
    kept.close()
    _ask(path, kept, 0, 0, 1, 1)
    assert len(decoded) == 3


def test_a_jpeg_past_the_limit_comes_as_large_as_the_limit_allows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _steps(tmp_path / "huge.jpg", 1600, 800)
    monkeypatch.setattr(images, "_FULL_LIMIT_PX", 400_000)
    monkeypatch.setattr(images, "_JPEG_LIMIT_PX", 1_600_000)
    part = _ask(path, OpenPictures(), 0.5, 0, 1, 1)
    assert (part.left, part.right) == (0.5, 1.0)
    assert _image(part).size == (400, 400)


def test_what_is_damaged_keeps_nothing(tmp_path: Path) -> None:
    kept = OpenPictures()
    bad = tmp_path / "bad.png"
    bad.write_bytes(_steps(tmp_path / "a.png", 200, 200).read_bytes()[:200])
    with pytest.raises(DecodeError):
        _ask(bad, kept, 0, 0, 1, 1)
    with pytest.raises(FileNotFoundError):
        _ask(tmp_path / "gone.png", kept, 0, 0, 1, 1)
