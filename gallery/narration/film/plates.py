"""Pictures made ready to be moved over: composed once for each scene, kept as YUV planes."""

import io
from dataclasses import dataclass

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from PIL import Image, ImageDraw, ImageFilter

from gallery.narration.film.lettering import draw_centred, fitting_font
from gallery.narration.film.motion import ZOOM

_GROUND = (22, 23, 24)  # the window's own stage
_INK, _QUIET_INK = (242, 240, 235), (169, 171, 171)
_ECHO_SHARE = 0.32
_ECHO_PX = 24
_MOST_CROPPED = 0.3  # a photo of nearly the frame's shape fills it; what is over is panned across
_MOST_ENLARGED = 2.0


@dataclass(frozen=True, slots=True)
class Plate:
    """A picture in planar YUV 4:2:0 (BT.709, limited range), each plane an 8-bit image."""

    y: Image.Image
    u: Image.Image
    v: Image.Image

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.y.size


def photo_plate(jpeg: bytes, frame: tuple[int, int], *, moving: bool) -> Plate:
    """Return a photo composed for a frame.

    Nearly of the frame's shape it fills it, and where it moves all of it is kept; else it stands
    on a dim echo of itself, as in the window. ``jpeg`` comes from the program's own decoder.
    """
    with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as opened:
        photo = opened.convert("RGB")
    zoom = ZOOM if moving else 1.0
    if moving and _cropped_share(photo.size, frame) <= _MOST_CROPPED:
        scale = max(frame[0] / photo.width, frame[1] / photo.height) * zoom
        if scale <= _MOST_ENLARGED:
            return _as_plate(photo.resize(_even(photo.size, scale), Image.Resampling.LANCZOS))
    room = _even(frame, zoom)
    ground = echo_of(photo, room)
    scale = min(room[0] / photo.width, room[1] / photo.height, _MOST_ENLARGED)
    fitted = photo.resize(_even(photo.size, scale), Image.Resampling.LANCZOS)
    ground.paste(fitted, ((room[0] - fitted.width) // 2, (room[1] - fitted.height) // 2))
    return _as_plate(ground)


def title_plate(title: str, subtitle: str, frame: tuple[int, int], jpeg: bytes | None) -> Plate:
    """Return a card with two lines of text, on an echo of the first photo."""
    card = Image.new("RGB", frame, _GROUND)
    if jpeg is not None:
        with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as opened:
            card = echo_of(opened.convert("RGB"), frame)
    pen = ImageDraw.Draw(card)
    room = round(frame[0] * 0.84)
    large = fitting_font(title, frame[1] // 9, room)
    bottom = draw_centred(pen, title, large, (frame[0], round(frame[1] * 0.36)), room, _INK)
    small = fitting_font(subtitle, frame[1] // 20, room)
    draw_centred(pen, subtitle, small, (frame[0], bottom + frame[1] // 24), room, _QUIET_INK)
    return _as_plate(card)


def message_plate(text: str, frame: tuple[int, int]) -> Plate:
    """Return a card with a sentence in the place of a picture."""
    card = Image.new("RGB", frame, _GROUND)
    room = round(frame[0] * 0.7)
    font = fitting_font(text, frame[1] // 20, room)
    draw_centred(ImageDraw.Draw(card), text, font, (frame[0], frame[1] // 2), room, _QUIET_INK)
    return _as_plate(card)


def black_plate(frame: tuple[int, int]) -> Plate:
    """Return nothing but black: what a film comes from and goes to."""
    return _as_plate(Image.new("RGB", frame))


def echo_of(photo: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return a photo dimmed and blurred, filling ``size``."""
    scale = max(size[0] / photo.width, size[1] / photo.height)
    left, top = (photo.width - size[0] / scale) / 2, (photo.height - size[1] / scale) / 2
    box = (
        max(0.0, left),
        max(0.0, top),
        photo.width - max(0.0, left),
        photo.height - max(0.0, top),
    )
    tiny = (_ECHO_PX, max(2, round(_ECHO_PX * size[1] / size[0])))
    blurred = photo.resize(tiny, Image.Resampling.BOX, box=box).filter(ImageFilter.GaussianBlur(1))
    echo = blurred.resize(size, Image.Resampling.BICUBIC)
    return Image.blend(Image.new("RGB", size, _GROUND), echo, _ECHO_SHARE)


def _cropped_share(photo: tuple[int, int], frame: tuple[int, int]) -> float:
    ratio = (photo[0] / photo[1]) / (frame[0] / frame[1])
    return 1 - min(ratio, 1 / ratio)


def _even(size: tuple[int, int], scale: float) -> tuple[int, int]:
    """Return a size scaled, in whole pairs of pixels, as the colour planes need it."""
    return max(2, round(size[0] * scale / 2) * 2), max(2, round(size[1] * scale / 2) * 2)


def _as_plate(picture: Image.Image) -> Plate:
    frame = av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24").reformat(
        format="yuv420p",
        dst_colorspace=Colorspace.ITU709,
        dst_color_range=ColorRange.MPEG,
        interpolation=Interpolation.AREA,
    )
    width, height = picture.size
    sizes = ((width, height), (width // 2, height // 2), (width // 2, height // 2))
    return Plate(*(_plane(plane, size) for plane, size in zip(frame.planes, sizes, strict=True)))


def _plane(plane: "av.video.plane.VideoPlane", size: tuple[int, int]) -> Image.Image:
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[
        : size[1], : size[0]
    ]
    return Image.fromarray(np.ascontiguousarray(rows))
