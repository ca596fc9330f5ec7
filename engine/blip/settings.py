"""What a checkpoint says of itself: how to feed it, and how to decode its captions."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.blip.shapes import TextShape, VisionShape
from engine.checkpoints import CheckpointError, read_json

_CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
_CLIP_STD = (0.26862954, 0.26130258, 0.27577711)
_QUERY_TOKENS = 35  # the paper's, in retrieval
_REAL_PROMPT = "a picture of"
_INVENTED_WORDS = ("arafed", "araffed", "araffe", "arafe", "arafeed", "araf")


@dataclass(frozen=True, slots=True)
class Geometry:
    """How a network sees: ``size`` (width, height) in pixels, and the normalisation of colours."""

    size: tuple[int, int]
    mean: tuple[float, ...]
    std: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Decoding:
    """How captions are decoded. Lengths count tokens, [DEC] and the prompt among them.

    ``no_repeat``: no run of so many tokens comes twice (0: any may).
    """

    prompt: str
    max_length: int
    min_length: int = 0
    repetition_penalty: float = 1.0
    no_repeat: int = 0
    forbidden: tuple[str, ...] = ()


def geometry(folder: Path, shape: VisionShape) -> Geometry:
    """Read the input's geometry; the size is the vision network's own, it can take no other."""
    preprocessor = read_json(folder / "preprocessor_config.json")
    mean = tuple(map(float, preprocessor.get("image_mean") or _CLIP_MEAN))
    std = tuple(map(float, preprocessor.get("image_std") or _CLIP_STD))
    if len(mean) != 3 or len(std) != 3 or 0 in std:
        message = f"“preprocessor_config.json” in {folder} does not name three colours."
        raise CheckpointError(message, "Copy the checkpoint again.")
    return Geometry((shape.width_px, shape.height_px), mean, std)


def decoding(config: dict[str, Any], shape: TextShape) -> Decoding:
    """How this checkpoint's captions are decoded.

    A checkpoint of this project says it itself. The published ones are prompted with "a picture
    of" (the large one starts with invented words otherwise, which are forbidden besides), at most
    20 tokens and at least 5, and need guards against loops: a light penalty for what was said
    already, and no run of three tokens twice.
    """
    own = config.get("photo_narrator")
    if isinstance(own, dict):
        longest = min(int(own.get("max_length", 32)), shape.positions)
        return Decoding(str(own.get("prompt", "")), longest)
    return Decoding(_REAL_PROMPT, min(20, shape.positions), 5, 1.1, 3, _INVENTED_WORDS)


def grounding_layer(config: dict[str, Any], shape: TextShape) -> int:
    """The number, from 0 on, of the layer whose cross-attention tells where a word is seen.

    A checkpoint of this project may name it. Otherwise the authors' seventh of twelve (LAVIS'
    ``compute_gradcam``), or as far into fewer layers: of the sample's three it is the first, which
    is also the best one there. The last tells nothing: after it only the first token counts.
    """
    own = config.get("photo_narrator")
    named = own.get("grounding_layer") if isinstance(own, dict) else None
    if isinstance(named, int) and 0 <= named < shape.layers:
        return named
    return max(shape.layers * 7 // 12, 1) - 1


def query_length(shape: TextShape) -> int:
    """The most tokens of a text that are read, [CLS] and [SEP] among them."""
    return min(_QUERY_TOKENS, shape.positions)
