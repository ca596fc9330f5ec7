"""What was learnt about this computer with a catalog: a small JSON file beside it, safe to delete.

The catalog may move to another computer; how fast this one describes, and what its person was told
once, is not the catalog's.
"""

import json
import logging
import os
import tempfile
import threading
from pathlib import Path
from typing import Any

_LOG = logging.getLogger(__name__)
_MOST_TOLD = 1_000


class MachineNotes:
    """Reads and writes the file; what cannot be read counts as nothing. From any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    @classmethod
    def beside(cls, catalog_path: Path) -> "MachineNotes":
        """The notes that lie beside a catalog."""
        return cls(catalog_path.with_name(f"{catalog_path.name}.machine.json"))

    def seconds_a_photo(self, describer: str) -> float | None:
        """How long a photo took this describer here, when that was last measured."""
        with self._lock:
            seconds = _table(self._read(), "seconds_a_photo").get(describer)
        return float(seconds) if isinstance(seconds, int | float) and seconds > 0 else None

    def note_seconds_a_photo(self, describer: str, seconds: float) -> None:
        """Note how long a photo takes this describer here."""
        with self._lock:
            notes = self._read()
            paces = _table(notes, "seconds_a_photo")
            self._write(notes | {"seconds_a_photo": paces | {describer: round(seconds, 6)}})

    def told_now(self, what: str) -> bool:
        """Note that something was told; whether it was not told before."""
        with self._lock:
            notes = self._read()
            told = _table(notes, "told")
            if what in told:
                return False
            kept = dict(list(told.items())[-_MOST_TOLD + 1 :])
            self._write(notes | {"told": kept | {what: True}})
            return True

    def _read(self) -> dict[str, Any]:
        try:
            found = json.loads(self._path.read_bytes())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _write(self, notes: dict[str, Any]) -> None:
        try:
            handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=self._path.name)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(notes, file, indent=2)
            Path(name).replace(self._path)
        except OSError as error:  # nothing that anybody said is in it
            _LOG.warning("%s was not written: %s", self._path, error)


def _table(notes: dict[str, Any], name: str) -> dict[str, Any]:
    found = notes.get(name)
    return found if isinstance(found, dict) else {}
