"""The networks of a describer set, loaded on one device."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from engine.blip.loading import Checkpoint
from engine.blip.networks import CaptionWriter, TextMatcher, Vision
from engine.checkpoints import CheckpointError
from engine.protocol import CheckpointRef, Precision

_SAME_DIRECTION = 0.999


@dataclass(frozen=True, slots=True)
class Parts:
    """``vision`` feeds the writer, ``match_vision`` the matcher; they may be one."""

    vision: Vision
    match_vision: Vision
    writer: CaptionWriter | None
    matcher: TextMatcher | None

    @property
    def shared_vision(self) -> bool:
        """Whether one vision pass serves both."""
        return self.match_vision is self.vision


def load_parts(
    captioner: CheckpointRef | None,
    matcher: CheckpointRef | None,
    device: torch.device,
    answerer: CheckpointRef | None = None,
    *,
    precision: Precision = Precision.EXACT,
) -> Parts:
    """Load a set; equal eyes are loaded once. Raises CheckpointError.

    Of an ``answerer`` only the eyes are loaded, and only where nothing else has any.
    """
    first = captioner or matcher or answerer
    if first is None:
        raise CheckpointError("There is no checkpoint to describe with.")
    seeing = matching = Checkpoint(Path(first.folder), precision)
    if matcher is not None and matcher.folder != first.folder:
        matching = Checkpoint(Path(matcher.folder), precision)
    vision = match_vision = Vision(seeing, device)
    if matching is not seeing:
        own = Vision(matching, device)
        same = own.geometry == vision.geometry and matching.same_vision(seeing)
        match_vision = vision if same else own
    return Parts(
        vision,
        match_vision,
        CaptionWriter(seeing, device) if captioner is not None else None,
        TextMatcher(matching, device) if matcher is not None else None,
    )


@torch.inference_mode()
def parts_agree(one: Parts, other: Parts) -> bool:
    """Whether two loads of the same set say the same of a made-up picture."""
    width, height = one.vision.geometry.size
    pixels = np.random.default_rng(0).integers(0, 255, (height, width, 3), dtype=np.uint8)
    mine, theirs = one.vision.tokens([pixels]), other.vision.tokens([pixels])
    likeness = functional.cosine_similarity(mine.cpu(), theirs.cpu(), dim=-1)
    if not bool((likeness > _SAME_DIRECTION).all()):
        return False
    if one.writer is None or other.writer is None:
        return True
    said, wanted = (
        parts.writer.captions(tokens, careful=False)
        for parts, tokens in ((one, mine), (other, theirs))
        if parts.writer is not None
    )
    return said == wanted
