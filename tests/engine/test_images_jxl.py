"""JPEG XL: an extra. Without its decoder a file is told about; with it, it is a picture as any."""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from engine import images, jxl
from engine.images import DecodeError, open_rgb, read_header, thumbnail_jpeg
from engine.protocol import Reason

needs_decoder = pytest.mark.skipif(
    not jxl.installed(), reason="the decoder is an extra: pip install 'photo-narrator[jxl]'"
)

# The header of a picture of 4,000 x 3,000: not small, 12 bits behind a selector, a ratio of 4:3.
_SIZE = 0 | 1 << 1 | (3000 - 1) << 3 | 3 << 16
_BARE = b"\xff\x0a" + _SIZE.to_bytes(9, "little")
_BOXED = b"\0\0\0\x0cJXL \r\n\x87\n" + b"\0\0\0\x14ftypjxl \0\0\0\0jxl " + b"\0\0\0\0jxlc" + _BARE


@pytest.fixture
def without_decoder(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(sys.modules, "pillow_jxl", None)
    jxl.installed.cache_clear()
    yield
    jxl.installed.cache_clear()


@pytest.mark.parametrize("data", [_BARE, _BOXED])
@pytest.mark.usefixtures("without_decoder")
def test_without_its_decoder_a_file_is_listed_with_what_to_install(
    tmp_path: Path, data: bytes
) -> None:
    assert ".jxl" in images.SUFFIXES
    path = tmp_path / "photo.jxl"
    path.write_bytes(data)
    for use in (read_header, open_rgb):
        with pytest.raises(DecodeError) as told:
            use(path)
        assert told.value.reason is Reason.UNSUPPORTED
        assert "pip install 'photo-narrator[jxl]'" in told.value.detail


@pytest.mark.parametrize("data", [_BARE, _BOXED])
def test_the_size_is_read_from_the_header(data: bytes) -> None:
    assert jxl.size_of(BytesIO(data)) == (4000, 3000)


def test_a_small_size_counts_in_eights() -> None:
    bits = 1 | (5 - 1) << 1 | 0 << 6 | (7 - 1) << 9  # small, 40 high, no ratio, 56 wide
    assert jxl.size_of(BytesIO(b"\xff\x0a" + bits.to_bytes(9, "little"))) == (56, 40)


@pytest.mark.parametrize(
    "data", [b"\xff\x0a", _BOXED[:40], b"\0\0\0\x0cJXL \r\n\x87\n" + b"\0" * 9]
)
def test_a_header_that_is_cut_is_told(data: bytes) -> None:
    with pytest.raises(EOFError):
        jxl.size_of(BytesIO(data))


@needs_decoder
@pytest.mark.parametrize("lossless", [True, False])
@pytest.mark.parametrize("size", [(64, 32), (1201, 7), (300, 400), (160, 90)])
def test_with_its_decoder_it_is_a_picture(
    tmp_path: Path, size: tuple[int, int], lossless: bool
) -> None:
    path = tmp_path / "photo.jxl"
    Image.new("RGB", size, (200, 30, 30)).save(path, lossless=lossless)
    with path.open("rb") as file:
        assert jxl.size_of(file) == size
    header = read_header(path)
    assert (header.format, header.width_px, header.height_px) == ("JXL", *size)
    red, green, _ = open_rgb(path).getpixel((3, 3))
    assert red > 180 > 60 > green
    assert thumbnail_jpeg(path, 32).startswith(b"\xff\xd8")


@needs_decoder
def test_a_jpeg_packed_into_it_comes_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (64, 32), "navy").save(tmp_path / "turned.jpg", exif=exif)
    with Image.open(tmp_path / "turned.jpg") as image:
        image.save(tmp_path / "turned.jxl", lossless_jpeg=True)
    assert open_rgb(tmp_path / "turned.jxl").size == (32, 64)


@needs_decoder
def test_its_size_is_refused_before_anything_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "_FULL_LIMIT_PX", 1_000_000)
    path = tmp_path / "bomb.jxl"
    path.write_bytes(_BARE)
    with pytest.raises(DecodeError, match="too large: 4,000 x 3,000"):
        read_header(path)


@needs_decoder
def test_a_damaged_one_is_told(tmp_path: Path) -> None:
    path = tmp_path / "half.jxl"
    Image.effect_noise((96, 96), 90).convert("RGB").save(path)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(DecodeError) as told:
        open_rgb(path)
    assert told.value.reason is Reason.UNREADABLE
