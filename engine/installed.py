"""Which folders make up an installed describer set: read from the store's set files.

A store is a folder with ``sets/NAME.json`` for every installed set, and each checkpoint once, in
the hub's own layout (``models--OWNER--NAME/snapshots/COMMIT``), however many sets need it. A set
is installed when its set file is there, so that one atomic write installs, changes or removes it.
"""

import json
import re
from pathlib import Path

JOINT = "+"
"""Between the names of sets that are used together: each brings the parts the others lack."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


def is_set_name(text: str) -> bool:
    """Whether a set may be called so; such a name is no path and leaves no folder."""
    return _NAME.fullmatch(text) is not None


def set_file(store: Path, name: str) -> Path:
    """Where the set of this name is written down."""
    return store / "sets" / f"{name}.json"


def set_folders(store: Path, name: str) -> list[Path] | None:
    """Return the checkpoint folders of one installed set; None where it is not installed."""
    if not is_set_name(name):
        return None
    try:
        found = json.loads(set_file(store, name).read_text(encoding="utf-8"))
        folders = [store / str(folder) for folder in found["checkpoints"]]
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return folders or None


def installed_folders(store: Path, name: str) -> list[Path] | None:
    """Return the folders of an installed set, or of several that are joined ("blip-base+mine").

    None unless all of them are installed.
    """
    each = [set_folders(store, part) for part in name.split(JOINT)]
    if any(folders is None for folders in each):
        return None
    return list(dict.fromkeys(folder for folders in each for folder in folders or ()))
