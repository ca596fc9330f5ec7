"""Clips joined to one WAV file."""

import contextlib
import os
import threading
import wave
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from gallery.domain import Clip
from gallery.errors import KnownError

_RATE_HZ = 22_050  # what the voices give; others are resampled
_SAMPLE_BYTES = 2
_LIMIT_BYTES = 2**32 - 64  # a WAV file counts its bytes in 32 bits

Samples = NDArray[np.int16]


def write_wav(clips: Iterable[Clip], path: Path, *, gap_ms: int = 700) -> int:
    """Write the clips one after another into ``path`` (mono, 16 bit, 22,050 Hz).

    ``gap_ms`` of silence stand between two. Returns the length in milliseconds. ``clips`` may be
    a generator: each is read as it comes. The file appears whole or not at all. Raises
    :class:`KnownError` where it cannot be written, a clip cannot be read, or there is none.
    """
    gap = np.zeros(round(gap_ms * _RATE_HZ / 1_000), np.int16)
    written = 0
    with _written_beside(path) as raw, wave.open(raw, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(_SAMPLE_BYTES)
        file.setframerate(_RATE_HZ)
        for number, clip in enumerate(clips):
            samples = _samples(clip)
            pieces = (gap, samples) if number else (samples,)
            written += sum(piece.size for piece in pieces)
            if written * _SAMPLE_BYTES > _LIMIT_BYTES:
                raise KnownError(
                    "A WAV file cannot be longer than about 27 hours.", "Record fewer photos."
                )
            for piece in pieces:
                file.writeframesraw(piece.tobytes())
        if not written:
            raise KnownError("There is nothing to record.")
    return round(written * 1_000 / _RATE_HZ)


@contextlib.contextmanager
def _written_beside(path: Path) -> Iterator[BinaryIO]:
    """Lend a file beside ``path`` that takes its place at the end, or vanishes on an error."""
    part = path.with_name(f".{path.name[:80]}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        if path.exists() and not path.is_file():
            raise KnownError(f"{path} is no file that could be replaced.", "Choose another name.")
        try:
            with part.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            with contextlib.suppress(OSError):
                part.unlink()
    except OSError as error:
        raise KnownError(
            f"The recording {path} could not be written: {error.strerror or error}.",
            "Choose another folder, or free some space.",
        ) from error


def _samples(clip: Clip) -> Samples:
    """Read a clip as mono samples at this module's rate."""
    try:
        with wave.open(str(clip.path), "rb") as file:
            channels, width, rate_hz = (
                file.getnchannels(),
                file.getsampwidth(),
                file.getframerate(),
            )
            data = file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise KnownError(f"A spoken sentence could not be read again: {error}.") from error
    if width != _SAMPLE_BYTES:
        raise KnownError(f"The voice writes samples of {width * 8} bits; 16 are understood.")
    samples: NDArray[np.float64] = (
        np.frombuffer(data, "<i2").reshape(-1, channels).mean(axis=1, dtype=np.float64)
    )
    if rate_hz != _RATE_HZ:
        # straight lines between samples: enough for a voice
        count = round(samples.size * _RATE_HZ / rate_hz)
        samples = np.interp(
            np.arange(count) * (rate_hz / _RATE_HZ), np.arange(samples.size), samples
        )
    mono: Samples = samples.astype(np.int16)
    return mono
