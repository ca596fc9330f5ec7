"""The small picture that a camera put into a JPEG: there at once, until a thumbnail is made."""

from io import BytesIO
from pathlib import Path

from PIL import ExifTags, Image

from engine.images import DecodeError, opened, tags
from engine.pixels import rgb, upright

_SUFFIXES = frozenset({".jpg", ".jpeg", ".jpe", ".jfif"})
_LARGEST_BYTES, _LARGEST_PX = 64 << 10, 640
_QUALITY = 80
_SAME_SHAPE = 0.02


def placeholder_jpeg(path: Path) -> bytes:
    """Return the thumbnail in a JPEG's EXIF, upright and without black bars; empty without one.

    Only the file's header is read, and only the small picture decoded, if it has to be turned or
    cropped at all.
    """
    if path.suffix.lower() not in _SUFFIXES:
        return b""
    try:
        with opened(path) as image:
            jpeg, orientation = _inner(image)
            return _made_fit(jpeg, image.size, orientation) if jpeg else b""
    except DecodeError:  # examining it tells why
        return b""


def _inner(image: Image.Image) -> tuple[bytes, int]:
    """The bytes of the small picture, which begin where EXIF says, and the orientation."""
    block: bytes = image.info.get("exif") or b""
    exif = tags(image)
    small = exif.get_ifd(ExifTags.IFD.IFD1)
    start = small.get(ExifTags.Base.JpegIFOffset)
    length = small.get(ExifTags.Base.JpegIFByteCount)
    if not (isinstance(start, int) and isinstance(length, int) and 0 < length <= _LARGEST_BYTES):
        return b"", 1
    orientation = exif.get(ExifTags.Base.Orientation, 1)
    jpeg = block.removeprefix(b"Exif\0\0")[start : start + length]
    return jpeg if jpeg.startswith(b"\xff\xd8") else b"", orientation


def _made_fit(jpeg: bytes, size: tuple[int, int], orientation: int) -> bytes:
    with Image.open(BytesIO(jpeg), formats=("JPEG",)) as small:
        if max(small.size) > _LARGEST_PX:
            return b""
        box = _within_bars(small.size, size)
        if box is None and orientation == 1:
            return jpeg
        picture = rgb(small)
    out = BytesIO()
    upright(picture.crop(box) if box else picture, orientation).save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def _within_bars(small: tuple[int, int], size: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """The part of a 160 x 120 picture that shows a photo of another shape; None: all of it."""
    width, height = small
    shape, own = size[0] / size[1], width / height
    if abs(shape / own - 1) < _SAME_SHAPE:
        return None
    if shape > own:  # bars above and below
        kept = max(1, round(width / shape))
        top = (height - kept) // 2
        return 0, top, width, top + kept
    kept = max(1, round(height * shape))
    left = (width - kept) // 2
    return left, 0, left + kept, height
