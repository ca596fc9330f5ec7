"""Batches for training: drawn and worded by seed, in a process of their own."""

import io
import multiprocessing
import random
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from queue import Full
from typing import TypeVar

import numpy as np
from PIL import Image, ImageFilter

from engine.training.drawing import patch_truth, render
from engine.training.edits import wording_of, wrong_wording
from engine.training.scenes import Mix, Scene, sample
from engine.training.things import RELATIONS, SETTINGS
from engine.training.wording import read

_B = TypeVar("_B")

IMAGE_PX = 128
LOOK_CELLS = 32
#: How many of each thing a scene may show, in the caption's order.
ARRANGEMENTS: tuple[tuple[int, ...], ...] = (
    (1,),
    (2,),
    (3,),
    (4,),
    (1, 1),
    (1, 2),
    (2, 1),
    (1, 3),
    (3, 1),
    (1, 1, 1),
)

#: The curriculum: from which step on which mix of scenes is drawn.
CURRICULUM: tuple[tuple[int, Mix], ...] = (
    (0, Mix(one=0.45, count=0.25, pair=0.30, three=0.0)),
    (600, Mix(one=0.22, count=0.20, pair=0.48, three=0.10)),
    (2200, Mix(one=0.10, count=0.16, pair=0.47, three=0.27)),
    (5480, Mix(one=0.05, count=0.18, pair=0.45, three=0.32, several=0.45)),
)


@dataclass(frozen=True)
class Batch:
    """What one training step needs; N pictures.

    `pixels` uint8 (N, 128, 128, 3); `captions`, `texts` (a caption or another wording, true of its
    picture) and `wrong_texts` (little different, not true), N each; `entailed` bool (N, N): whether
    text i is true of picture j; `patches` uint8 (N, 4, 32, 32): what each cell shows, in the planes
    of `drawing.PLANES`; `scenes` (N, 3): indices of setting, relation (0 for none), arrangement.
    """

    pixels: np.ndarray
    captions: list[str]
    texts: list[str]
    wrong_texts: list[str]
    entailed: np.ndarray
    patches: np.ndarray
    scenes: np.ndarray


def mix_at(step: int) -> Mix:
    """Return the mix of scenes that the curriculum draws at `step`."""
    return [mix for first, mix in CURRICULUM if first <= step][-1]


def picture(scene: Scene, rng: random.Random) -> np.ndarray:
    """Return the picture as a camera and a file might spoil it: uint8 (128, 128, 3)."""
    chance = rng.random()
    if chance < 0.1:
        side = rng.choice((160, 224))
        image = render(scene, side, side).resize((IMAGE_PX, IMAGE_PX), Image.Resampling.BICUBIC)
    else:
        image = render(scene, IMAGE_PX, IMAGE_PX)
    if 0.1 < chance < 0.25:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 0.7)))
    if 0.2 < chance < 0.35:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=rng.randint(55, 95))
        image = Image.open(buffer)
    return np.asarray(image)


def scene_truth(scene: Scene) -> tuple[int, int, int]:
    """Return the indices of a scene's setting, relation (0 for none) and arrangement."""
    content = scene.content.canonical()
    counts = tuple(thing.count for thing in content.things)
    relation = (None, *RELATIONS).index(content.relation)
    return SETTINGS.index(content.setting), relation, ARRANGEMENTS.index(counts)


def make_batch(step: int, size: int, seed: int = 0) -> Batch:
    """Return the batch of `step`; the same one for the same arguments."""
    mix = mix_at(step)
    first = (seed * 100_000 + step) * size
    scenes = [sample(first + i, mix) for i in range(size)]
    rng = random.Random(first)
    styles = [None if rng.random() < 0.5 else rng.randrange(2**31) for _ in scenes]
    texts = [wording_of(s.content, style) for s, style in zip(scenes, styles, strict=True)]
    meant = [read(text) or frozenset() for text in texts]
    meanings = [scene.meaning for scene in scenes]
    wrong = [
        wrong_wording(scene.content, truth, style, rng)
        for scene, truth, style in zip(scenes, meanings, styles, strict=True)
    ]
    return Batch(
        pixels=np.stack([picture(scene, rng) for scene in scenes]),
        captions=[scene.caption for scene in scenes],
        texts=texts,
        wrong_texts=wrong,
        entailed=np.array([[query <= truth for truth in meanings] for query in meant]),
        patches=np.stack([patch_truth(scene, LOOK_CELLS) for scene in scenes]),
        scenes=np.array([scene_truth(scene) for scene in scenes]),
    )


def _produce(queue: "multiprocessing.Queue[_B]", make: Callable[[int], _B], first: int) -> None:
    parent = multiprocessing.parent_process()
    step = first
    while True:
        batch = make(step)
        while True:
            try:
                queue.put(batch, timeout=5)
                break
            except Full:
                if parent is None or not parent.is_alive():
                    queue.cancel_join_thread()
                    return
        step += 1


def produced(make: Callable[[int], _B], first: int, ahead: int = 6) -> Generator[_B]:
    """Yield `make(first)`, `make(first + 1)`, ...; made `ahead` in another process."""
    context = multiprocessing.get_context("spawn")
    queue: multiprocessing.Queue[_B] = context.Queue(ahead)
    worker = context.Process(target=_produce, args=(queue, make, first), daemon=True)
    worker.start()
    try:
        while True:
            yield queue.get(timeout=300)
    finally:
        worker.terminate()
        worker.join()


def stream(first: int, size: int, seed: int = 0, ahead: int = 6) -> Generator[Batch]:
    """Yield the batches of steps `first`, `first` + 1, ...; drawn `ahead` in another process."""
    yield from produced(partial(make_batch, size=size, seed=seed), first, ahead)
