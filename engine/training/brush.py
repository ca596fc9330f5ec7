"""A drawing surface in units of the picture's shorter side: size never changes a picture."""

import math
import random
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
Point = tuple[float, float]


def shift(colour: Colour, amount: float) -> Colour:
    """Return `colour` lighter (amount > 0) or darker (< 0); amount in 0..255 steps."""
    red, green, blue = (int(max(0, min(255, channel + amount))) for channel in colour)
    return red, green, blue


def jitter(colour: Colour, rng: random.Random, reach: int = 12) -> Colour:
    """Return `colour` with each channel moved by at most `reach`."""
    red, green, blue = (max(0, min(255, c + rng.randint(-reach, reach))) for c in colour)
    return red, green, blue


def mixed(first: Colour, second: Colour, share: float) -> Colour:
    """Return the colour `share` (0..1) of the way from `first` to `second`."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


@dataclass
class Brush:
    """Draws shapes on a canvas twice the wanted size; `finish` shrinks it, which smooths edges."""

    width_px: int
    height_px: int
    aspect: float
    image: Image.Image = field(init=False)
    draw: ImageDraw.ImageDraw = field(init=False)

    def __post_init__(self) -> None:
        """Make the canvas."""
        self.image = Image.new("RGB", (self.width_px * 2, self.height_px * 2))
        self.draw = ImageDraw.Draw(self.image)
        self.wide = max(1.0, self.aspect)
        self.tall = max(1.0, 1 / self.aspect)
        self._sx = self.width_px * 2 / self.wide
        self._sy = self.height_px * 2 / self.tall

    def _at(self, point: Point) -> Point:
        return point[0] * self._sx, point[1] * self._sy

    def gradient(self, top: float, bottom: float, *stops: Colour) -> None:
        """Fill the full width between two heights with colours blending downwards."""
        first, last = int(top * self._sy), math.ceil(bottom * self._sy)
        rows = max(1, last - first)
        where = np.linspace(0, len(stops) - 1, rows)
        table = np.array(stops, float)
        column = np.stack([np.interp(where, range(len(stops)), table[:, c]) for c in range(3)], 1)
        strip = Image.fromarray(column.round().astype(np.uint8)[:, None, :])
        self.image.paste(strip.resize((self.width_px * 2, rows), 0), (0, first))

    def polygon(self, points: list[Point], colour: Colour) -> None:
        """Fill a polygon."""
        self.draw.polygon([self._at(point) for point in points], fill=colour)

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        """Fill a rectangle."""
        (x0, y0), (x1, y1) = self._at((left, top)), self._at((right, bottom))
        self.draw.rectangle((x0, y0, max(x0, x1 - 1), max(y0, y1 - 1)), fill=colour)

    def oval(self, x: float, y: float, wide: float, tall: float, colour: Colour) -> None:
        """Fill an ellipse of half-axes `wide` and `tall` around (x, y)."""
        corners = (*self._at((x - wide, y - tall)), *self._at((x + wide, y + tall)))
        self.draw.ellipse(corners, fill=colour)

    def line(self, points: list[Point], colour: Colour, thick: float) -> None:
        """Draw a line of thickness `thick`."""
        pixels = max(1, round(thick * min(self._sx, self._sy)))
        self.draw.line([self._at(point) for point in points], fill=colour, width=pixels)

    def waves(self, rng: random.Random, level: float, swing: float, colour: Colour) -> None:
        """Fill everything below a gently waving line around height `level`."""
        waves = [(rng.uniform(0.6, 2.2), rng.uniform(0, 7), rng.uniform(0.3, 1)) for _ in range(3)]
        points: list[Point] = []
        for step in range(33):
            x = self.wide * step / 32
            y = level + swing * sum(w * math.sin(f * 2.2 * x + p) for f, p, w in waves) / 2
            points.append((x, y))
        self.polygon([*points, (self.wide, self.tall), (0, self.tall)], colour)

    def finish(self) -> Image.Image:
        """Return the picture at the wanted size."""
        return self.image.reduce(2)
