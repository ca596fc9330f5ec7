"""The one decode rule: a path becomes an upright RGB picture, or a typed reason why not.

Nothing looks at pixels before the file's kind, its format and the size in its header are accepted,
and EXIF orientation is applied before anything else sees the picture. No torch. Safe to call from
several threads at once.
"""

import os
import re
import stat
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import IO

from PIL import (
    AvifImagePlugin,  # noqa: F401 - registered here, or Pillow would load every plugin it has
    ExifTags,
    Image,
    TiffImagePlugin,  # noqa: F401
    UnidentifiedImageError,
    WebPImagePlugin,  # noqa: F401
)
from pillow_heif import HeifImagePlugin  # noqa: F401 - registers HEIC; it turns pictures upright

from engine import jxl, raw
from engine.pixels import rgb, upright
from engine.protocol import Reason
from engine.quiet import without_warnings
from engine.raw import RawImage, begins_like_one

RAW_SUFFIXES = raw.SUFFIXES
"""File name endings of cameras' RAW files, lower-case."""

SUFFIXES = (
    frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".avif"})
    | frozenset({".tif", ".tiff", ".heic", ".heif", ".hif"})
    | jxl.SUFFIXES
    | RAW_SUFFIXES
)
"""File name endings worth looking at, lower-case."""

# Others stay shut: EPS, for one, would start Ghostscript. (MPO comes through JPEG.)
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF")
_JPEG_FORMATS = frozenset({"JPEG", "MPO"})
_STARTS = (b"\xff\xd8", b"\x89PNG", b"RIFF", b"GIF8", b"BM", b"II*\0", b"MM\0*")
_BRANDS = (b"ftypavif", b"ftypheic", b"ftypheix", b"ftyphevc", b"ftypmif1", b"ftypmsf1")
_THUMBNAIL_QUALITY = 87
# What codecs raise on damaged files; none of it is a fault of this program.
_CODEC_ERRORS = (
    OSError,
    ValueError,
    SyntaxError,
    TypeError,
    LookupError,
    EOFError,
    ArithmeticError,
    AttributeError,
    NotImplementedError,
    RuntimeError,
    struct.error,
    zlib.error,
)


class DecodeError(Exception):
    """A picture that cannot be had: why, and one plain sentence (which needs no path)."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of itself. Sizes in pixels after orientation; ``taken_at`` is naive."""

    format: str
    width_px: int
    height_px: int
    orientation: int
    taken_at: datetime | None


def ram_bytes() -> int:
    """The computer's memory; 8 GiB where the system does not tell."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 8 << 30


def _limits_px(ram: int) -> tuple[int, int]:
    """The most pixels to decode in full, and in a JPEG's header (which can be decoded smaller).

    A sixteenth of the memory at 8 bytes a pixel (decoded, and its converted copy) leaves room for
    several decoders and the networks; the JPEG figure bounds a progressive file's coefficients.
    """
    full = min(max(ram // 16 // 8, 40_000_000), 250_000_000)
    return full, 4 * full


_FULL_LIMIT_PX, _JPEG_LIMIT_PX = _limits_px(ram_bytes())
# Pillow's own guard stays, above ours: it fires on what is past every limit.
Image.MAX_IMAGE_PIXELS = _JPEG_LIMIT_PX


def full_limit_px() -> int:
    """The most pixels that are decoded in full on this computer."""
    return _FULL_LIMIT_PX


def read_header(path: Path) -> Header:
    """Read format, upright size, orientation and date, without decoding pixels.

    Raises :class:`DecodeError`.
    """
    with opened(path) as image:
        orientation, taken_at = _exif(image)
        width, height = image.size
        if orientation >= 5:
            width, height = height, width
        return Header(str(image.format), width, height, orientation, taken_at)


def open_rgb(path: Path, *, at_least: tuple[int, int] | None = None) -> Image.Image:
    """Decode to upright 8-bit RGB; transparent parts lie on white; of animations the first frame.

    With ``at_least`` (width, height) a JPEG may be decoded at a smaller scale that still covers
    that size; every other format, and any JPEG without it, comes in full. A RAW comes as the
    preview that its camera put in, where that is large enough, else at half its size. Raises
    :class:`DecodeError`.
    """
    with opened(path) as image:
        orientation, _ = _exif(image)
        if at_least is not None:
            wanted = at_least if orientation < 5 else (at_least[1], at_least[0])
            image.draft("RGB", wanted)
        elif isinstance(image, RawImage):
            image.draft("RGB", image.size)
        _check_size(image.size, _FULL_LIMIT_PX, "pictures")
        decoded = rgb(image)
        image.close()  # or there would be three of it where it is turned: see _limits_px
        return upright(decoded, orientation)


def squash(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Resize to exactly ``size`` (width, height), bicubic and without a crop, as BLIP wants it."""
    return image.resize(size, Image.Resampling.BICUBIC)


