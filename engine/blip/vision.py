"""The image encoder (ViT): pixels to image tokens."""

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.blip.layers import Linear, Norm, attend, heads_of, joined, pieces
from engine.blip.loading import Weights
from engine.blip.shapes import VisionShape


@dataclass(frozen=True, slots=True, eq=False)
class _Layer:
    before: Norm
    qkv: Linear
    out: Linear
    between: Norm
    widen: Linear
    narrow: Linear


class VisionTransformer:
    """ViT as BLIP has it; equals transformers' BlipVisionModel (``last_hidden_state``)."""

    def __init__(self, weights: Weights, shape: VisionShape) -> None:
        """Take the tensors under ``vision_model.``; raises CheckpointError."""
        self._shape = shape
        width, patch = shape.width, shape.patch_px
        there = weights.under("vision_model.")
        pixels = there.tensor("embeddings.patch_embedding.weight", width, 3, patch, patch)
        bias = there.tensor("embeddings.patch_embedding.bias", width)
        self._patches = there.as_head(Linear(pixels.flatten(1), bias))
        self._cls = there.tensor("embeddings.class_embedding", 1, 1, width)
        self._places = there.tensor("embeddings.position_embedding", 1, shape.positions, width)
        self._last = there.norm("post_layernorm", width, shape.norm_epsilon)
        self._layers = [
            _layer(there.under(f"encoder.layers.{number}."), shape)
            for number in range(shape.layers)
        ]

    def equals(self, other: "VisionTransformer") -> bool:
        """Whether both see alike: the same shape and weights, on the same device."""
        return self._shape == other._shape and all(  # noqa: SLF001 - of the same class
            mine.device == theirs.device and torch.equal(mine, theirs)
            for mine, theirs in zip(self._tensors(), other._tensors(), strict=True)  # noqa: SLF001
        )

    def _tensors(self) -> list[Tensor]:
        parts: list[Linear | Norm] = [self._patches, self._last]
        for layer in self._layers:
            parts += [layer.before, layer.qkv, layer.out]
            parts += [layer.between, layer.widen, layer.narrow]
        plain = [part.plain() if isinstance(part, Linear) else part for part in parts]
        own = [tensor for part in plain for tensor in (part.weight, part.bias)]
        return [self._cls, self._places, *own]

    def __call__(self, colours: Tensor) -> Tensor:
        """Image tokens (N, 1 + patches, width) of normalised pictures (N, height, width, 3)."""
        seen = torch.cat([self._cls.expand(len(colours), -1, -1), self._patched(colours)], 1)
        seen += self._places
        for layer in self._layers:
            for place in pieces(seen):
                seen[place] = _through(layer, seen[place], self._shape.heads)
        return self._last(seen)

    def _patched(self, colours: Tensor) -> Tensor:
        """Patches as one matrix product: the convolution's windows do not overlap."""
        (rows, columns), patch = self._shape.grid, self._shape.patch_px
        whole = colours[:, : rows * patch, : columns * patch]
        apart = whole.reshape(-1, rows, patch, columns, patch, 3).permute(0, 1, 3, 5, 2, 4)
        return self._patches(apart.reshape(len(colours), rows * columns, -1))


def _layer(weights: Weights, shape: VisionShape) -> _Layer:
    width, epsilon = shape.width, shape.norm_epsilon
    return _Layer(
        weights.norm("layer_norm1", width, epsilon),
        weights.linear("self_attn.qkv", 3 * width, width),
        weights.linear("self_attn.projection", width, width),
        weights.norm("layer_norm2", width, epsilon),
        weights.linear("mlp.fc1", shape.inner, width),
        weights.linear("mlp.fc2", width, shape.inner),
    )


def _through(layer: _Layer, seen: Tensor, heads: int) -> Tensor:
    query, key, value = heads_of(layer.qkv(layer.before(seen)), 3, heads)
    seen = seen + layer.out(joined(attend(query, key, value)))
    return seen + layer.narrow(layer.widen.gelu(layer.between(seen)))
