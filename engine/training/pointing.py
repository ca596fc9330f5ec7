"""The pointing game: whether a word's heat map is warmest where the thing stands (Zhang et al.,
arXiv 1608.00507); a maximum on a thing of that name is a hit.
"""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.blip.loading import Checkpoint
from engine.blip.networks import TextMatcher
from engine.training.drawing import seen_items
from engine.training.measures import share
from engine.training.scenes import Scene
from engine.training.things import BY_NAME

_CHUNK = 64


def pointing(folder: Path, scenes: list[Scene], seen: Tensor) -> dict[str, float]:
    """Return how often a maximum is where it should be, in percent, over every thing of `scenes`.

    `seen`: their image tokens (N, tokens, width). By chance: the share of
    the picture that the thing covers, so what pointing anywhere would reach.
    """
    matcher = TextMatcher(Checkpoint(folder), torch.device("cpu"))
    asked = [
        (number, thing.noun, _word(thing.noun, thing.count))
        for number, scene in enumerate(scenes)
        for thing in scene.content.things
    ]
    chosen = seen[torch.tensor([number for number, _, _ in asked])]
    words = [word for _, _, word in asked]
    captions = [scenes[number].caption for number, _, _ in asked]
    alone, within = (
        warmest(matcher, chosen, words, words),
        warmest(matcher, chosen, captions, words),
    )
    cells = round((seen.shape[1] - 1) ** 0.5)
    shown = [_shown(scenes[number], noun, cells) for number, noun, _ in asked]
    return {
        "on the thing, the word alone": _hits(alone, [there for there, _ in shown]),
        "on the thing, the word in its caption": _hits(within, [there for there, _ in shown]),
        "on another thing, in the caption": _hits(within, [other for _, other in shown]),
        "on the thing, by chance": round(100 * float(np.mean([there for there, _ in shown])), 1),
    }


def warmest(matcher: TextMatcher, seen: Tensor, texts: list[str], words: list[str]) -> list[int]:
    """Return the place of the warmest patch for a word of each text, row after row."""
    places = [matcher.places(text, word) for text, word in zip(texts, words, strict=True)]
    found: list[int] = []
    for begin in range(0, len(texts), _CHUNK):
        part = slice(begin, begin + _CHUNK)
        heat, _ = matcher.heat(seen[part], texts[part], places[part])
        found += heat.flatten(1).argmax(1).tolist()
    return found


def _word(noun: str, count: int) -> str:
    return noun if count == 1 else BY_NAME[noun].plural


def _shown(scene: Scene, noun: str, cells: int) -> tuple[np.ndarray, np.ndarray]:
    """Return in which cells the thing is seen, and in which another is."""
    items = seen_items(scene, cells)
    named = np.array([False, *(item.noun == noun for item in scene.items)])[items]
    return named, (items > 0) & ~named


def _hits(places: list[int], true: list[np.ndarray]) -> float:
    return share([bool(cells.flat[place]) for place, cells in zip(places, true, strict=True)])
