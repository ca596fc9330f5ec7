"""Where the things of a scene stand, so that each relation is plain to the eye.

Lengths are in units of the picture's shorter side; a frame is (width, height) in those units.
"""

import random
from dataclasses import dataclass, replace

import numpy as np

from engine.training import atlas
from engine.training.things import NOUNS, SIZE_RANK, Thing
from engine.training.wording import Content

_MARGIN = 0.02
_GRID = 48
_TRIES = 60


@dataclass(frozen=True)
class Item:
    """One thing as it stands in the picture.

    `x` and `y` are the centre, `size` the longer side of its glyph; all in units of the picture's
    shorter side. `grounded` things cast a shadow.
    """

    noun: str
    colour: str | None
    x: float
    y: float
    size: float
    flip: bool
    grounded: bool = True

    @property
    def width(self) -> float:
        """Return the glyph's width."""
        return self.size * atlas.proportions(self.noun)[0]

    @property
    def height(self) -> float:
        """Return the glyph's height."""
        return self.size * atlas.proportions(self.noun)[1]

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Return left, top, right, bottom."""
        half_w, half_h = self.width / 2, self.height / 2
        return self.x - half_w, self.y - half_h, self.x + half_w, self.y + half_h


Frame = tuple[float, float]


def arrange(content: Content, frame: Frame, horizon: float, rng: random.Random) -> list[Item]:
    """Return the items of `content` in drawing order, back first.

    `horizon` is the ground line as a fraction of the height; `rng` decides everything else.
    """
    things = content.things
    if len(things) == 1:
        return _spread(things[0], frame, horizon, rng)
    group = [_group(things[:-1], frame, rng), _group(things[-1:], frame, rng)]
    relation = content.relation
    if relation == "next to":
        return _side_by_side(group, frame, horizon, rng)
    if relation in ("above", "under"):
        upper, lower = group if relation == "above" else group[::-1]
        return _stacked(upper, lower, frame, rng)
    front, back = group if relation == "in front of" else group[::-1]
    return _overlapping(front, back, frame, horizon, rng)


def _item(thing: Thing, size: float, rng: random.Random) -> Item:
    natural = 0.86 + 0.28 * SIZE_RANK[thing.noun] / len(NOUNS)
    size *= natural * rng.uniform(0.88, 1.12)
    return Item(thing.noun, thing.colour, 0.0, 0.0, size, rng.random() < 0.5)


def bounds(items: list[Item]) -> tuple[float, float, float, float]:
    """Return left, top, right, bottom of all `items` together."""
    boxes = [item.box for item in items]
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def _moved(items: list[Item], dx: float, dy: float) -> list[Item]:
    return [replace(item, x=item.x + dx, y=item.y + dy) for item in items]


def _scaled(items: list[Item], factor: float) -> list[Item]:
    return [
        replace(item, x=item.x * factor, y=item.y * factor, size=item.size * factor)
        for item in items
    ]


def _group(things: tuple[Thing, ...], frame: Frame, rng: random.Random) -> list[Item]:
    """Return things side by side in a loose row around the origin, feet nearly on one line."""
    singles = [replace(thing, count=1) for thing in things for _ in range(thing.count)]
    size = {1: 0.42, 2: 0.34, 3: 0.28}[len(singles)]
    if len(things) == 2 and rng.random() < 0.5:
        singles.reverse()
    row: list[Item] = []
    right = 0.0
    for single in singles:
        item = _item(single, size, rng)
        left = right + rng.uniform(0.015, 0.07) if row else 0.0
        foot = rng.uniform(-0.05, 0.05) if len(singles) > 1 else 0.0
        row.append(replace(item, x=left + item.width / 2, y=foot - item.height / 2))
        right = left + item.width
    low_x, low_y, high_x, high_y = bounds(row)
    return _moved(row, -(low_x + high_x) / 2, -(low_y + high_y) / 2)


def _fitted(items: list[Item], frame: Frame) -> list[Item]:
    """Return `items` shrunk about the origin where together they are too large for the frame."""
    left, top, right, bottom = bounds(items)
    room = 1 - 2 * _MARGIN
    factor = min(1.0, room * frame[0] / (right - left), room * frame[1] / (bottom - top))
    return _scaled(items, factor)


def _inside(items: list[Item], frame: Frame, x: float, y: float) -> list[Item]:
    """Return `items` moved so that their middle is as near to (x, y) as the frame allows."""
    left, top, right, bottom = bounds(items)
    half_w, half_h = (right - left) / 2, (bottom - top) / 2
    x = min(max(x, half_w + _MARGIN), frame[0] - half_w - _MARGIN)
    y = min(max(y, half_h + _MARGIN), frame[1] - half_h - _MARGIN)
    return _moved(items, x - (left + right) / 2, y - (top + bottom) / 2)


def _standing(items: list[Item], frame: Frame, horizon: float, rng: random.Random) -> list[Item]:
    """Return `items` inside the frame, mostly with the lowest foot on the ground."""
    left, top, right, bottom = bounds(items)
    slack = max(0.0, frame[0] - (right - left))
    x = frame[0] / 2 + rng.uniform(-0.5, 0.5) * slack * 0.9
    ground = frame[1] * rng.uniform(horizon + 0.06, 0.97)
    if rng.random() < 0.15:
        ground = frame[1] * rng.uniform(0.5, 0.97)
    return _inside(items, frame, x, ground - (bottom - top) / 2)


def _spread(thing: Thing, frame: Frame, horizon: float, rng: random.Random) -> list[Item]:
    """Return one thing, or several of it that do not hide each other."""
    single = replace(thing, count=1)
    if thing.count == 1:
        item = _item(single, rng.uniform(0.42, 0.75), rng)
        return _standing(_fitted([item], frame), frame, horizon, rng)
    size = {2: 0.42, 3: 0.33, 4: 0.30}[thing.count] * rng.uniform(0.85, 1.05)
    for attempt in range(400):
        items: list[Item] = []
        for _ in range(thing.count):
            item = _item(single, size * 0.99**attempt, rng)
            x = rng.uniform(item.width / 2, frame[0] - item.width / 2)
            y = frame[1] * min(0.98, rng.uniform(0.3, 1.0)) - item.height / 2
            items += _inside([replace(item, x=x, y=y)], frame, x, y)
        if not any(_touch(a, b) for i, a in enumerate(items) for b in items[i + 1 :]):
            break
    return sorted(items, key=lambda item: item.box[3])


def _touch(first: Item, second: Item) -> bool:
    a, b = first.box, second.box
    wide = min(a[2], b[2]) - max(a[0], b[0])
    tall = min(a[3], b[3]) - max(a[1], b[1])
    return wide > -0.015 and tall > -0.015


def _side_by_side(
    group: list[list[Item]], frame: Frame, horizon: float, rng: random.Random
) -> list[Item]:
    first, second = group if rng.random() < 0.5 else group[::-1]
    a, b = bounds(first), bounds(second)
    gap = rng.uniform(0.02, 0.16)
    lift = rng.uniform(-0.07, 0.07)
    right = _moved(second, a[2] - b[0] + gap, a[3] - b[3] + lift)
    both = _fitted(_centred([*first, *right]), frame)
    return _standing(both, frame, horizon, rng)


def _centred(items: list[Item]) -> list[Item]:
    left, top, right, bottom = bounds(items)
    return _moved(items, -(left + right) / 2, -(top + bottom) / 2)


def _stacked(upper: list[Item], lower: list[Item], frame: Frame, rng: random.Random) -> list[Item]:
    """Return `upper` wholly above `lower`, with their middles near one vertical."""
    a, b = bounds(upper), bounds(lower)
    gap = rng.uniform(0.02, 0.12)
    reach = 0.3 * max(a[2] - a[0], b[2] - b[0])
    floating = [replace(item, grounded=False) for item in upper]
    over = _moved(floating, rng.uniform(-reach, reach), b[1] - a[3] - gap)
    both = _fitted(_centred([*over, *lower]), frame)
    left, _, right, _ = bounds(both)
    x = frame[0] / 2 + rng.uniform(-0.45, 0.45) * (frame[0] - (right - left))
    return _inside(both, frame, x, frame[1] * rng.uniform(0.45, 0.62))


def _overlapping(
    front: list[Item], back: list[Item], frame: Frame, horizon: float, rng: random.Random
) -> list[Item]:
    """Return `back` partly hidden by `front`: each thing still to be made out, none untouched."""
    back = _scaled(back, 1.25 if len(back) == 1 else 1.1)
    b, f = bounds(back), bounds(front)
    best: tuple[float, list[Item]] | None = None
    for _ in range(_TRIES):
        reach_x = (b[2] - b[0] + f[2] - f[0]) * 0.36
        tall = b[3] - b[1]
        down = rng.uniform(-0.02, 0.3) * tall + max(0.0, (tall - f[3] + f[1]) / 2)
        if rng.random() < 0.3:
            down = rng.uniform(-0.25, 0.35) * tall
        placed = _moved(
            front, rng.uniform(-reach_x, reach_x), down - (f[1] + f[3] - b[1] - b[3]) / 2
        )
        fault = _fault(placed, back)
        if best is None or fault < best[0]:
            best = fault, placed
        if fault == 0:
            break
    assert best is not None
    both = _fitted(_centred([*back, *best[1]]), frame)
    return _standing(both, frame, horizon, rng)


def _fault(front: list[Item], back: list[Item]) -> float:
    """Return how far the overlap is from plain: 0 where every back thing is 58-90 % visible."""
    left, top, right, bottom = bounds([*front, *back])
    unit = max(right - left, bottom - top) / _GRID
    covers = [_raster(item, left, top, unit) for item in front]
    covered = np.logical_or.reduce(covers)
    fault = 0.0
    hidden_all = np.zeros_like(covered)
    for item in back:
        ink = _raster(item, left, top, unit)
        hidden_all |= ink
        seen = 1 - float((ink & covered).sum()) / max(1, int(ink.sum()))
        fault += max(0.0, 0.58 - seen) + max(0.0, seen - 0.90)
    for cover in covers:
        share = float((cover & hidden_all).sum()) / max(1, int(cover.sum()))
        fault += max(0.0, 0.15 - share)
    return fault


def _raster(item: Item, left: float, top: float, unit: float) -> np.ndarray:
    """Return where `item` is opaque on a coarse grid whose cells are `unit` wide."""
    grid = np.zeros((_GRID + 2, _GRID + 2), bool)
    wide, tall = max(1, round(item.width / unit)), max(1, round(item.height / unit))
    x, y = round((item.box[0] - left) / unit), round((item.box[1] - top) / unit)
    ink = atlas.mask(item.noun, item.flip, (wide, tall))
    part = grid[y : y + tall, x : x + wide]
    part |= ink[: part.shape[0], : part.shape[1]]
    return grid
