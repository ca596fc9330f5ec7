"""How commands speak: results on stdout, everything else on stderr."""

import io
import json
import logging
import os
import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gallery.library.events import Progress

_PLAIN_LINE_EVERY_S = 10.0
_BAR_CELLS = 24
_PHASES = {
    "scanning": "Looking for photos",
    "reading": "Reading photos",
    "describing": "Describing photos",
    "checking": "Checking captions",
    "paused": "Paused",
    "waiting": "Waiting for another program that is indexing this catalog",
}


def result(text: str) -> None:
    """Print one line of result."""
    print(text, flush=True)


def result_json(value: Mapping[str, Any]) -> None:
    """Print a result as JSON; names that are no UTF-8 are escaped so that they can come back."""
    print(json.dumps(value, indent=2), flush=True)


def note(text: str) -> None:
    """Tell a person something that is no result."""
    print(text, file=sys.stderr, flush=True)


def shown(path: Path | str) -> str:
    """Return a path or a text for a line that a person reads.

    Control characters are replaced, so that a file's name cannot move the cursor. A path on its
    way into a pipe stays exactly what it is.
    """
    if isinstance(path, Path):
        if not sys.stdout.isatty():
            return str(path)
        path = os.fsencode(path).decode("utf-8", "replace")
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in path
    )


def duration(seconds: float) -> str:
    """Return a length of time in words: "40 s", "3 min 20 s", "2 h 5 min"."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def size(size_bytes: int) -> str:
    """Return a size as people read it: "12.3 MB", "1.9 GB"."""
    if size_bytes < 1_000_000_000:
        return f"{size_bytes / 1e6:.1f} MB" if size_bytes < 1e8 else f"{size_bytes / 1e6:.0f} MB"
    return f"{size_bytes / 1e9:.2f} GB"


def sentence_of(progress: Progress) -> str:
    """Return a progress as one line; empty while there is nothing to tell."""
    phase = _PHASES.get(progress.phase, "")
    if not phase or progress.phase in ("paused", "waiting"):
        return phase
    parts = [f"{phase}: {progress.done:,}"]
    if progress.total:
        parts = [f"{phase}: {progress.done:,} of {progress.total:,}"]
    if progress.per_second:
        parts.append(f"{progress.per_second:.1f} a second")
    if progress.seconds_left is not None:
        parts.append(f"{duration(progress.seconds_left)} left")
    if progress.failed:
        parts.append(f"{progress.failed:,} failed")
    return ", ".join(parts)


class ProgressLine:
    """Shows progress on stderr: a bar that is redrawn on a terminal, now and then a line elsewhere.

    ``show`` is called on one thread at a time.
    """

    def __init__(self) -> None:
        self._on_terminal = sys.stderr.isatty()
        self._phase = ""
        self._told_at = 0.0
        self._drawn = False

    def show(self, progress: Progress) -> None:
        """Show how far it is."""
        self.show_text(progress.phase, sentence_of(progress), progress.done, progress.total)

    def show_text(self, phase: str, text: str, done: int, total: int) -> None:
        """Show this text, and how much is ``done`` of ``total`` (0: not known)."""
        if not text:
            return
        if self._on_terminal:
            self._draw(_bar(done, total) + text)
            return
        now = time.monotonic()
        if phase != self._phase or now - self._told_at >= _PLAIN_LINE_EVERY_S:
            self._phase, self._told_at = phase, now
            note(text)

    def clear(self) -> None:
        """Take the bar away, so that the next line begins at the left."""
        if self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._drawn = False

    def _draw(self, text: str) -> None:
        width = shutil.get_terminal_size().columns
        sys.stderr.write("\r" + text[: width - 1] + "\x1b[K")
        sys.stderr.flush()
        self._drawn = True


def _bar(done: int, total: int) -> str:
    if not total:
        return ""
    full = min(_BAR_CELLS, done * _BAR_CELLS // total)
    return "[" + "#" * full + "." * (_BAR_CELLS - full) + "] "


def prepare_streams() -> None:
    """Let file names of any bytes through as they are on disk; escape what cannot be said."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            is_utf8 = stream.encoding.lower().replace("-", "") == "utf8"
            stream.reconfigure(errors="surrogateescape" if is_utf8 else "backslashreplace")


def close_broken_pipe() -> None:
    """Leave quietly where the reader of a pipe has gone (`| head`): nothing more can be printed."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def log_to_file(path: Path) -> None:
    """Send warnings of the program to its log; a command's own lines stay on the screen."""
    logging.captureWarnings(capture=True)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        logging.basicConfig(
            filename=path, level=logging.WARNING, format="%(asctime)s %(name)s: %(message)s"
        )
    except OSError:
        logging.basicConfig(level=logging.ERROR)
