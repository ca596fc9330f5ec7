"""Whatever a picture file holds becomes 8-bit RGB pixels."""

import numpy as np
from PIL import Image

_BACKGROUND = (255, 255, 255)
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
        rgba = image.convert("RGBA")
        flat = Image.new("RGBA", rgba.size, (*_BACKGROUND, 255))
        flat.alpha_composite(rgba)
        return flat.convert("RGB")
    return image.convert("RGB") if image.mode != "RGB" else image.copy()


def _scaled_grey(image: Image.Image) -> Image.Image:
    """16 bits to 8 by scale (Pillow's own conversion clips to white); 32 bits by their range."""
    values = np.asarray(image)
    if image.mode.startswith("I;16"):
        low, high = 0.0, 65535.0
    else:
        low, high = float(values.min()), float(values.max())
        if not (np.isfinite(low) and np.isfinite(high)):
            raise ValueError("not a number among the pixels")
    eight = (values.astype(np.float32) - low) * (255 / (high - low if high > low else 1.0))
    return Image.fromarray(np.rint(eight).clip(0, 255).astype(np.uint8)).convert("RGB")
