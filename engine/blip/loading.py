"""Weights on disk to tensors in memory, always offline and never through pickle's code.

The names are those of transformers' layout, so that one file may hold a captioner, a matcher or
both; every tensor is checked against the shape that the configuration asks for.
"""

import pickle  # its error only
import zipfile
from hashlib import blake2b
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from engine.blip.layers import Linear, Norm
from engine.blip.shapes import shape_or_refusal
from engine.checkpoints import CheckpointError, read_json, weights_file
from engine.quiet import without_warnings

Tensors = dict[str, Tensor]
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
_AGAIN = "Copy the checkpoint again."


class Weights:
    """The tensors of a checkpoint under one prefix, taken by name onto one device."""

    def __init__(
        self, tensors: Tensors, folder: Path, device: torch.device, prefix: str = ""
    ) -> None:
        self._tensors, self._folder = tensors, folder
        self._device, self._prefix = device, prefix

    def under(self, prefix: str) -> "Weights":
        """Those under a further prefix."""
        return Weights(self._tensors, self._folder, self._device, self._prefix + prefix)

    def __contains__(self, name: str) -> bool:
        return self._prefix + name in self._tensors

    def tensor(self, name: str, *shape: int) -> Tensor:
        """The tensor of this name; raises CheckpointError where it lacks or has another shape."""
        key = self._prefix + name
        found = self._tensors.get(key)
        if found is None:
            raise CheckpointError(f"The weights in {self._folder} lack {key}.", _AGAIN)
        if found.shape != shape:
            message = (
                f"The weights in {self._folder} do not fit their configuration: "
                f"{key} is {tuple(found.shape)}, not {shape}."
            )
            raise CheckpointError(message, _AGAIN)
        return found.to(self._device)

    def linear(self, name: str, width_out: int, width_in: int) -> Linear:
        """A linear layer's weight and bias."""
        return Linear(
            self.tensor(f"{name}.weight", width_out, width_in),
            self.tensor(f"{name}.bias", width_out),
        )

    def linears(self, names: tuple[str, ...], width_out: int, width_in: int) -> Linear:
        """Several linear layers over the same values as one."""
        each = [self.linear(name, width_out, width_in) for name in names]
        return Linear(
            torch.cat([one.weight for one in each]), torch.cat([one.bias for one in each])
        )

    def norm(self, name: str, width: int, epsilon: float) -> Norm:
        """A layer norm's weight and bias."""
        return Norm(
            self.tensor(f"{name}.weight", width), self.tensor(f"{name}.bias", width), epsilon
        )


class Checkpoint:
    """A checkpoint's configuration and the tensors it holds, as float32."""

    def __init__(self, folder: Path) -> None:
        """Read a checkpoint's folder; raises CheckpointError."""
        self.folder = folder
        self.config = read_json(folder / "config.json")
        self.shape = shape_or_refusal(self.config, folder)
        self._tensors = _read(weights_file(folder))

    def weights(self, device: torch.device) -> Weights:
        """Its tensors, to be taken by name onto a device."""
        return Weights(self._tensors, self.folder, device)

    def same_vision(self, other: "Checkpoint") -> bool:
        """Whether both see alike: equal vision weights and shape."""
        mine, theirs = self._vision(), other._vision()  # noqa: SLF001 - of the same class
        return (
            self.shape.vision == other.shape.vision
            and mine.keys() == theirs.keys()
            and all(torch.equal(tensor, theirs[key]) for key, tensor in mine.items())
        )

    def vision_hash(self) -> str:
        """A hash of what it sees with: the same for equal vision weights of equal shape."""
        digest = blake2b(repr(self.shape.vision).encode(), digest_size=16)
        for key, tensor in sorted(self._vision().items()):
            digest.update(key.encode())
            digest.update(tensor.contiguous().numpy().data)
        return digest.hexdigest()

    def _vision(self) -> Tensors:
        return {key: item for key, item in self._tensors.items() if key.startswith(_PARTS[0])}


def _read(path: Path) -> Tensors:
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
        raise CheckpointError(message, _AGAIN) from error


def _wanted(key: str) -> bool:
    return key.startswith(_PARTS) and not key.endswith("position_ids")
