"""A ``pytorch_model.bin`` once to safetensors: the same tensors under the same names."""

import os
import pickle  # its error only
import re
import zipfile
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file

from engine.checkpoints import CheckpointError
from engine.quiet import without_warnings


def convert(source: Path, target: Path) -> None:
    """Write the tensors of a .bin as safetensors; raises CheckpointError or OSError.

    The file is opened with ``weights_only``: what would run code is refused, not run. It is mapped
    and not read, so that the memory this takes is that of the tensors that share theirs.
    """
    try:
        mapped = zipfile.is_zipfile(source)
        with without_warnings():
            stored = torch.load(source, map_location="cpu", weights_only=True, mmap=mapped)
    except (pickle.UnpicklingError, RuntimeError, ValueError, AttributeError, EOFError) as error:
        message = f"“{source.name}” holds something else than weights; it was not opened further."
        raise CheckpointError(message, "Do not use this file.") from error
    if not isinstance(stored, dict) or not all(
        isinstance(key, str) and isinstance(value, torch.Tensor) for key, value in stored.items()
    ):
        raise CheckpointError(f"“{source.name}” is no list of weights.", "Do not use this file.")
    try:
        save_file(_apart(stored), target, metadata={"format": "pt"})
    except SafetensorError as error:  # which hides what the disk said in its text
        number = re.search(r"os error (\d+)", str(error))
        if number is None:
            raise
        raise OSError(int(number[1]), os.strerror(int(number[1])), str(target)) from error
    with target.open("rb+") as written:
        os.fsync(written.fileno())


def _apart(stored: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The same without shared memory, which safetensors does not know (BLIP ties two weights)."""
    seen: set[int] = set()
    apart = {}
    for name, tensor in stored.items():
        place = tensor.untyped_storage().data_ptr()
        whole = tensor.contiguous()
        apart[name] = whole.clone() if place in seen and whole is tensor else whole
        seen.add(place)
    return apart
