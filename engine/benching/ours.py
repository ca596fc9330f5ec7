"""The describer on its benchmark: whole, as a gallery runs it, and in its parts."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch

from engine.blip.layers import Linear
from engine.blip.packing import packing
from engine.blip.parts import Parts, load_parts
from engine.blip.settings import decoding
from engine.blip.shapes import BlipShape, blip_shape
from engine.checkpoints import read_json
from engine.describer import Pixels
from engine.images import open_rgb, squash
from engine.protocol import CheckpointRef, Precision

_T = TypeVar("_T")
_DECODERS = 2


class Ours:
    """The describer's networks on the processor, with photos decoded ahead of them."""

    def __init__(
        self,
        captioner: CheckpointRef,
        matcher: CheckpointRef | None,
        precision: Precision = Precision.EXACT,
    ) -> None:
        """Raises CheckpointError, also where this processor cannot compute with the precision."""
        self.precision = precision
        processor = torch.device("cpu")
        self.parts: Parts = load_parts(captioner, matcher, processor, precision=precision)
        self._size = self.parts.vision.geometry.size
        config = read_json(Path(captioner.folder) / "config.json")
        self.shape: BlipShape = blip_shape(config)
        self.longest = decoding(config, self.shape.text).max_length

    def pixels(self, path: Path, *, exact: bool = False) -> Pixels:
        """A photo as the network takes it; ``exact``: without the codec's own downscaling."""
        wide, high = self._size
        image = open_rgb(path, at_least=None if exact else (2 * wide, 2 * high))
        return np.asarray(squash(image, self._size))

    @torch.inference_mode()
    def describe(
        self, paths: Sequence[Path], *, batch: int, careful: bool = False, score: bool = False
    ) -> None:
        """Caption and ITC vector of each photo; ``score``: and the match of the two."""
        with ThreadPoolExecutor(_DECODERS) as pool:
            waiting: list[Future[Pixels]] = [pool.submit(self.pixels, path) for path in paths]
            for start in range(0, len(paths), batch):
                taken = [future.result() for future in waiting[start : start + batch]]
                self._describe(taken, careful=careful, score=score)

    def _describe(self, pixels: list[Pixels], *, careful: bool, score: bool) -> None:
        writer, matcher = self.parts.writer, self.parts.matcher
        seen = self.parts.vision.tokens(pixels)
        texts = writer.captions(seen, careful=careful) if writer else []
        if matcher:
            matcher.image_vectors(seen).numpy()
        if matcher and score:
            matcher.match_logits(seen, texts).numpy()

    @torch.inference_mode()
    def token_ids(self, paths: Sequence[Path], *, exact: bool, careful: bool) -> list[list[int]]:
        """The tokens of each photo's caption, all of them in one batch."""
        writer = self.parts.writer
        if writer is None:
            return []
        seen = self.parts.vision.tokens([self.pixels(path, exact=exact) for path in paths])
        ids: list[list[int]] = writer.token_ids(seen, careful=careful).tolist()
        return ids

    @torch.inference_mode()
    def seconds_of_parts(self, paths: Sequence[Path], *, careful: bool) -> dict[str, float]:
        """Processor seconds a photo that each part takes, one after the other.

        ``careful``: beam search too.
        """
        parts, count = self.parts, len(paths)
        spent: dict[str, float] = {}
        pixels = _timed(
            spent,
            "decode and resize (beside the networks)",
            lambda: [self.pixels(path) for path in paths],
        )
        seen = _timed(spent, "image encoder", lambda: parts.vision.tokens(pixels))
        writer, matcher = parts.writer, parts.matcher
        texts = []
        if writer:
            texts = _timed(spent, "caption, greedy", lambda: writer.captions(seen, careful=False))
        if writer and careful:
            _timed(spent, "caption, beam 3", lambda: writer.captions(seen, careful=True))
        if matcher:
            _timed(spent, "ITC vector", lambda: matcher.image_vectors(seen))
            _timed(spent, "ITM score of the caption", lambda: matcher.match_logits(seen, texts))
        return {name: seconds / count for name, seconds in spent.items()}


def flops_a_photo(shape: BlipShape) -> float:
    """Multiplications and additions of matrix products for a caption of 20 new words."""
    vision, text = shape.vision, shape.text
    tokens = vision.positions
    layer = 8 * vision.width**2 + 4 * vision.width * vision.inner + 4 * tokens * vision.width
    seeing = vision.layers * tokens * layer
    looked = text.layers * tokens * 4 * text.seen_width * text.width
    word = 12 * text.width**2 + 4 * text.width * text.inner + 4 * tokens * text.width
    words = 20 * (text.layers * word + 2 * text.width * (text.vocabulary + text.width))
    return float(seeing + looked + words)


def _timed(spent: dict[str, float], name: str, work: Callable[[], _T]) -> _T:
    begun = time.process_time()
    done = work()
    spent[name] = time.process_time() - begun
    return done


def matmul_peak(precision: Precision = Precision.EXACT) -> float:
    """Operations a second of the best of ten big products, as the layers of a precision do them."""
    layer = packing(precision, torch.device("cpu")).layers(
        Linear(torch.randn(3072, 768), torch.randn(3072))
    )
    values = torch.randn(577, 768)
    best = float("inf")
    for _ in range(10):
        begun = time.thread_time()
        layer(values)
        best = min(best, time.thread_time() - begun)
    return 2 * 577 * 768 * 3072 / best
