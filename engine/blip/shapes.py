"""The shape of a BLIP, read from its config.json; what a file leaves out has BLIP's own value."""

import math
from dataclasses import dataclass
from typing import Any

from engine.checkpoints import CheckpointError

Plain = dict[str, Any]
_ACTIVATIONS = ("gelu",)


@dataclass(frozen=True, slots=True)
class VisionShape:
    """The image encoder: pictures of ``height_px`` by ``width_px``, patches of ``patch_px``."""

    width: int
    inner: int
    layers: int
    heads: int
    height_px: int
    width_px: int
    patch_px: int
    norm_epsilon: float

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns of patches; a rest that fills no patch is not looked at."""
        return self.height_px // self.patch_px, self.width_px // self.patch_px

    @property
    def positions(self) -> int:
        """Image tokens: the patches, and [CLS] before them."""
        rows, columns = self.grid
        return rows * columns + 1


@dataclass(frozen=True, slots=True)
class TextShape:
    """The text network, as encoder and as decoder; ``seen_width`` is that of the image tokens."""

    width: int
    seen_width: int
    inner: int
    layers: int
    heads: int
    vocabulary: int
    positions: int
    norm_epsilon: float


@dataclass(frozen=True, slots=True)
class BlipShape:
    """All of a checkpoint; ``vector_size`` is that of the ITC vectors."""

    vision: VisionShape
    text: TextShape
    vector_size: int


def blip_shape(config: Plain) -> BlipShape:
    """Read the shape from a configuration; raises ValueError or TypeError with what is wrong."""
    vision = _part(config, "vision_config")
    text = _part(config, "text_config")
    width = _count(vision, "hidden_size", 768)
    return BlipShape(
        _vision_shape(vision, width),
        _text_shape(text, width),
        _count(config, "image_text_hidden_size", 256),
    )


def shape_or_refusal(config: Plain, folder: object) -> BlipShape:
    """The same; raises CheckpointError that names the folder."""
    try:
        return blip_shape(config)
    except (ValueError, TypeError) as error:
        message = f"“config.json” in {folder} is no BLIP configuration: {error}"
        raise CheckpointError(message) from error


def _vision_shape(part: Plain, width: int) -> VisionShape:
    size = part.get("image_size", 384)
    height_px, width_px = size if isinstance(size, list | tuple) else (size, size)
    _check_activation(part)
    return VisionShape(
        width=width,
        inner=_count(part, "intermediate_size", 3072),
        layers=_count(part, "num_hidden_layers", 12),
        heads=_heads(part, width, 12),
        height_px=_count({"image_size": height_px}, "image_size", 384),
        width_px=_count({"image_size": width_px}, "image_size", 384),
        patch_px=_count(part, "patch_size", 16),
        norm_epsilon=_epsilon(part, 1e-5),
    )


def _text_shape(part: Plain, seen_width: int) -> TextShape:
    width = _count(part, "hidden_size", 768)
    _check_activation(part)
    return TextShape(
        width=width,
        seen_width=seen_width,
        inner=_count(part, "intermediate_size", 3072),
        layers=_count(part, "num_hidden_layers", 12),
        heads=_heads(part, width, 8),
        vocabulary=_count(part, "vocab_size", 30524),
        positions=_count(part, "max_position_embeddings", 512),
        norm_epsilon=_epsilon(part, 1e-12),
    )


def _part(config: Plain, name: str) -> Plain:
    part = config.get(name) or {}
    if not isinstance(part, dict):
        raise TypeError(f"“{name}” is no object.")
    return part


def _count(part: Plain, name: str, default: int) -> int:
    value = part.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"“{name}” is {value!r}, not a positive whole number.")
    return value


def _heads(part: Plain, width: int, default: int) -> int:
    heads = _count(part, "num_attention_heads", default)
    if width % heads:
        raise ValueError(f"a width of {width} cannot be shared by {heads} attention heads.")
    return heads


def _epsilon(part: Plain, default: float) -> float:
    value = part.get("layer_norm_eps", default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"“layer_norm_eps” is {value!r}, not a number.")
    return float(value)


def _check_activation(part: Plain) -> None:
    name = part.get("hidden_act", "gelu")
    if name not in _ACTIVATIONS:
        raise ValueError(f"“hidden_act” is {name!r}; BLIP's is “gelu”.")
