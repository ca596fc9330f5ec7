"""What cannot be decoded: each kind of file gets its reason and a sentence."""

import os
import random
import socket
import struct
import tempfile
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from engine import images
from engine.images import DecodeError, open_rgb, read_header, thumbnail_jpeg
from engine.protocol import Reason


def _corners(width: int = 64, height: int = 32) -> Image.Image:
    """Red top left, green top right, blue bottom left, white bottom right."""
    image = Image.new("RGB", (width, height), "white")
    half_w, half_h = width // 2, height // 2
    image.paste("red", (0, 0, half_w, half_h))
    image.paste("lime", (half_w, 0, width, half_h))
    image.paste("blue", (0, half_h, half_w, height))
    return image


def _png_header(width: int, height: int) -> bytes:
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    return b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 9) + b"IDAT" + b"\0" * 13


@pytest.mark.parametrize("edge", [30_000, 200_000])
def test_a_huge_header_is_refused_with_size_and_limit(tmp_path: Path, edge: int) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(_png_header(edge, edge))
    for use in (read_header, open_rgb):
        with pytest.raises(DecodeError) as told:
            use(path)
        assert told.value.reason is Reason.TOO_LARGE
        assert f"{edge * edge // 1_000_000:,} megapixels" in told.value.detail
        assert "limit" in told.value.detail


def test_a_jpeg_past_the_full_limit_opens_at_a_smaller_scale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "_FULL_LIMIT_PX", 1_000_000)
    monkeypatch.setattr(images, "_JPEG_LIMIT_PX", 4_000_000)
    Image.new("RGB", (2000, 1500)).save(tmp_path / "phone.jpg")
    Image.new("RGB", (2000, 1500)).save(tmp_path / "phone.png")
    assert open_rgb(tmp_path / "phone.jpg", at_least=(200, 200)).size == (500, 375)
    assert read_header(tmp_path / "phone.jpg").width_px == 2000
    with pytest.raises(DecodeError, match="too large"):
        open_rgb(tmp_path / "phone.jpg")
    with pytest.raises(DecodeError, match="too large"):
        read_header(tmp_path / "phone.png")


def test_a_webp_may_be_half_as_large_because_it_takes_twice_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "_FULL_LIMIT_PX", 1_000_000)
    for kind in ("webp", "png"):
        Image.new("RGB", (1000, 700)).save(tmp_path / f"photo.{kind}")
    assert read_header(tmp_path / "photo.png").width_px == 1000
    with pytest.raises(DecodeError, match="limit on this computer is 0 megapixels for WEBP"):
        read_header(tmp_path / "photo.webp")


def test_limits_follow_the_memory_within_bounds() -> None:
    assert images._limits_px(1 << 30) == (40_000_000, 160_000_000)
    assert images._limits_px(16 << 30)[0] == (16 << 30) // 128
    assert images._limits_px(1 << 40)[0] < 900_000_000


def _refused(path: Path) -> tuple[Reason, str]:
    with pytest.raises(DecodeError) as told:
        open_rgb(path)
    detail = told.value.detail
    assert detail.endswith(".")
    assert str(path) not in detail
    with pytest.raises(DecodeError):
        thumbnail_jpeg(path, 64)
    return told.value.reason, detail


def test_files_that_are_no_pictures_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    assert _refused(tmp_path / "empty.jpg") == (Reason.UNREADABLE, "The file is empty.")
    (tmp_path / "text.jpg").write_text("a cat on a table")
    assert _refused(tmp_path / "text.jpg")[0] is Reason.UNSUPPORTED
    (tmp_path / "folder.png").mkdir()
    reason, detail = _refused(tmp_path / "folder.png")
    assert (reason, "folder" in detail) == (Reason.UNSUPPORTED, True)
    assert _refused(tmp_path / "gone.jpg")[0] is Reason.MISSING
    assert _refused(tmp_path / "text.jpg" / "inside.jpg")[0] is Reason.MISSING
    (tmp_path / "photo.heic").write_bytes(b"\0\0\0\x18ftypheic" + b"\0" * 40)
    reason, detail = _refused(tmp_path / "photo.heic")
    assert (reason, "damaged" in detail) == (Reason.UNREADABLE, True)
    (tmp_path / "script.jpg").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    assert _refused(tmp_path / "script.jpg")[0] is Reason.UNSUPPORTED


@pytest.mark.skipif(os.name != "posix", reason="pipes and sockets in folders are POSIX")
def test_pipes_sockets_and_devices_are_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    assert _refused(tmp_path / "pipe.jpg")[0] is Reason.UNSUPPORTED
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket.jpg"))
        assert _refused(tmp_path / "socket.jpg")[0] is Reason.UNSUPPORTED
    assert _refused(Path("/dev/zero"))[0] is Reason.UNSUPPORTED


@pytest.mark.skipif(os.name != "posix", reason="file permissions are POSIX")
def test_a_file_without_permission_is_told() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder, "secret.jpg")
        _corners().save(path)
        path.chmod(0)
        me = os.geteuid()
        if me == 0:  # root may read everything: be nobody for a moment
            os.seteuid(65534)
        try:
            reason, detail = _refused(path)
        finally:
            os.seteuid(me)
    assert (reason, "permission" in detail) == (Reason.UNREADABLE, True)


def test_a_jpeg_without_its_last_byte_is_damaged_and_without_its_last_rows_too(
    tmp_path: Path,
) -> None:
    path = tmp_path / "short.jpg"
    _corners().save(path)
    whole = path.read_bytes()
    for missing in (1, 3, 40):
        path.write_bytes(whole[:-missing])
        reason, detail = _refused(path)
        assert (reason, "ends too early" in detail) == (Reason.UNREADABLE, True)


def test_a_text_bomb_in_a_png_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "a" * (70 << 20), zip=True)
    _corners().save(path, pnginfo=text)
    assert path.stat().st_size < 1 << 20
    assert _refused(path)[0] is Reason.UNREADABLE


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "gif", "bmp", "tif", "avif", "heic"])
def test_a_file_cut_in_half_is_damaged(tmp_path: Path, suffix: str) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (96, 96, 3), dtype=np.uint8)
    path = tmp_path / f"half.{suffix}"
    Image.fromarray(noise).save(path)
    whole = path.read_bytes()
    assert open_rgb(path).size == (96, 96)
    path.write_bytes(whole[: len(whole) // 2])
    reason, detail = _refused(path)
    assert reason is Reason.UNREADABLE
    assert "damaged" in detail


def test_noise_in_any_format_is_a_picture_or_a_reason(tmp_path: Path) -> None:
    rng = random.Random(5)
    for suffix in ("jpg", "png", "webp", "gif", "bmp", "tif", "avif", "heic"):
        path = tmp_path / f"noise.{suffix}"
        _corners().save(path)
        whole = path.read_bytes()
        for _ in range(40):
            broken = bytearray(whole)
            for _ in range(rng.randint(1, 12)):
                broken[rng.randrange(len(broken))] = rng.randrange(256)
            path.write_bytes(broken)
            with suppress(DecodeError):
                assert open_rgb(path).mode == "RGB"