def thumbnail_jpeg(path: Path, edge_px: int) -> bytes:
    """Return a JPEG that fits into ``edge_px`` squared, never enlarged. Raises DecodeError."""
    image = open_rgb(path, at_least=(edge_px, edge_px))
    image.thumbnail((edge_px, edge_px), Image.Resampling.BICUBIC, reducing_gap=3.0)
    out = BytesIO()
    image.save(out, "JPEG", quality=_THUMBNAIL_QUALITY)
    return out.getvalue()


@contextmanager
def opened(path: Path) -> Iterator[Image.Image]:
    """Open an allowed picture within the header limits; turn every codec's trouble into ours.

    Nothing is decoded yet. Raises :class:`DecodeError`, here and for what is done inside.
    """
    try:
        with without_warnings(), open(_descriptor(path), "rb") as file:
            prefix = file.read(16)
            file.seek(0)
            if not prefix:
                raise DecodeError(Reason.UNREADABLE, "The file is empty.")
            with _recognized(file, prefix, Path(path)) as image:
                _check_size(image.size, _header_limit_px(image), f"{image.format} pictures")
                yield image
    except FileNotFoundError as error:
        raise DecodeError(Reason.MISSING, "The file is no longer there.") from error
    except PermissionError as error:
        raise DecodeError(
            Reason.UNREADABLE, "You do not have permission to read this file."
        ) from error
    except Image.DecompressionBombError as error:
        pixels = int(next(iter(re.findall(r"\d+", str(error))), "0"))
        raise _too_large(f"{pixels // 1_000_000:,} megapixels", _JPEG_LIMIT_PX, "") from error
    except MemoryError as error:
        detail = "There is not enough memory to open this picture."
        raise DecodeError(Reason.OUT_OF_MEMORY, detail) from error
    except _CODEC_ERRORS as error:
        raise DecodeError(Reason.UNREADABLE, _damage(error)) from error


def _descriptor(path: Path) -> int:
    """Open a regular file; a folder, pipe or device is refused and never waited for."""
    try:
        mode = Path(path).stat().st_mode
    except NotADirectoryError as error:
        raise FileNotFoundError(str(error)) from error
    if stat.S_ISREG(mode):
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        return os.open(path, flags)
    what = "a folder" if stat.S_ISDIR(mode) else "not a regular file (a pipe or a device)"
    raise DecodeError(Reason.UNSUPPORTED, f"This is {what}, not a picture.")


