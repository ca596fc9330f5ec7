"""The decode rule, on files of every kind that folders hold."""

import os
import random
import threading
import warnings
from datetime import datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine import images
from engine.images import open_rgb, read_header, squash, thumbnail_jpeg


def _corners(width: int = 64, height: int = 32) -> Image.Image:
    """Red top left, green top right, blue bottom left, white bottom right."""
    image = Image.new("RGB", (width, height), "white")
    half_w, half_h = width // 2, height // 2
    image.paste("red", (0, 0, half_w, half_h))
    image.paste("lime", (half_w, 0, width, half_h))
    image.paste("blue", (0, half_h, half_w, height))
    return image


def _names(image: Image.Image) -> list[str]:
    """The colours of the four corners, clockwise from the top left."""
    w, h = image.size
    names = []
    for at in ((2, 2), (w - 3, 2), (w - 3, h - 3), (2, h - 3)):
        bright = tuple(value > 128 for value in image.getpixel(at))
        names.append(
            {
                (True, False, False): "red",
                (False, True, False): "green",
                (False, False, True): "blue",
                (True, True, True): "white",
            }[bright]
        )
    return names


_UPRIGHT = ["red", "green", "white", "blue"]
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


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif", "avif", "heic"])
@pytest.mark.parametrize("orientation", list(_TURN_BACK))
def test_every_orientation_of_every_format_comes_upright(
    tmp_path: Path, orientation: int, suffix: str
) -> None:
    turn = _TURN_BACK[orientation]
    stored = _corners() if turn is None else _corners().transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"turned.{suffix}"
    # HEIC keeps orientation in boxes of its own, which are written for EXIF given as bytes
    stored.save(path, exif=exif.tobytes() if suffix == "heic" else exif, quality=95)

    header = read_header(path)
    assert (header.width_px, header.height_px) == (64, 32)
    assert _names(open_rgb(path)) == _UPRIGHT
    small = Image.open(BytesIO(thumbnail_jpeg(path, 32)))
    assert small.size == (32, 16)
    assert _names(small) == _UPRIGHT
    assert small.getexif().get(0x0112, 1) == 1


def test_a_jpeg_is_decoded_smaller_but_never_below_what_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (2000, 1000), "gray").save(path, exif=exif)
    image = open_rgb(path, at_least=(200, 300))
    assert image.size == (250, 500)
    assert open_rgb(path).size == (1000, 2000)


def test_a_header_tells_when_a_photo_was_taken(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0132] = "2020:01:01 10:00:00"
    path = tmp_path / "dated.jpg"
    _corners().save(path, exif=exif)
    assert read_header(path).taken_at == datetime.fromisoformat("2020-01-01T10:00:00")
    exif.get_ifd(0x8769)[0x9003] = "2019:07:08 09:10:11"
    _corners().save(path, exif=exif)
    assert read_header(path).taken_at == datetime.fromisoformat("2019-07-08T09:10:11")


@pytest.mark.parametrize("text", ["0000:00:00 00:00:00", "2019:13:45 99:00:00", "soon", ""])
def test_a_date_that_is_none_is_no_date(tmp_path: Path, text: str) -> None:
    exif = Image.Exif()
    exif[0x0132] = text
    path = tmp_path / "undated.jpg"
    _corners().save(path, exif=exif)
    assert read_header(path).taken_at is None


def test_corrupt_exif_costs_the_orientation_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "corrupt.jpg"
    noise = b"Exif\0\0II*\0" + random.Random(1).randbytes(400)
    _corners().save(path, exif=noise)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read_header(path).orientation == 1
        assert _names(open_rgb(path)) == _UPRIGHT


def test_sixteen_bit_grey_is_scaled_not_clipped(tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 256, dtype=np.uint16)[None].repeat(8, 0)
    for name in ("ramp.png", "ramp.tif"):
        Image.fromarray(ramp).save(tmp_path / name)
        values = np.asarray(open_rgb(tmp_path / name))[0, :, 0].astype(int)
        assert abs(values - np.arange(256)).max() <= 1


