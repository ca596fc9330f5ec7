"""Tensors that are to become a checkpoint: whether all are there and fit, and how they are kept."""

import os
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from engine.blip.loading import Weights
from engine.blip.shapes import shape_or_refusal
from engine.blip.text import TextDecoder, TextEncoder
from engine.blip.vision import VisionTransformer
from engine.checkpoints import CAPTIONER_CLASS, MATCHER_CLASS


def check_whole(tensors: dict[str, Tensor], config: dict[str, Any], source: Path) -> None:
    """Build every network that the configuration names, one by one.

    Raises CheckpointError with the first tensor that lacks or has another shape.
    """
    shape = shape_or_refusal(config, source)
    weights = Weights(tensors, source, torch.device("cpu"))
    VisionTransformer(weights, shape.vision)
    if CAPTIONER_CLASS in config["architectures"]:
        TextDecoder(weights, shape.text)
    if MATCHER_CLASS in config["architectures"]:
        TextEncoder(weights, shape.text)
        weights.linear("vision_proj", shape.vector_size, shape.vision.width)
        weights.linear("text_proj", shape.vector_size, shape.text.width)
        weights.linear("itm_head", 2, shape.text.width)


def save_weights(tensors: dict[str, Tensor], path: Path) -> None:
    """Write tensors as float32; those that share memory, which safetensors does not know, apart.

    Raises ``OSError``.
    """
    taken: set[int] = set()
    apart: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        whole = tensor.detach().float().contiguous()
        place = whole.untyped_storage().data_ptr()
        apart[name] = whole.clone() if place in taken else whole
        taken.add(place)
    try:
        save_file(apart, path, metadata={"format": "pt"})
    except SafetensorError as error:  # what the system said is in its text alone
        raise OSError(str(error)) from error
    with path.open("rb+") as written:
        os.fsync(written.fileno())
