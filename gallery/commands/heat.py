"""A heat map for people: the place of its warmest patch in words, and the photo lit by it."""

import io
import os
from pathlib import Path

import numpy as np
from PIL import Image

from gallery.errors import KnownError
from gallery.library.locating import Heat

FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}

_ROWS, _COLUMNS = ("upper", "", "lower"), ("left", "", "right")
_DARK = 0.35
_SPREAD = 0.7  # as the authors' demo shows its maps
_TINT, _TINTED = np.array([255, 176, 0], np.float32), 0.3


def place_in_words(heat: Heat) -> str:
    """Return where the warmest patch is, in thirds: "upper left", "top", "centre"; or "nowhere"."""
    if not heat.max() > 0:
        return "nowhere"
    row, column = np.unravel_index(int(heat.argmax()), heat.shape)
    down = _ROWS[int((row + 0.5) / heat.shape[0] * 3)]
    across = _COLUMNS[int((column + 0.5) / heat.shape[1] * 3)]
    if down and across:
        return f"{down} {across}"
    return {"upper": "top", "lower": "bottom"}.get(down) or across or "centre"


def lit(picture: Image.Image, heat: Heat) -> Image.Image:
    """Return the picture, dark where it is cold and bright, with a tint of amber, where warm.

    Brightness alone tells them apart, so that it can be read by people who see few colours.
    """
    smooth = Image.fromarray(heat).resize(picture.size, Image.Resampling.BICUBIC)
    warm = np.asarray(smooth).clip(0, 1)[..., None] ** _SPREAD
    colours = np.asarray(picture.convert("RGB"), np.float32)
    shown = colours * (_DARK + (1 - _DARK - _TINTED) * warm) + _TINT * (_TINTED * warm**2)
    return Image.fromarray(shown.clip(0, 255).round().astype(np.uint8))


def check_target(out: Path, photo: Path) -> None:
    """KnownError where a picture cannot be written there, told before any work is done."""
    if out.suffix.lower() not in FORMATS:
        raise KnownError(f"{out} is no name for a picture.", f"End it in {', '.join(FORMATS)}.")
    if not out.parent.is_dir():
        raise KnownError(f"There is no folder {out.parent}.", "Make it, or name another.")
    if out.exists() and out.samefile(photo):
        raise KnownError("The picture would overwrite the photo.", "Name another file.")


def write_lit(jpeg: bytes, heat: Heat, out: Path) -> None:
    """Write the photo lit by its heat map, whole or not at all; KnownError where it cannot be."""
    part = out.with_name(f".{out.name[:80]}.{os.getpid()}.part")
    try:
        with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as picture:
            shown = lit(picture, heat)
        try:
            shown.save(part, FORMATS[out.suffix.lower()])
            part.replace(out)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or error
        raise KnownError(f"{out} cannot be written: {reason}.", "Name another file.") from error