def test_transparent_parts_lie_on_white(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    clear.save(tmp_path / "rgba.png")
    clear.convert("LA").save(tmp_path / "la.png")
    palette = Image.new("P", (8, 8), 0)
    palette.putpalette([200, 0, 0, 0, 0, 0])
    palette.save(tmp_path / "palette.gif", transparency=0)
    palette.save(tmp_path / "bytes.png", transparency=b"\0\xff")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in ("rgba.png", "la.png", "palette.gif", "bytes.png"):
            assert open_rgb(tmp_path / name).getpixel((4, 4)) == (255, 255, 255), name


def test_cmyk_keeps_its_colour_and_animations_show_their_first_frame(tmp_path: Path) -> None:
    Image.new("RGB", (16, 16), (200, 30, 30)).convert("CMYK").save(tmp_path / "cmyk.jpg")
    red, green, _ = open_rgb(tmp_path / "cmyk.jpg").getpixel((8, 8))
    assert red > 150 > green
    first, second = Image.new("RGB", (16, 16), "red"), Image.new("RGB", (16, 16), "blue")
    for name in ("moves.gif", "moves.webp", "moves.png", "moves.avif", "pair.tif"):
        first.save(tmp_path / name, save_all=True, append_images=[second])
        assert open_rgb(tmp_path / name).getpixel((8, 8))[0] > 200, name
    first.save(tmp_path / "pair.jpg", format="MPO", save_all=True, append_images=[second])
    assert open_rgb(tmp_path / "pair.jpg", at_least=(8, 8)).getpixel((1, 1))[0] > 200
    assert read_header(tmp_path / "pair.jpg").format in {"MPO", "JPEG"}


def test_each_format_is_read_by_the_decoder_chosen_for_it(tmp_path: Path) -> None:
    names = {"a.avif": "AVIF", "a.heic": "HEIF", "a.gif": "GIF", "a.bmp": "BMP", "a.jfif": "JPEG"}
    for name, format_name in names.items():
        _corners().save(tmp_path / name)
        assert read_header(tmp_path / name).format == format_name
        assert _names(open_rgb(tmp_path / name)) == _UPRIGHT


def test_one_bit_and_floating_point_pixels_are_pictures(tmp_path: Path) -> None:
    _corners().convert("1").save(tmp_path / "fax.tif")
    assert open_rgb(tmp_path / "fax.tif").mode == "RGB"
    ramp = np.linspace(-3.0, 9.0, 256, dtype=np.float32)[None].repeat(8, 0)
    Image.fromarray(ramp).save(tmp_path / "measured.tif")
    values = np.asarray(open_rgb(tmp_path / "measured.tif"))[0, :, 0].astype(int)
    assert abs(values - np.arange(256)).max() <= 1


def test_a_phones_200_megapixels_are_within_the_limits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full, jpeg = images._limits_px(8 << 30)
    monkeypatch.setattr(images, "_FULL_LIMIT_PX", full)
    monkeypatch.setattr(images, "_JPEG_LIMIT_PX", jpeg)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", jpeg)
    path = tmp_path / "phone.jpg"
    _corners().save(path)
    data = bytearray(path.read_bytes())
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = (12_288).to_bytes(2, "big") + (16_384).to_bytes(2, "big")
    path.write_bytes(data)
    header = read_header(path)  # Pillow's own limit would be 179
    assert header.width_px * header.height_px > 201_000_000


def test_a_thumbnail_fits_and_is_never_enlarged(tmp_path: Path) -> None:
    Image.new("RGB", (3000, 1000), "navy").save(tmp_path / "wide.jpg")
    assert Image.open(BytesIO(thumbnail_jpeg(tmp_path / "wide.jpg", 320))).size == (320, 107)
    _corners(20, 10).save(tmp_path / "tiny.png")
    assert Image.open(BytesIO(thumbnail_jpeg(tmp_path / "tiny.png", 320))).size == (20, 10)


def test_squash_gives_the_exact_size_without_a_crop() -> None:
    squashed = squash(_corners(300, 100), (48, 48))
    assert squashed.size == (48, 48)
    assert _names(squashed) == _UPRIGHT


def test_a_name_that_is_no_utf8_is_opened(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.png"))
    _corners().save(path)
    assert read_header(path).format == "PNG"


def test_many_threads_decode_without_a_warning_and_leave_the_filters(tmp_path: Path) -> None:
    path = tmp_path / "corrupt.jpg"
    _corners().save(path, exif=b"Exif\0\0II*\0" + random.Random(1).randbytes(400))
    before = list(warnings.filters)
    trouble: list[BaseException] = []

    def decode() -> None:
        try:
            for _ in range(20):
                open_rgb(path)
        except BaseException as error:
            trouble.append(error)

    threads = [threading.Thread(target=decode) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert trouble == []
    assert list(warnings.filters) == before


@pytest.mark.skipif(
    not (Path(__file__).parents[3] / "shared" / "photos").is_dir(),
    reason="the camera photos are not on this machine",
)
def test_real_cameras_agree_on_what_is_up() -> None:
    folder = Path(__file__).parents[3] / "shared" / "photos" / "orientation"
    for kind in ("Landscape", "Portrait"):
        pictures = [
            np.asarray(squash(open_rgb(folder / f"{kind}_{n}.jpg"), (24, 24)), dtype=int)
            for n in range(9)
        ]
        for picture in pictures:
            assert abs(picture - pictures[0]).mean() < 6
