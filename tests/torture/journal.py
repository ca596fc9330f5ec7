"""What a program that is killed had promised: written down line by line, read behind its death."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path


class Journal:
    """Notes edits of captions as they begin and as they are acknowledged.

    One ``write`` for each line and no buffer of its own: what was noted before a kill is there.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def begins(self, photo_id: int, text: str) -> None:
        """The program is about to be asked for this edit."""
        self._note("begin", photo_id, text)

    def acknowledged(self, photo_id: int, text: str) -> None:
        """The program said that the edit is stored."""
        self._note("stored", photo_id, text)

    def _note(self, what: str, photo_id: int, text: str) -> None:
        os.write(self._file, (json.dumps([what, photo_id, text]) + "\n").encode("ascii"))


@dataclass(slots=True)
class Promise:
    """The edits of one photo: what must be in its history, and what may be shown last."""

    stored: list[str] = field(default_factory=list)
    allowed_last: set[str] = field(default_factory=set)


def promises(path: Path) -> dict[int, Promise]:
    """Read a journal, by photo; a last line that is cut off was no promise."""
    found: dict[int, Promise] = {}
    if not path.exists():
        return found
    for line in path.read_text("ascii").splitlines(keepends=True):
        if not line.endswith("\n"):
            continue
        what, photo_id, text = json.loads(line)
        promise = found.setdefault(photo_id, Promise())
        if what == "begin":
            promise.allowed_last.add(text)
        else:
            promise.stored.append(text)
            promise.allowed_last = {text}
    return found
