"""The glyphs that scenes are drawn with: loaded once, coloured and scaled on demand."""

import json
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from PIL import Image

SCENES_FOLDER = Path(__file__).resolve().parents[2] / "resources" / "scenes"

#: Target hue (0..1), least saturation (0..1), brightness exponent and factor of each colour.
_TINTS: dict[str, tuple[float, float, float, float]] = {
    "red": (0.005, 0.75, 1.0, 1.0),
    "blue": (0.59, 0.75, 0.9, 1.0),
    "green": (0.36, 0.70, 1.0, 0.74),
    "yellow": (0.135, 0.80, 0.35, 1.0),
    "purple": (0.78, 0.60, 0.9, 0.92),
}
_HUE_REACH = 0.2
_LEAST_SATURATION = 0.22


@cache
def _sheet() -> tuple[Image.Image, dict[str, list[int]]]:
    boxes = json.loads((SCENES_FOLDER / "atlas.json").read_text(encoding="utf-8"))
    with Image.open(SCENES_FOLDER / "atlas.webp") as image:
        return image.convert("RGBA"), boxes


def proportions(noun: str) -> tuple[float, float]:
    """Return the width and height of the glyph of `noun`, the longer one being 1."""
    _, _, width, height = _sheet()[1][noun]
    longest = max(width, height)
    return width / longest, height / longest


def _tinted(glyph: Image.Image, colour: str) -> Image.Image:
    """Return `glyph` with its main hue replaced by `colour`; other hues and greys stay."""
    hue_to, saturation_to, exponent, factor = _TINTS[colour]
    alpha = np.asarray(glyph.getchannel("A"))
    hsv = np.asarray(glyph.convert("RGB").convert("HSV")).astype(np.float32) / 255
    hue, saturation, value = hsv[..., 0], hsv[..., 1], hsv[..., 2]
    weight = saturation * value * (alpha > 128) * (saturation > _LEAST_SATURATION)
    bins = np.bincount((hue * 24).astype(int).ravel() % 24, weight.ravel(), 24)
    main = (int(bins.argmax()) + 0.5) / 24
    away = np.abs((hue - main + 0.5) % 1 - 0.5)
    chosen = (away < _HUE_REACH) & (saturation > _LEAST_SATURATION)
    out = hsv.copy()
    out[..., 0] = np.where(chosen, hue_to, hue)
    shade = np.clip(saturation / max(1e-3, float(saturation[chosen].max())), 0, 1)
    out[..., 1] = np.where(chosen, np.maximum(saturation, saturation_to * shade**0.5), saturation)
    out[..., 2] = np.where(chosen, factor * value**exponent, value)
    image = Image.fromarray((out * 255).round().astype(np.uint8), "HSV").convert("RGB")
    image.putalpha(glyph.getchannel("A"))
    return image


@cache
def glyph(noun: str, colour: str | None = None) -> Image.Image:
    """Return the RGBA glyph of `noun`, in `colour` where one is given, at the atlas's size.

    Raises KeyError for a noun that the atlas does not hold.
    """
    sheet, boxes = _sheet()
    left, top, width, height = boxes[noun]
    image = sheet.crop((left, top, left + width, top + height))
    return _tinted(image, colour) if colour else image


@cache
def _reduced(noun: str, colour: str | None, factor: int) -> Image.Image:
    """Return the glyph shrunk `factor` times, colours multiplied by alpha for quick scaling."""
    return glyph(noun, colour).convert("RGBa").reduce(factor)


@cache
def _alpha(noun: str) -> Image.Image:
    return glyph(noun).getchannel("A").reduce(8)


@lru_cache(maxsize=8192)
def mask(noun: str, flip: bool, size_px: tuple[int, int]) -> np.ndarray:
    """Return where the glyph is opaque: bool (height, width), for `size_px` (width, height)."""
    opaque = np.asarray(_alpha(noun).resize(size_px, Image.Resampling.BILINEAR)) > 127
    return opaque[:, ::-1] if flip else opaque


def scaled(noun: str, colour: str | None, flip: bool, size_px: tuple[int, int]) -> Image.Image:
    """Return the RGBA glyph at `size_px` (width, height), mirrored where `flip` is set."""
    full = glyph(noun, colour)
    factor = 1
    while factor < 16 and full.width >= 3 * factor * size_px[0]:
        if full.height < 3 * factor * size_px[1]:
            break
        factor *= 2
    source = _reduced(noun, colour, factor)
    image = source.resize(size_px, Image.Resampling.BICUBIC).convert("RGBA")
    return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if flip else image
