"""Weights on disk to networks in memory, always offline and never through pickle's code.

The modules are transformers' own; each is built empty and takes its tensors by name, so one file
may hold a captioner, a matcher or both, and nothing is initialised only to be overwritten.
"""

import pickle  # its error only
import zipfile
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn
from transformers.models.blip.configuration_blip import BlipConfig

from engine.checkpoints import CheckpointError, read_json, weights_file
from engine.quiet import without_warnings

Weights = dict[str, Tensor]
_UNREADABLE = (
    SafetensorError,
    pickle.UnpicklingError,
    RuntimeError,
    OSError,
    ValueError,
    AttributeError,
    EOFError,
)
_PARTS = ("vision_model.", "text_decoder.", "text_encoder.", "vision_proj.", "text_proj.", "itm_")


class Checkpoint:
    """A checkpoint's configuration and the tensors it holds, as float32."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.plain_config = read_json(folder / "config.json")
        try:
            self.config: Any = BlipConfig(**self.plain_config)
        except Exception as error:  # whatever a strict configuration class objects to
            message = f"“config.json” in {folder} is no BLIP configuration: {error}"
            raise CheckpointError(message) from error
        self._weights = _read(weights_file(folder))

    def take(self, module: nn.Module, name: str) -> Any:
        """Fill an empty module with the tensors under ``name``; returns it, ready to run."""
        prefix = f"{name}."
        state = {
            key.removeprefix(prefix): tensor
            for key, tensor in self._weights.items()
            if key.startswith(prefix)
        }
        try:
            missing, _ = module.load_state_dict(state, strict=False, assign=True)
        except RuntimeError as error:
            message = f"The weights in {self.folder} do not fit their configuration."
            raise CheckpointError(message, "Copy the checkpoint again.") from error
        left = set(missing) - _tie(module, set(missing))
        if left:
            message = f"The weights in {self.folder} lack {prefix}{min(left)} ({len(left)} in all)."
            raise CheckpointError(message, "Copy the checkpoint again.")
        _fill_positions(module)
        return module.eval().requires_grad_(False)

    def same_vision(self, other: "Checkpoint") -> bool:
        """Whether both see alike: equal vision weights and configuration."""
        mine, theirs = self.vision_weights(), other.vision_weights()
        return (
            self.plain_config.get("vision_config") == other.plain_config.get("vision_config")
            and mine.keys() == theirs.keys()
            and all(torch.equal(tensor, theirs[key]) for key, tensor in mine.items())
        )

    def vision_weights(self) -> Weights:
        """The tensors of the image encoder."""
        return {key: item for key, item in self._weights.items() if key.startswith("vision_model.")}


def _read(path: Path) -> Weights:
    try:
        if path.suffix == ".safetensors":
            with safe_open(path, framework="pt") as file:
                return {key: file.get_tensor(key).float() for key in file.keys() if _wanted(key)}  # noqa: SIM118 - no mapping
        mapped = zipfile.is_zipfile(path)  # older files can only be read as a whole
        with without_warnings():
            stored = torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
        return {key: tensor.float() for key, tensor in stored.items() if _wanted(key)}
    except _UNREADABLE as error:
        message = f"“{path.name}” in {path.parent} cannot be read as weights."
        raise CheckpointError(message, "Copy the checkpoint again.") from error


def _wanted(key: str) -> bool:
    return key.startswith(_PARTS) and not key.endswith("position_ids")


def _tie(module: nn.Module, missing: set[str]) -> set[str]:
    """Let a decoder's output share its word embeddings where the file stores them once."""
    head: Any = getattr(getattr(module, "cls", None), "predictions", None)
    if head is None:
        return set()
    tied = set()
    if "cls.predictions.decoder.weight" in missing:
        head.decoder.weight = module.get_input_embeddings().weight  # type: ignore[operator]
        tied.add("cls.predictions.decoder.weight")
    bias, decoder_bias = "cls.predictions.bias", "cls.predictions.decoder.bias"
    if decoder_bias in missing and bias not in missing:
        head.decoder.bias = head.bias
        tied.add(decoder_bias)
    elif bias in missing and decoder_bias not in missing:
        head.bias = head.decoder.bias
        tied.add(bias)
    return tied


def _fill_positions(module: nn.Module) -> None:
    """Position numbers are stored in no file: make those that the empty module lacks."""
    for part in module.modules():
        positions = getattr(part, "position_ids", None)
        if isinstance(positions, Tensor) and positions.is_meta:
            numbers = torch.arange(positions.shape[-1]).expand((1, -1))
            part.register_buffer("position_ids", numbers, persistent=False)
