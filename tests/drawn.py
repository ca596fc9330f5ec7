"""Small photos for tests, drawn: each number gives another picture."""

import random
from pathlib import Path

from PIL import Image, ImageDraw


def draw(path: Path, number: int = 0, size: tuple[int, int] = (160, 120)) -> Path:
    """Write a picture (its format by the name's ending); the folder is made."""
    chance = random.Random(number)
    image = Image.new("RGB", size, _colour(chance))
    pen = ImageDraw.Draw(image)
    for _ in range(4):
        x, y = chance.randrange(size[0]), chance.randrange(size[1])
        pen.ellipse((x - 30, y - 30, x + 30, y + 30), fill=_colour(chance))
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)
    return path


def draw_many(folder: Path, count: int) -> list[Path]:
    """Write ``count`` JPEGs, all different."""
    return [draw(folder / f"photo {number:03}.jpg", number) for number in range(count)]


def _colour(chance: random.Random) -> tuple[int, int, int]:
    return chance.randrange(256), chance.randrange(256), chance.randrange(256)
