"""Whatever a picture file holds becomes 8-bit RGB pixels."""

from collections.abc import Iterator

import numpy as np
from PIL import Image

_BACKGROUND = (255, 255, 255)
_STRIP_ROWS = 256
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """Turn a picture as its EXIF orientation (1 to 8) asks."""
    return image.transpose(_TURNS[orientation]) if orientation in _TURNS else image


def rgb(image: Image.Image) -> Image.Image:
    """Return a new picture in 8-bit RGB; transparent parts lie on white."""
    image.load()
    if image.mode.startswith("I") or image.mode == "F":
        return _scaled_grey(image)
    if image.has_transparency_data:
        return _on_white(image)
    return image.convert("RGB") if image.mode != "RGB" else image.copy()


def _strips(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    """Pieces of the full width and the row each begins at: no whole copy to work on is needed."""
    width, height = image.size
    for top in range(0, height, _STRIP_ROWS):
        yield top, image.crop((0, top, width, min(top + _STRIP_ROWS, height)))


def _on_white(image: Image.Image) -> Image.Image:
    flat = Image.new("RGB", image.size)
    for top, strip in _strips(image):
        white = Image.new("RGBA", strip.size, (*_BACKGROUND, 255))
        white.alpha_composite(strip.convert("RGBA"))
        flat.paste(white.convert("RGB"), (0, top))
    return flat


def _scaled_grey(image: Image.Image) -> Image.Image:
    """16 bits to 8 by scale (Pillow's own conversion clips to white); 32 bits by their range."""
    if image.mode.startswith("I;16"):
        low, high = 0.0, 65535.0
    else:
        extremes = [(rows.min(), rows.max()) for _, rows in _rows(image)]
        low, high = float(np.min(extremes)), float(np.max(extremes))
        if not (np.isfinite(low) and np.isfinite(high)):
            raise ValueError("not a number among the pixels")
    grey = Image.new("L", image.size)
    for top, rows in _rows(image):
        eight = (rows.astype(np.float32) - low) * (255 / (high - low if high > low else 1.0))
        grey.paste(Image.fromarray(np.rint(eight).clip(0, 255).astype(np.uint8)), (0, top))
    return grey.convert("RGB")


def _rows(image: Image.Image) -> Iterator[tuple[int, np.ndarray]]:
    for top, strip in _strips(image):
        yield top, np.asarray(strip)
