"""One checkpoint's folder in transformers' own layout: read and checked without torch."""

import json
import os
import re
import struct
from hashlib import blake2b
from pathlib import Path
from typing import Any

from engine.protocol import CheckpointRef

HINT = "Use “sample”, or a folder with a BLIP checkpoint as it comes from the model hub."

_WEIGHTS = ("model.safetensors", "pytorch_model.bin")
_TOKENIZERS = ("tokenizer.json", "vocab.txt")
_PREPROCESSOR = "preprocessor_config.json"
_REAL_TEXT_WIDTH, _REAL_TEXT_HEADS, _LIBRARY_TEXT_HEADS = 768, 12, 8
_BLOCK_BYTES, _BLOCKS = 1 << 16, 16


class CheckpointError(Exception):
    """A checkpoint that cannot be used: ``message`` and ``hint`` are for people."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a checkpoint's JSON file; raises CheckpointError."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CheckpointError(f"“{path.name}” is missing in {path.parent}.", HINT) from error
    except (OSError, ValueError) as error:
        message = f"“{path.name}” in {path.parent} cannot be read: {error}."
        raise CheckpointError(message, "Copy the checkpoint again.") from error
    if not isinstance(value, dict):
        raise CheckpointError(f"“{path.name}” in {path.parent} is no configuration.", HINT)
    return value


def weights_file(folder: Path) -> Path:
    """Return the file of weights in a checkpoint's folder; raises CheckpointError."""
    return folder / _required(folder, _WEIGHTS)


def vision_folder(folder: Path, config: dict[str, Any]) -> Path:
    """Return the folder whose vision weights a checkpoint uses: mostly its own.

    An answerer may leave them out and name another checkpoint's, relative to its folder.
    """
    named = own_part(config).get("vision")
    return Path(os.path.normpath(folder / named)) if isinstance(named, str) else folder


def check_checkpoint(folder: Path) -> CheckpointRef:
    """Check what can be told without loading; return the reference. Raises CheckpointError."""
    config = read_json(folder / "config.json")
    weights = folder / _required(folder, _WEIGHTS)
    _required(folder, _TOKENIZERS)
    _required(folder, (_PREPROCESSOR,))
    _check_heads(folder, config)
    if weights.suffix == ".safetensors":
        _check_whole(weights)
    name = str(own_part(config).get("name") or title_of(folder))
    return CheckpointRef(name, _revision_with_vision(folder, config), str(folder))


def check_config(folder: Path) -> None:
    """Check a checkpoint's configuration before its weights are there; raises CheckpointError."""
    config = read_json(folder / "config.json")
    if not any(str(name).startswith("Blip") for name in config.get("architectures") or ()):
        raise CheckpointError(f"The config in {folder} is not that of a BLIP.", HINT)
    _check_heads(folder, config)


def revision_of(folder: Path) -> str:
    """Return the hub's commit where the folder tells it, else a hash of the content.

    Of big files the size and sixteen blocks are hashed: a few milliseconds, whatever their size.
    """
    if folder.parent.name == "snapshots" and re.fullmatch(r"[0-9a-f]{40}", folder.name):
        return folder.name
    digest = blake2b(digest_size=16)
    for name in ("config.json", _PREPROCESSOR, *_TOKENIZERS, *_WEIGHTS):
        path = folder / name
        if path.is_file():
            digest.update(f"{name}:{path.stat().st_size}:".encode())
            _hash_blocks(path, digest)
    return digest.hexdigest()


def title_of(folder: Path) -> str:
    """The hub's OWNER/NAME where the path tells it, else the folder's name."""
    if folder.parent.name == "snapshots":
        repository = folder.parent.parent.name
        return repository.removeprefix("models--").replace("--", "/")
    return folder.name


def own_part(config: dict[str, Any]) -> dict[str, Any]:
    """Return what a checkpoint of this project says beyond transformers' configuration."""
    own = config.get("photo_narrator")
    return own if isinstance(own, dict) else {}


def _check_heads(folder: Path, config: dict[str, Any]) -> None:
    text = config.get("text_config") or {}
    width = text.get("hidden_size", _REAL_TEXT_WIDTH)
    heads = text.get("num_attention_heads", _LIBRARY_TEXT_HEADS)
    if width == _REAL_TEXT_WIDTH and heads != _REAL_TEXT_HEADS:
        raise CheckpointError(
            f"The config in {folder} gives the text network {heads} attention heads; BLIP has 12, "
            "and with another number it writes nonsense.",
            "Get a revision of the checkpoint from after April 2023.",
        )


def _revision_with_vision(folder: Path, config: dict[str, Any]) -> str:
    seeing = vision_folder(folder, config)
    if seeing == folder:
        return revision_of(folder)
    _required(seeing, ("config.json",))
    _required(seeing, _WEIGHTS)
    both = f"{revision_of(folder)}:{revision_of(seeing)}"
    return blake2b(both.encode(), digest_size=16).hexdigest()


def _required(folder: Path, names: tuple[str, ...]) -> str:
    for name in names:
        if (folder / name).is_file():
            return name
    wanted = " or ".join(f"“{name}”" for name in names)
    raise CheckpointError(f"{wanted} is missing in {folder}.", "Copy the checkpoint again.")


def _check_whole(path: Path) -> None:
    """Tell a download that broke off: the header says where the last weight ends."""
    size = path.stat().st_size
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > size:
                raise ValueError("the header is longer than the file")
            header = json.loads(file.read(length))
        ends = [entry["data_offsets"][1] for key, entry in header.items() if key != "__metadata__"]
        whole = 8 + length + max(ends, default=0)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, struct.error) as error:
        message = f"“{path.name}” in {path.parent} is no file of weights."
        raise CheckpointError(message, "Copy the checkpoint again.") from error
    if size != whole:
        message = f"“{path.name}” in {path.parent} is cut off: {size:,} of {whole:,} bytes."
        raise CheckpointError(message, "Copy the checkpoint again.")


def _hash_blocks(path: Path, digest: "blake2b") -> None:
    size = path.stat().st_size
    with path.open("rb") as file:
        if size <= _BLOCK_BYTES * _BLOCKS:
            digest.update(file.read())
            return
        for number in range(_BLOCKS):
            file.seek((size - _BLOCK_BYTES) * number // (_BLOCKS - 1))
            digest.update(file.read(_BLOCK_BYTES))
