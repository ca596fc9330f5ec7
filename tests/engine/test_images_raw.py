"""RAW files of cameras through the one decode rule: preview first, else developed."""

import os
import random
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine import images
from engine.images import (
    RAW_SUFFIXES,
    SUFFIXES,
    DecodeError,
    open_rgb,
    opened,
    read_header,
    tags,
    thumbnail_jpeg,
)
from engine.protocol import Reason
from engine.raw_tags import tags_of
from tests.camera_files import write_dng

_TURN_BACK = {1: None, 3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90}
_TURN_BACK[8] = Image.Transpose.ROTATE_270


def _corners(width: int = 480, height: int = 320, right: str = "lime") -> Image.Image:
    image = Image.new("RGB", (width, height), "white")
    half_w, half_h = width // 2, height // 2
    image.paste("red", (0, 0, half_w, half_h))
    image.paste(right, (half_w, 0, width, half_h))
    image.paste("blue", (0, half_h, half_w, height))
    return image


def _names(image: Image.Image) -> list[str]:
    """The colours of the corners, clockwise from the top left."""
    w, h = image.size
    known = {(1, 0, 0): "red", (0, 1, 0): "green", (0, 0, 1): "blue", (1, 1, 1): "white"}
    known[(1, 1, 0)] = "yellow"
    places = (
        (w // 4, h // 4),
        (w * 3 // 4, h // 4),
        (w * 3 // 4, h * 3 // 4),
        (w // 4, h * 3 // 4),
    )
    seen = (image.getpixel(place) for place in places)
    return [known.get(tuple(int(v > 128) for v in pixel), str(pixel)) for pixel in seen]


@pytest.mark.parametrize("with_preview", [False, True])
@pytest.mark.parametrize("orientation", list(_TURN_BACK))
def test_a_raw_comes_upright_in_its_colours(
    tmp_path: Path, orientation: int, with_preview: bool
) -> None:
    turn = _TURN_BACK[orientation]
    stored = _corners() if turn is None else _corners().transpose(turn)
    path = tmp_path / "photo.dng"
    write_dng(path, stored, orientation=orientation, preview=stored if with_preview else None)

    header = read_header(path)
    assert (header.width_px, header.height_px) == (480, 320)
    assert header.format == "DNG"
    assert header.taken_at == datetime(2023, 4, 5, 6, 7, 8)
    assert _names(open_rgb(path)) == ["red", "green", "white", "blue"]
    small = Image.open(BytesIO(thumbnail_jpeg(path, 120)))
    assert small.size == (120, 80)
    assert _names(small) == ["red", "green", "white", "blue"]


def test_a_developed_raw_has_the_colours_of_the_scene(tmp_path: Path) -> None:
    path = tmp_path / "photo.dng"
    scene = Image.new("RGB", (256, 192), (210, 200, 190))
    scene.paste((180, 90, 60), (0, 0, 128, 96))
    write_dng(path, scene)
    developed = open_rgb(path)
    assert developed.size == (128, 96)
    warm, light = (np.array(developed.getpixel(at), float) for at in ((30, 20), (100, 80)))
    expected = np.array((180, 90, 60)) / np.array((210, 200, 190))  # LibRaw chooses the exposure
    assert abs(warm / light - expected).max() < 0.12


def test_the_cameras_preview_is_taken_where_it_is_large_enough(tmp_path: Path) -> None:
    path = tmp_path / "photo.dng"
    write_dng(path, _corners(), preview=_corners(160, 107, right="yellow"))
    assert _names(open_rgb(path, at_least=(150, 100)))[1] == "yellow"
    developed = open_rgb(path, at_least=(200, 200))
    assert _names(developed)[1] == "green"
    assert developed.size == (240, 160)
    assert open_rgb(path).size == (240, 160)


def test_a_preview_of_half_the_size_is_as_good_as_developing(tmp_path: Path) -> None:
    path = tmp_path / "photo.dng"
    write_dng(path, _corners(), preview=_corners(240, 160, right="yellow"))
    assert _names(open_rgb(path))[1] == "yellow"


def test_a_preview_that_the_camera_turned_is_not_turned_again(tmp_path: Path) -> None:
    path = tmp_path / "photo.dng"
    sensor = _corners(320, 480).transpose(Image.Transpose.ROTATE_90)
    write_dng(path, sensor, orientation=6, preview=_corners(320, 480, right="yellow"))
    picture = open_rgb(path)
    assert picture.size == (320, 480)
    assert _names(picture) == ["red", "yellow", "white", "blue"]


def test_a_damaged_preview_does_not_cost_the_raw(tmp_path: Path) -> None:
    path = tmp_path / "photo.dng"
    write_dng(path, _corners(), preview=_corners(right="yellow"))
    whole = path.read_bytes()
    start = whole.rindex(b"\xff\xd8\xff")
    path.write_bytes(whole[:start] + b"\xff\xd8\xff" + b"\0" * (len(whole) - start - 3))
    assert _names(open_rgb(path)) == ["red", "green", "white", "blue"]


def test_the_tags_of_a_raw_are_read(tmp_path: Path) -> None:
    path = tmp_path / "photo.dng"
    write_dng(path, _corners(), camera="Pentax K1")
    with opened(path) as image:
        assert tags(image)[0x0110] == "Pentax K1"


def test_the_limits_hold_for_raws_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "photo.dng"
    write_dng(path, _corners())
    monkeypatch.setattr(images, "_FULL_LIMIT_PX", 240 * 160)
    assert open_rgb(path).size == (240, 160)  # half the size is what is decoded
    monkeypatch.setattr(images, "_FULL_LIMIT_PX", 240 * 160 - 1)
    for use in (open_rgb, lambda path: thumbnail_jpeg(path, 64)):
        with pytest.raises(DecodeError) as told:
            use(path)
        assert told.value.reason is Reason.TOO_LARGE
    monkeypatch.setattr(images, "_JPEG_LIMIT_PX", 480 * 320 - 1)
    with pytest.raises(DecodeError, match="too large: 480 x 320"):
        read_header(path)


def _cut(whole: bytes) -> bytes:
    return whole[: len(whole) // 3]


@pytest.mark.parametrize("break_it", [_cut, lambda whole: whole[:200], lambda whole: whole[:9]])
def test_a_raw_that_is_cut_is_damaged(tmp_path: Path, break_it: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "photo.dng"
    write_dng(path, _corners())
    path.write_bytes(break_it(path.read_bytes()))
    with pytest.raises(DecodeError) as told:
        open_rgb(path)
    assert told.value.reason is Reason.UNREADABLE
    assert "damaged" in told.value.detail


def test_what_is_only_named_like_a_raw_is_told_or_opened(tmp_path: Path) -> None:
    (tmp_path / "text.cr2").write_text("a cat on a table")
    with pytest.raises(DecodeError) as told:
        open_rgb(tmp_path / "text.cr2")
    assert told.value.reason is Reason.UNSUPPORTED
    _corners().save(tmp_path / "photo.nef", "PNG")
    assert read_header(tmp_path / "photo.nef").format == "PNG"
    _corners().save(tmp_path / "scan.nef", "TIFF")  # a TIFF is what an unknown RAW looks like
    with pytest.raises(DecodeError, match="of a camera that is not known"):
        open_rgb(tmp_path / "scan.nef")


def test_a_raw_by_a_name_that_is_no_utf8_is_opened(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.dng"))
    write_dng(path, _corners())
    assert _names(open_rgb(path)) == ["red", "green", "white", "blue"]


def test_noise_in_a_raw_is_a_decode_error_or_a_picture(tmp_path: Path) -> None:
    rng = random.Random(7)
    path = tmp_path / "noise.dng"
    write_dng(path, _corners(96, 64), preview=_corners(48, 32))
    whole = path.read_bytes()
    for _ in range(60):
        broken = bytearray(whole)
        for _ in range(rng.randint(1, 8)):
            broken[rng.randrange(600)] = rng.randrange(256)
        path.write_bytes(broken)
        with suppress(DecodeError):
            assert open_rgb(path).mode == "RGB"


def test_libraw_is_loaded_with_the_first_raw_only(tmp_path: Path) -> None:
    _corners().save(tmp_path / "photo.jpg")
    write_dng(tmp_path / "photo.dng", _corners())
    script = (
        "import sys; from pathlib import Path; from engine.images import open_rgb;"
        "open_rgb(Path('photo.jpg')); assert 'rawpy' not in sys.modules;"
        "open_rgb(Path('photo.dng')); assert 'rawpy' in sys.modules"
    )
    paths = os.pathsep.join(
        [str(Path(images.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    )
    subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": paths},
    )


def test_the_raws_of_the_usual_cameras_are_looked_at() -> None:
    usual = {"dng", "cr2", "cr3", "nef", "arw", "orf", "rw2", "raf", "pef", "srw"}
    assert {f".{each}" for each in usual} <= RAW_SUFFIXES < SUFFIXES


def _tiff_of(camera: str) -> bytes:
    exif = Image.Exif()
    exif.endian = "<"
    exif[0x0110] = camera
    return exif.tobytes().removeprefix(b"Exif\0\0")


def _box(kind: bytes, body: bytes) -> bytes:
    return (8 + len(body)).to_bytes(4, "big") + kind + body


def test_tags_are_found_in_every_makers_container() -> None:
    plain = _tiff_of("Nikon D70")
    assert plain.startswith(b"II*\0")
    assert tags_of(BytesIO(plain))[0x0110] == "Nikon D70"
    assert tags_of(BytesIO(b"IIU\0" + plain[4:]))[0x0110] == "Nikon D70"  # Panasonic
    assert tags_of(BytesIO(b"IIRO" + plain[4:]))[0x0110] == "Nikon D70"  # Olympus
    jpeg = BytesIO()
    _corners().save(jpeg, "JPEG", exif=b"Exif\0\0" + _tiff_of("X-T5"))
    where = (128).to_bytes(4, "big") + len(jpeg.getvalue()).to_bytes(4, "big")
    raf = b"FUJIFILMCCD-RAW ".ljust(84, b"\0") + where
    assert tags_of(BytesIO(raf.ljust(128, b"\0") + jpeg.getvalue()))[0x0110] == "X-T5"
    details = Image.Exif()
    details[0x9003] = "2024:01:02 03:04:05"
    canon = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
    inner = _box(b"CMT1", _tiff_of("EOS R5")) + _box(
        b"CMT2", details.tobytes().removeprefix(b"Exif\0\0")
    )
    cr3 = _box(b"ftyp", b"crx \0\0\0\1crx isom") + _box(b"moov", _box(b"uuid", canon + inner))
    found = tags_of(BytesIO(cr3))
    assert found[0x0110] == "EOS R5"
    assert found.get_ifd(0x8769)[0x9003] == "2024:01:02 03:04:05"


@pytest.mark.parametrize("data", [b"", b"II*\0", b"FUJIFILMCCD-RAW", b"\0\0\0\x18ftypcrx \xff" * 9])
def test_tags_that_are_damaged_are_none(data: bytes) -> None:
    assert dict(tags_of(BytesIO(data))) == {}