def _recognized(file: IO[bytes], prefix: bytes, path: Path) -> Image.Image:
    formats: tuple[str, ...] = _FORMATS
    if path.suffix.lower() in RAW_SUFFIXES:
        try:
            return RawImage(file, path, _FULL_LIMIT_PX)
        except SyntaxError:
            file.seek(0)  # another picture by a wrong name, perhaps
            # As TIFF, a RAW that LibRaw does not know would be its tiny preview, or noise.
            formats = tuple(each for each in formats if each != "TIFF")
    if jxl.is_jxl(prefix):
        if not jxl.installed():
            raise DecodeError(Reason.UNSUPPORTED, jxl.HOW_TO_INSTALL)
        _check_size(jxl.size_of(file), _FULL_LIMIT_PX, "JPEG XL pictures")
        file.seek(0)
        formats = ("JXL",)
    try:
        return Image.open(file, formats=formats)
    except UnidentifiedImageError as error:
        if "TIFF" not in formats and begins_like_one(prefix):
            detail = "The RAW file is damaged, or of a camera that is not known here."
            raise DecodeError(Reason.UNREADABLE, detail) from error
        if prefix.startswith(_STARTS) or prefix[4:12] in _BRANDS or jxl.is_jxl(prefix):
            detail = "The picture is damaged: its header cannot be read."
            raise DecodeError(Reason.UNREADABLE, detail) from error
        detail = "The file holds no picture of a kind that can be read here."
        raise DecodeError(Reason.UNSUPPORTED, detail) from error


def _header_limit_px(image: Image.Image) -> int:
    if image.format in _JPEG_FORMATS or isinstance(image, RawImage):  # can be decoded smaller
        return _JPEG_LIMIT_PX
    # Pillow decodes a WebP at 16 bytes a pixel.
    return _FULL_LIMIT_PX // 2 if image.format == "WEBP" else _FULL_LIMIT_PX


def _check_size(size: tuple[int, int], limit_px: int, what: str) -> None:
    width, height = size
    if width * height > limit_px:
        megapixels = width * height // 1_000_000
        size_text = f"{width:,} x {height:,} pixels ({megapixels:,} megapixels)"
        raise _too_large(size_text, limit_px, f" for {what}")


def _too_large(size_text: str, limit_px: int, for_what: str) -> DecodeError:
    limit = f"{limit_px // 1_000_000:,} megapixels"
    return DecodeError(
        Reason.TOO_LARGE,
        f"The picture is too large: {size_text}; the limit on this computer is {limit}{for_what}.",
    )


def _damage(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno is not None:
        return f"The file could not be read: {error.strerror}."
    if "truncated" in str(error).lower() or isinstance(error, EOFError):
        return "The picture is damaged: the file ends too early."
    return "The picture is damaged and cannot be decoded."


def tags(image: Image.Image) -> Image.Exif:
    """The EXIF tags of an opened picture. Raises what parsers of untrusted bytes raise."""
    if isinstance(image, RawImage):
        return image.tags()
    # Not image.getexif(): a PNG's own one decodes the whole picture first.
    return Image.Image.getexif(image)


def _turns_itself(image: Image.Image) -> bool:
    """Whether the format's own decoder applies the orientation."""
    # A JPEG that was packed into JPEG XL without loss comes out as that JPEG.
    return (
        image.format == "TIFF"
        or isinstance(image, RawImage)
        or (image.format == "JXL" and not getattr(image, "jpeg", False))
    )


def _exif(image: Image.Image) -> tuple[int, datetime | None]:
    """Orientation (1 where unknown) and when the photo was taken; a corrupt EXIF tells nothing."""
    try:
        exif = tags(image)
        orientation = 1 if _turns_itself(image) else exif.get(ExifTags.Base.Orientation, 1)
        taken = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal)
        taken = taken or exif.get(ExifTags.Base.DateTime)
    except _CODEC_ERRORS:
        return 1, None
    known = isinstance(orientation, int) and 1 <= orientation <= 8
    return (int(orientation) if known else 1), _date(taken)


def _date(value: object) -> datetime | None:
    match = re.match(r"(\d{4})[:\-](\d\d)[:\-](\d\d)[ T](\d\d):(\d\d):(\d\d)", str(value).strip())
    try:
        return datetime(*map(int, match.groups())) if match else None  # type: ignore[arg-type]  # noqa: DTZ001 - EXIF has no zone
    except ValueError:
        return None
