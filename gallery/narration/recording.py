"""Clips joined to one WAV file."""

from collections.abc import Iterable
from pathlib import Path

from gallery.domain import Clip


def write_wav(clips: Iterable[Clip], path: Path, *, gap_ms: int = 700) -> int:
    """Write the clips one after another into ``path``, ``gap_ms`` of silence between them.

    Returns the length in milliseconds. ``clips`` may be a generator: each is read as it comes.
    The file appears whole or not at all. Raises :class:`KnownError` where it cannot be written,
    a clip cannot be read, or there is none.
    """
    raise NotImplementedError
