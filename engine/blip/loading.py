"""Weights on disk to tensors in memory, always offline and never through pickle's code.

The names are those of transformers' layout, so that one file may hold a captioner, a matcher or
both; every tensor is checked against the shape that the configuration asks for.
"""

import pickle  # its error only
import zipfile
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from engine.blip.layers import Linear, Norm
from engine.blip.packing import packing
from engine.blip.shapes import shape_or_refusal
from engine.checkpoints import CheckpointError, read_json, weights_file
from engine.protocol import Precision
from engine.quiet import without_warnings

Tensors = Mapping[str, Tensor]
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
        self,
        tensors: Tensors,
        folder: Path,
        device: torch.device,
        prefix: str = "",
        precision: Precision = Precision.EXACT,
    ) -> None:
        """Raises CheckpointError where this device cannot compute with that precision."""
        self._tensors, self._folder = tensors, folder
        self._device, self._prefix, self._precision = device, prefix, precision
        self._packing = packing(precision, device)

    def under(self, prefix: str) -> "Weights":
        """Those under a further prefix."""
        further = self._prefix + prefix
        return Weights(self._tensors, self._folder, self._device, further, self._precision)

    def __contains__(self, name: str) -> bool:
        return self._prefix + name in self._tensors

    def tensor(self, name: str, *shape: int) -> Tensor:
        """The tensor of this name; raises CheckpointError where it lacks or has another shape.

        It is a copy: one that is a view of the file would hold all of the file in memory.
        """
        return self._view(name, shape).to(self._device, copy=True)

    def _view(self, name: str, shape: tuple[int, ...]) -> Tensor:
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
        return found

    def linear(self, name: str, width_out: int, width_in: int) -> Linear:
        """A linear layer."""
        return self._packing.layers(self._loaded(name, width_out, width_in))

    def head(self, name: str, width_out: int, width_in: int) -> Linear:
        """A linear layer that is computed in float32, whatever the precision."""
        return self.as_head(self._loaded(name, width_out, width_in))

    def as_head(self, layer: Linear) -> Linear:
        """The same of a layer that was put together."""
        return self._packing.heads(layer)

    def _loaded(self, name: str, width_out: int, width_in: int) -> Linear:
        return Linear(
            self._view(f"{name}.weight", (width_out, width_in)).to(self._device),
            self.tensor(f"{name}.bias", width_out),
        )

    def linears(self, names: tuple[str, ...], width_out: int, width_in: int) -> Linear:
        """Several linear layers over the same values as one."""
        each = [self._loaded(name, width_out, width_in) for name in names]
        return self._packing.layers(
            Linear(torch.cat([one.weight for one in each]), torch.cat([one.bias for one in each]))
        )

    def norm(self, name: str, width: int, epsilon: float) -> Norm:
        """A layer norm's weight and bias."""
        return Norm(
            self.tensor(f"{name}.weight", width), self.tensor(f"{name}.bias", width), epsilon
        )


class Checkpoint:
    """A checkpoint's configuration and the tensors it holds, as float32."""

    def __init__(self, folder: Path, precision: Precision = Precision.EXACT) -> None:
        """Read a checkpoint's folder, to be computed with so; raises CheckpointError."""
        self.folder, self.precision = folder, precision
        self.config = read_json(folder / "config.json")
        self.shape = shape_or_refusal(self.config, folder)
        self._tensors = _read(weights_file(folder))

    def weights(self, device: torch.device) -> Weights:
        """Its tensors, to be taken by name onto a device; raises CheckpointError."""
        return Weights(self._tensors, self.folder, device, precision=self.precision)

    def same_vision(self, other: "Checkpoint") -> bool:
        """Whether both see alike: equal vision weights and shape."""
        mine, theirs = self._tensors, other._tensors  # noqa: SLF001 - of the same class
        keys = self._vision_keys()
        return (
            self.shape.vision == other.shape.vision
            and keys == other._vision_keys()  # noqa: SLF001 - of the same class
            and all(torch.equal(mine[key], theirs[key]) for key in keys)
        )

    def vision_hash(self) -> str:
        """A hash of what it sees with: the same for equal vision weights of equal shape."""
        digest = blake2b(repr(self.shape.vision).encode(), digest_size=16)
        for key in self._vision_keys():
            digest.update(key.encode())
            digest.update(self._tensors[key].contiguous().numpy().data)
        return digest.hexdigest()

    def _vision_keys(self) -> list[str]:
        return sorted(key for key in self._tensors if key.startswith(_PARTS[0]))


class _FileTensors(Mapping[str, Tensor]):
    """The float32 tensors of a safetensors file, each read when it is taken.

    Each is a view of a mapping of its own: when it is let go the system has its pages back, so that
    while a network is put together not all of the file is in memory beside it.
    """

    def __init__(self, path: Path) -> None:
        """Raises what safetensors raises where the file is none."""
        self._path = path
        with safe_open(path, framework="pt") as file:
            self._keys = {key: None for key in file.keys() if _wanted(key)}  # noqa: SIM118 - no mapping

    def __getitem__(self, key: str) -> Tensor:
        if key not in self._keys:
            raise KeyError(key)
        try:
            with safe_open(self._path, framework="pt") as file:
                found: Tensor = file.get_tensor(key)
        except _UNREADABLE as error:
            raise _unreadable(self._path) from error
        return found.float()

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, key: object) -> bool:
        return key in self._keys


def _read(path: Path) -> Tensors:
    try:
        if path.suffix == ".safetensors":
            return _FileTensors(path)
        mapped = zipfile.is_zipfile(path)  # older files can only be read as a whole
        with without_warnings():
            stored = torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
        return {key: tensor.float() for key, tensor in stored.items() if _wanted(key)}
    except _UNREADABLE as error:
        raise _unreadable(path) from error


def _unreadable(path: Path) -> CheckpointError:
    return CheckpointError(f"“{path.name}” in {path.parent} cannot be read as weights.", _AGAIN)


def _wanted(key: str) -> bool:
    return key.startswith(_PARTS) and not key.endswith("position_ids")
