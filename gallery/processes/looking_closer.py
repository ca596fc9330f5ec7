"""A part of a picture at its own resolution, so that nobody holds all of a huge one but this."""

from io import BytesIO
from math import ceil, floor
from pathlib import Path

from PIL import Image

from engine.images import full_limit_px, open_rgb, read_header
from gallery.processes.decoder_messages import Closer, LookCloser
from gallery.processes.open_pictures import OpenPictures, stamp

_MOST_PX = 4096
_JPEG_QUALITY = 92


def closer(request: LookCloser, kept: OpenPictures) -> Closer:
    """Answer with the part asked for, widened to whole pixels and at most 4096 of them squared.

    Raises ``DecodeError`` and ``OSError``.
    """
    path = Path(request.path)
    of = stamp(path)
    picture = kept.picture(of)
    if picture is None:
        kept.keep_picture(of, None)
        picture = _decoded(path)
        kept.keep_picture(of, picture)
    left, right = _whole(request.left, request.right, picture.width)
    top, bottom = _whole(request.top, request.bottom, picture.height)
    part = picture.crop((left, top, right, bottom))
    scale = min(max(request.scale, 0.0), 1.0, _MOST_PX / max(part.size))
    if scale < 1.0:
        size = (max(1, round(part.width * scale)), max(1, round(part.height * scale)))
        part = part.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
    jpeg = BytesIO()
    part.save(jpeg, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
    return Closer(
        request.job,
        left / picture.width,
        top / picture.height,
        right / picture.width,
        bottom / picture.height,
        jpeg.getvalue(),
    )


def _decoded(path: Path) -> Image.Image:
    """The whole picture; a JPEG that is past the limit at the largest scale within it."""
    header = read_header(path)
    width, height, limit = header.width_px, header.height_px, full_limit_px()
    if width * height <= limit or header.format not in ("JPEG", "MPO"):
        return open_rgb(path)
    part = next(part for part in (2, 4, 8) if width * height <= limit * part * part or part == 8)
    return open_rgb(path, at_least=(width // part, height // part))


def _whole(low: float, high: float, length: int) -> tuple[int, int]:
    """The pixels from ``low`` to ``high`` (shares of ``length``); one at least."""
    first = min(max(floor(low * length), 0), length - 1)
    return first, min(max(ceil(high * length), first + 1), length)
