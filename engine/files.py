"""Small files that a crash leaves old or new, never half, and the sha256 of large ones."""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

_BLOCK_BYTES = 1 << 20


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write a JSON file in one step; its folder is made. Raises ``OSError``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(value, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def sha256_of(path: Path, moved: Callable[[int], None] = lambda count: None) -> str:
    """Return a file's sha256 in hexadecimal; ``moved`` is told of the bytes of each block."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
            moved(len(block))
    return digest.hexdigest()
