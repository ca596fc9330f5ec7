"""Scenes that training never drew, as photo files give them, and what is asked about them."""

import io

import torch
from PIL import Image

from engine.training.drawing import render
from engine.training.reference import Reference
from engine.training.scenes import HELD_OUT_FIRST, Scene, sample
from engine.training.things import COLOURS, NOUNS, SETTINGS
from engine.training.wording import phrase

_SHORT_SIDE_PX = 480
_WITHHELD_OFFSET = 10_000_000


def photo(scene: Scene, short_side_px: int = _SHORT_SIDE_PX, quality: int = 88) -> Image.Image:
    """Return `scene` as a photo file gives it: drawn large, saved as JPEG, decoded."""
    wide = round(short_side_px * max(1.0, scene.aspect))
    tall = round(short_side_px * max(1.0, 1 / scene.aspect))
    buffer = io.BytesIO()
    render(scene, wide, tall).save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


def held_out(count: int, *, from_withheld: bool) -> list[Scene]:
    """Return `count` scenes from seeds that training never uses."""
    first = HELD_OUT_FIRST + (_WITHHELD_OFFSET if from_withheld else 0)
    return [sample(first + i, from_withheld=from_withheld) for i in range(count)]


def see(reference: Reference, scenes: list[Scene]) -> torch.Tensor:
    """Return image tokens (N, tokens, width) of the photos of `scenes`."""
    parts = []
    for start in range(0, len(scenes), 50):
        pictures = [photo(scene) for scene in scenes[start : start + 50]]
        parts.append(reference.see(reference.pixels(pictures)))
    return torch.cat(parts)


def part_queries(scenes: list[Scene]) -> dict[str, list[str]]:
    """Return short queries by sort: single words, colours, settings, and parts of captions."""
    tinted = [noun.name for noun in NOUNS if noun.tintable]
    parts = [phrase(scene.content, 17 + i) for i, scene in enumerate(scenes[:200])]
    return {
        "a noun": [noun.name for noun in NOUNS],
        "a plural": [noun.plural for noun in NOUNS if noun.plural != noun.name],
        "a colour and a noun": [f"{colour} {name}" for name in tinted for colour in COLOURS],
        "a setting": list(SETTINGS),
        "other wordings and parts": parts,
    }
