"""The eight settings, each a small landscape that looks the same at every size."""

import random
from collections.abc import Callable

from PIL import Image

from engine.training.brush import Brush, Colour, jitter, mixed, shift


def _clouds(brush: Brush, rng: random.Random, horizon: float, colour: Colour) -> None:
    for _ in range(rng.randint(1, 3)):
        x, y = rng.uniform(0, brush.wide), rng.uniform(0.05, horizon * 0.55)
        size = rng.uniform(0.05, 0.09)
        for dx, dy, k in ((-1.3, 0.25, 0.7), (0, -0.2, 1.0), (1.2, 0.2, 0.75)):
            brush.oval(x + dx * size, y + dy * size, size * k * 1.3, size * k * 0.75, colour)


def _pine(brush: Brush, x: float, foot: float, tall: float, colour: Colour) -> None:
    brush.box(x - tall * 0.04, foot - tall * 0.2, x + tall * 0.04, foot, (84, 58, 40))
    for level in range(3):
        base = foot - tall * (0.12 + 0.27 * level)
        half = tall * (0.28 - 0.06 * level)
        tip = base - tall * 0.42
        brush.polygon([(x - half, base), (x + half, base), (x, tip)], shift(colour, 9 * level))


def _beach(brush: Brush, rng: random.Random, horizon: float) -> None:
    brush.gradient(0, horizon, jitter((92, 172, 236), rng), jitter((196, 230, 250), rng))
    _clouds(brush, rng, horizon, (248, 251, 255))
    sea = jitter((38, 128, 190), rng)
    shore = horizon + rng.uniform(0.12, 0.17)
    brush.gradient(horizon, shore + 0.05, shift(sea, -18), shift(sea, 34))
    for _ in range(9):
        x, y = rng.uniform(0, brush.wide), rng.uniform(horizon + 0.01, shore - 0.02)
        brush.line([(x, y), (x + rng.uniform(0.05, 0.14), y)], shift(sea, 60), 0.005)
    sand = jitter((236, 211, 156), rng)
    state = rng.getstate()
    brush.waves(rng, shore - 0.012, 0.012, (240, 250, 252))
    rng.setstate(state)
    brush.waves(rng, shore + 0.008, 0.012, sand)
    for _ in range(30):
        x, y = rng.uniform(0, brush.wide), rng.uniform(shore + 0.05, brush.tall)
        brush.oval(x, y, 0.006, 0.003, shift(sand, rng.choice((-22, 14))))


def _snow(brush: Brush, rng: random.Random, horizon: float) -> None:
    brush.gradient(0, horizon + 0.1, jitter((160, 185, 214), rng), jitter((224, 233, 243), rng))
    far = jitter((205, 219, 235), rng, 8)
    brush.waves(rng, horizon - 0.06, 0.05, far)
    for _ in range(rng.randint(3, 6)):
        x = rng.uniform(0, brush.wide)
        _pine(brush, x, horizon + 0.02, rng.uniform(0.1, 0.2), jitter((120, 150, 150), rng))
    brush.waves(rng, horizon + 0.01, 0.03, (236, 242, 249))
    brush.waves(rng, horizon + 0.2, 0.04, (246, 249, 253))
    for _ in range(60):
        size = rng.uniform(0.003, 0.008)
        x, y = rng.uniform(0, brush.wide), rng.uniform(0, brush.tall)
        brush.oval(x, y, size, size, (255, 255, 255))


def _night(brush: Brush, rng: random.Random, horizon: float) -> None:
    top, low = jitter((8, 12, 38), rng, 6), jitter((42, 50, 98), rng, 10)
    brush.gradient(0, horizon + 0.05, top, low)
    for _ in range(60):
        x, y, size = rng.uniform(0, brush.wide), rng.uniform(0, horizon), rng.uniform(0.002, 0.005)
        brush.oval(x, y, size, size, (255, 252, rng.randint(200, 245)))
    x, y = rng.uniform(0.1, brush.wide - 0.1), rng.uniform(0.08, 0.2)
    brush.oval(x, y, 0.055, 0.055, (250, 244, 205))
    brush.oval(x + 0.026, y - 0.012, 0.047, 0.047, mixed(top, low, y / horizon))
    brush.waves(rng, horizon - 0.02, 0.04, jitter((22, 32, 58), rng, 6))
    ground = jitter((28, 46, 52), rng, 8)
    brush.gradient(horizon + 0.07, brush.tall, shift(ground, 6), shift(ground, -10))
    brush.waves(rng, horizon + 0.06, 0.02, ground)


