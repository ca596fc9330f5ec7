"""Moving pictures, frame by frame: the file stays open, and one frame at a time is in memory."""

from collections.abc import Iterator
from io import BytesIO
from itertools import count
from pathlib import Path

from PIL import Image

from engine.images import opened
from engine.pixels import rgb
from gallery.processes.decoder_messages import Frame, Play
from gallery.processes.open_pictures import OpenPictures, stamp

_FORMATS = frozenset({"GIF", "PNG", "WEBP", "AVIF"})  # the pages of a TIFF are no film
_MOST_PIXELS = 9_000_000
_JPEG_QUALITY = 88
# What browsers do with a frame that asks for less than 20 ms: such files mean "not too fast".
_LEAST_MS, _INSTEAD_MS = 20, 100


def frame(request: Play, kept: OpenPictures) -> Frame:
    """Answer with the frame asked for; frames come in order, any other one begins anew.

    Raises ``DecodeError`` and ``OSError``.
    """
    of = stamp(Path(request.path))
    frames = kept.frames(of, request.edge_px)
    if frames is None or request.number == 0:
        frames = _frames(Path(request.path), request.edge_px)
        kept.keep_frames(of, request.edge_px, frames)
    for found in frames:
        if found.number >= request.number or not found.moves:
            return _for_job(found, request.job)
    return frame(Play(request.job, request.path, request.edge_px, 0), kept)


def _for_job(found: Frame, job: int) -> Frame:
    return Frame(job, found.number, found.duration_ms, found.plays, found.moves, found.jpeg)


def _frames(path: Path, edge_px: int) -> Iterator[Frame]:
    with opened(path) as image:
        width, height = image.size
        moves = image.format in _FORMATS and getattr(image, "is_animated", False)
        if not moves or width * height > _MOST_PIXELS:
            yield Frame(0, 0, 0, 1, moves=False, jpeg=b"")
            return
        plays = _plays(image)
        # A PNG may hold a still picture for those who cannot play it, before the first frame.
        first = 1 if getattr(image, "default_image", False) else 0
        for number in count():
            try:
                image.seek(first + number)
            except EOFError:
                return
            jpeg = _jpeg(image, edge_px)
            yield Frame(0, number, _duration_ms(image), plays, moves=True, jpeg=jpeg)


def _jpeg(image: Image.Image, edge_px: int) -> bytes:
    picture = rgb(image)
    picture.thumbnail((edge_px, edge_px), reducing_gap=3.0)
    jpeg = BytesIO()
    picture.save(jpeg, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
    return jpeg.getvalue()


def _plays(image: Image.Image) -> int:
    """How often to play: a GIF says how often to repeat, and nothing where it plays once."""
    loop = image.info.get("loop")
    if image.format == "GIF":
        return 1 if loop is None else 0 if loop == 0 else int(loop) + 1
    return int(loop or 0)


def _duration_ms(image: Image.Image) -> int:
    duration = round(float(image.info.get("duration", 0) or 0))
    return duration if duration >= _LEAST_MS else _INSTEAD_MS
