"""Measure from which cosine two pictures of a checkpoint are copies, or shots of one moment.

::

    python -m engine.training.alike --checkpoint DIR [--scenes 400]

Each held-out scene is drawn, and again as people's copies are (saved smaller or with a lower
quality, brightened, cut at the edges), and as the next shots of a burst (the frame moves). Against
these stand all pairs of different scenes, and the hardest others: the same things in the same
place, drawn anew. Found on one half of the scenes, tried on the other. The two cosines belong into
the checkpoint's ``config.json``, under ``photo_narrator.likeness``.
"""

import argparse
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image, ImageEnhance

from engine.training.held_out import photo
from engine.training.reference import Reference
from engine.training.scenes import HELD_OUT_FIRST, Scene, place, sample

_OFFSET = 7_000_000  # scenes that neither the evaluation nor the calibration looks at
_RECALL = 0.95
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Alike:
    """Cosines, each (pairs,): of copies, of shots of a burst, of scenes drawn anew, of others."""

    copies: Floats
    shots: Floats
    anew: Floats
    others: Floats


def measured(reference: Reference, scenes: Sequence[Scene]) -> Alike:
    """Hold the pictures of ``scenes`` against their copies and against each other."""
    originals = [photo(scene) for scene in scenes]
    seen = _vectors(reference, originals)
    rng = random.Random(5)
    copies, shots = zip(*((_copies(each), _shots(each, rng)) for each in originals), strict=True)
    anew = [photo(_again(scene, rng)) for scene in scenes]
    others = seen @ seen.T
    return Alike(
        _against(reference, seen, copies),
        _against(reference, seen, shots),
        (seen * _vectors(reference, anew)).sum(1),
        others[np.triu_indices(len(scenes), 1)],
    )


def found(alike: Alike) -> tuple[float, float]:
    """The highest cosines, to three digits, that keep 95 % of copies, and of shots."""
    return _kept(alike.copies), _kept(alike.shots)


def lines_of(alike: Alike, bounds: tuple[float, float]) -> list[str]:
    """How the two bounds hold, for a person."""
    lines = []
    for name, bound in zip(("copies", "shots"), bounds, strict=True):
        shares = {
            kind: round(100 * float((getattr(alike, kind) >= bound).mean()), 2)
            for kind in ("copies", "shots", "anew", "others")
        }
        lines.append(f"{name} from {bound:.3f}: above in percent: {shares}")
    return lines


def _kept(cosines: Floats) -> float:
    least = np.quantile(cosines, 1 - _RECALL, method="lower")
    return float(np.floor(least * 1000) / 1000)


def _against(reference: Reference, seen: Floats, made: Sequence[list[Image.Image]]) -> Floats:
    columns = zip(*made, strict=True)
    return np.concatenate([(seen * _vectors(reference, list(each))).sum(1) for each in columns])


def _vectors(reference: Reference, pictures: Sequence[Image.Image]) -> Floats:
    parts = []
    for start in range(0, len(pictures), 50):
        tokens = reference.see(reference.pixels(list(pictures[start : start + 50])))
        parts.append(reference.image_vectors(tokens).double().numpy())
    return np.concatenate(parts)


def _again(scene: Scene, rng: random.Random) -> Scene:
    return place(scene.content, rng, scene.aspect)


def _copies(picture: Image.Image) -> list[Image.Image]:
    wide, tall = picture.size
    edge = (round(wide * 0.03), round(tall * 0.03))
    return [
        _saved(picture, 50),
        _saved(picture.resize((wide // 2, tall // 2)), 80),
        ImageEnhance.Brightness(picture).enhance(1.12),
        ImageEnhance.Color(picture).enhance(0.85),
        picture.crop((*edge, wide - edge[0], tall - edge[1])),
    ]


def _shots(picture: Image.Image, rng: random.Random) -> list[Image.Image]:
    """The frame moves by up to 8 % and the light a little."""
    wide, tall = picture.size
    shots = []
    for _ in range(2):
        left, top = rng.uniform(0, 0.08) * wide, rng.uniform(0, 0.08) * tall
        box = (round(left), round(top), round(left + 0.92 * wide), round(top + 0.92 * tall))
        moved = ImageEnhance.Brightness(picture.crop(box)).enhance(rng.uniform(0.94, 1.06))
        shots.append(_saved(moved, 85))
    return shots


def _saved(picture: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="engine.training.alike", description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True, metavar="DIR")
    parser.add_argument("--scenes", type=int, default=400)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    reference = Reference(options.checkpoint)
    scenes = [sample(HELD_OUT_FIRST + _OFFSET + i) for i in range(options.scenes)]
    first, second = (measured(reference, some) for some in (scenes[::2], scenes[1::2]))
    bounds = found(first)
    print("\n".join(lines_of(second, bounds)))
    for kind in ("copies", "shots", "anew", "others"):
        quantiles = np.quantile(getattr(second, kind), (0, 0.01, 0.05, 0.5, 0.95, 0.99, 1))
        print(kind, np.round(quantiles, 3).tolist())


if __name__ == "__main__":
    main()