def _city(brush: Brush, rng: random.Random, horizon: float) -> None:
    brush.gradient(0, horizon, jitter((148, 176, 205), rng), jitter((222, 226, 226), rng))
    for layer, (low, high) in enumerate(((0.28, 0.46), (0.14, 0.32))):
        x = rng.uniform(-0.08, 0.0)
        while x < brush.wide:
            wide, tall = rng.uniform(0.1, 0.2), rng.uniform(low, high)
            wall = shift((150, 156, 168), -52 * layer + rng.randint(-16, 16))
            brush.box(x, horizon - tall, x + wide, horizon + 0.02, wall)
            if layer:
                _windows(brush, rng, x, horizon - tall, wide, tall)
            x += wide + rng.uniform(0.0, 0.02)
    pavement, road = jitter((176, 174, 170), rng, 8), jitter((104, 106, 112), rng, 8)
    brush.box(0, horizon, brush.wide, horizon + 0.07, pavement)
    brush.gradient(horizon + 0.07, brush.tall, shift(road, -8), shift(road, 10))
    middle = (horizon + 0.07 + brush.tall) / 2
    start = rng.uniform(-0.2, 0)
    for step in range(int(brush.wide / 0.28) + 2):
        left = start + step * 0.28
        brush.box(left, middle, left + 0.15, middle + 0.016, (232, 228, 206))


def _windows(
    brush: Brush, rng: random.Random, x: float, top: float, wide: float, tall: float
) -> None:
    for row in range(int((tall - 0.03) / 0.045)):
        for column in range(int((wide - 0.02) / 0.034)):
            if rng.random() < 0.65:
                left, up = x + 0.014 + column * 0.034, top + 0.018 + row * 0.045
                colour = (248, 226, 150) if rng.random() < 0.5 else (176, 200, 220)
                brush.box(left, up, left + 0.018, up + 0.024, colour)


def _room(brush: Brush, rng: random.Random, horizon: float) -> None:
    wall = jitter(rng.choice(((240, 222, 198), (226, 220, 206), (236, 214, 208))), rng)
    floor = jitter((158, 110, 70), rng)
    brush.gradient(0, horizon + 0.05, shift(wall, -6), shift(wall, 8))
    for step in range(int(brush.wide / 0.12) + 1):
        brush.box(step * 0.12, 0, step * 0.12 + 0.05, horizon + 0.03, shift(wall, 5))
    left = rng.choice((0.08, brush.wide - 0.42))
    top = rng.uniform(0.06, 0.1)
    brush.box(left - 0.02, top - 0.02, left + 0.36, top + 0.27, (250, 248, 242))
    brush.box(left, top, left + 0.34, top + 0.25, (168, 208, 240))
    brush.oval(left + 0.1, top + 0.17, 0.06, 0.03, (236, 245, 252))
    brush.box(left + 0.162, top, left + 0.178, top + 0.25, (250, 248, 242))
    brush.box(left, top + 0.115, left + 0.34, top + 0.13, (250, 248, 242))
    brush.gradient(horizon, brush.tall, shift(floor, -14), shift(floor, 16))
    for step in range(-4, 14):
        x = brush.wide * step / 9
        far = brush.wide / 2 + (x - brush.wide / 2) * 0.6
        brush.line([(far, horizon), (x, brush.tall)], shift(floor, -22), 0.004)
    brush.box(0, horizon - 0.03, brush.wide, horizon, (246, 240, 230))
    brush.box(0, horizon, brush.wide, horizon + 0.006, shift(floor, -40))


