"""The one renderer: a scene at any size, squashed where the pixels' shape is not the picture's."""

from functools import cache

import numpy as np
from PIL import Image

from engine.training import atlas, backdrop
from engine.training.arrange import Item
from engine.training.scenes import Scene
from engine.training.things import COLOURS, NOUNS, Relation

#: Patch classes: 0 is background, then every noun, tintable ones once for each colour.
LOOKS: tuple[tuple[str, str | None], ...] = tuple(
    (noun.name, colour) for noun in NOUNS for colour in (COLOURS if noun.tintable else (None,))
)
LOOK_CLASS: dict[tuple[str, str | None], int] = {look: i + 1 for i, look in enumerate(LOOKS)}
LOOK_COUNT = len(LOOKS) + 1

#: How the first and the last of two things stand, by their relation: classes of a patch.
STANCES: dict[Relation, tuple[int, int]] = {
    "next to": (2, 2),
    "above": (3, 4),
    "under": (4, 3),
    "in front of": (5, 6),
    "behind": (6, 5),
}
#: What is known of every patch, and how many classes each has (0 is background).
PLANES: dict[str, int] = {"look": LOOK_COUNT, "role": 4, "stance": 7, "number": 5}

_SHADOW = 0.34


@cache
def _shadow_mask() -> Image.Image:
    y, x = np.mgrid[-1:1:48j, -1:1:48j]
    soft = np.clip(1 - np.sqrt(x**2 + y**2), 0, 1) ** 1.3
    return Image.fromarray((soft * 255 * _SHADOW).astype(np.uint8))


def _units(scene: Scene, size_px: tuple[int, int]) -> tuple[float, float]:
    """Return pixels per unit (the picture's shorter side), across and down."""
    return size_px[0] / max(1.0, scene.aspect), size_px[1] / max(1.0, 1 / scene.aspect)


def _shade(image: Image.Image, item: Item, unit: tuple[float, float]) -> None:
    wide, tall = item.width * 1.15, item.width * 0.22
    foot = item.y + item.height / 2 - tall * 0.08
    size = max(1, round(wide * unit[0])), max(1, round(tall * unit[1]))
    place = round((item.x - wide / 2) * unit[0]), round((foot - tall / 2) * unit[1])
    box = (*place, place[0] + size[0], place[1] + size[1])
    image.paste((12, 14, 24), box, _shadow_mask().resize(size))


def render(scene: Scene, width_px: int, height_px: int) -> Image.Image:
    """Return `scene` as an RGB picture of `width_px` by `height_px`.

    Pixels of another shape than the scene's aspect give a squashed picture, as BLIP's own
    preprocessing makes it.
    """
    size = (width_px, height_px)
    unit = _units(scene, size)
    setting, seed = scene.content.setting, scene.decor_seed
    image = backdrop.draw(setting, seed, scene.aspect, scene.horizon, size)
    ground = scene.horizon * max(1.0, 1 / scene.aspect)
    for item in scene.items:
        if item.grounded and item.box[3] > ground:
            _shade(image, item, unit)
    for item in scene.items:
        wide, tall = max(1, round(item.width * unit[0])), max(1, round(item.height * unit[1]))
        glyph = atlas.scaled(item.noun, item.colour, item.flip, (wide, tall))
        left, top = round(item.box[0] * unit[0]), round(item.box[1] * unit[1])
        image.paste(glyph, (left, top), glyph)
    return image


def seen_items(scene: Scene, cells: int) -> np.ndarray:
    """Return which item is seen in each cell: 0 for none, else 1 + its place in `scene.items`.

    uint8, shape (cells, cells).
    """
    grid = np.zeros((cells, cells), np.uint8)
    unit = _units(scene, (cells, cells))
    for index, item in enumerate(scene.items):
        wide, tall = max(1, round(item.width * unit[0])), max(1, round(item.height * unit[1]))
        left, top = max(0, round(item.box[0] * unit[0])), max(0, round(item.box[1] * unit[1]))
        ink = atlas.mask(item.noun, item.flip, (wide, tall))
        part = grid[top : top + tall, left : left + wide]
        part[ink[: part.shape[0], : part.shape[1]]] = index + 1
    return grid


def _stance(scene: Scene, noun: str) -> int:
    """Return how a thing stands to the others: 1 alone, then as in `STANCES`."""
    content = scene.content
    if content.relation is None:
        return 1
    last = noun == content.things[-1].noun
    return STANCES[content.relation][int(last)]


def patch_truth(scene: Scene, cells: int) -> np.ndarray:
    """Return what each cell shows: uint8, shape (4, cells, cells), 0 where no thing is seen.

    The planes are those of `PLANES`: which thing in which colour; which of the caption's things
    (first, second, third); how it stands to the others; how many there are of it.
    """
    things = scene.content.canonical().things
    names = [thing.noun for thing in things]
    table = [(0, 0, 0, 0)]
    for item in scene.items:
        role = names.index(item.noun)
        look = LOOK_CLASS[item.noun, item.colour]
        table.append((look, role + 1, _stance(scene, item.noun), things[role].count))
    planes = np.array(table, np.uint8)[seen_items(scene, cells)]
    return np.moveaxis(planes, -1, 0)