def _field(brush: Brush, rng: random.Random, horizon: float) -> None:
    brush.gradient(0, horizon + 0.1, jitter((96, 176, 240), rng), jitter((208, 233, 250), rng))
    _clouds(brush, rng, horizon, (250, 252, 255))
    green = jitter((120, 188, 88), rng)
    brush.waves(rng, horizon - 0.05, 0.06, mixed(green, (190, 220, 200), 0.45))
    brush.waves(rng, horizon + 0.0, 0.04, mixed(green, (170, 210, 150), 0.25))
    brush.waves(rng, horizon + 0.12, 0.03, green)
    brush.waves(rng, horizon + 0.3, 0.03, shift(green, -9))
    for _ in range(40):
        x, y = rng.uniform(0, brush.wide), rng.uniform(horizon + 0.1, brush.tall)
        blade = shift(green, rng.choice((-26, -18, 14)))
        brush.line([(x, y), (x + rng.uniform(-0.01, 0.01), y - 0.022)], blade, 0.004)
    for _ in range(12):
        x, y = rng.uniform(0, brush.wide), rng.uniform(horizon + 0.12, brush.tall)
        brush.oval(x, y, 0.006, 0.006, rng.choice(((255, 255, 255), (255, 236, 140))))


def _sunset(brush: Brush, rng: random.Random, horizon: float) -> None:
    top, middle = jitter((112, 62, 128), rng), jitter((240, 108, 72), rng)
    low = jitter((255, 204, 112), rng)
    brush.gradient(0, horizon, top, middle, low)
    brush.gradient(horizon, horizon + 0.1, low, low)
    x = rng.uniform(0.15, brush.wide - 0.15)
    brush.oval(x, horizon - 0.02, 0.15, 0.15, mixed(low, (255, 244, 200), 0.45))
    brush.oval(x, horizon - 0.02, 0.115, 0.115, (255, 240, 184))
    for _ in range(3):
        left, y = rng.uniform(-0.1, brush.wide), rng.uniform(0.08, horizon - 0.2)
        brush.oval(left, y, rng.uniform(0.12, 0.25), 0.014, mixed(middle, (255, 190, 150), 0.4))
    brush.waves(rng, horizon - 0.03, 0.04, jitter((126, 62, 76), rng, 8))
    ground = jitter((84, 52, 62), rng, 8)
    brush.waves(rng, horizon + 0.07, 0.03, ground)
    brush.waves(rng, horizon + 0.24, 0.03, shift(ground, -12))


def _forest(brush: Brush, rng: random.Random, horizon: float) -> None:
    brush.gradient(0, horizon + 0.1, jitter((166, 204, 178), rng), jitter((204, 224, 190), rng))
    for layer, green in enumerate(((132, 172, 140), (84, 132, 96), (44, 92, 62))):
        tone = jitter(green, rng, 8)
        x = rng.uniform(-0.1, 0.05)
        foot = horizon + 0.02 + 0.03 * layer
        while x < brush.wide + 0.1:
            _pine(brush, x, foot, rng.uniform(0.34, 0.52) + 0.06 * layer, tone)
            x += rng.uniform(0.11, 0.2) * (1 + 0.9 * layer)
    moss = jitter((92, 122, 66), rng)
    brush.waves(rng, horizon + 0.06, 0.02, moss)
    brush.waves(rng, horizon + 0.24, 0.03, shift(moss, -10))
    for _ in range(36):
        x, y = rng.uniform(0, brush.wide), rng.uniform(horizon + 0.1, brush.tall)
        colour = rng.choice((shift(moss, -22), shift(moss, 16), (134, 104, 62)))
        brush.oval(x, y, 0.011, 0.005, colour)


_SETTINGS: dict[str, Callable[[Brush, random.Random, float], None]] = {
    "on a beach": _beach,
    "in the snow": _snow,
    "at night": _night,
    "in a city": _city,
    "in a room": _room,
    "in a field": _field,
    "at sunset": _sunset,
    "in a forest": _forest,
}


def draw(
    setting: str, seed: int, aspect: float, horizon: float, size_px: tuple[int, int]
) -> Image.Image:
    """Return the RGB landscape of `setting` at `size_px` (width, height).

    `aspect` is width by height of the picture as it should be seen (a squashed drawing has another
    shape than its pixels); `horizon` is a fraction of the height. Raises KeyError for an unknown
    setting.
    """
    brush = Brush(size_px[0], size_px[1], aspect)
    _SETTINGS[setting](brush, random.Random(seed), horizon * brush.tall)
    return brush.finish()
