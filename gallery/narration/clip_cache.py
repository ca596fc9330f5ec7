"""Sentences already said, kept as files: the same sentence is never made twice."""

import contextlib
import hashlib
import json
import logging
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from gallery.domain import Clip, WordTime
from gallery.errors import KnownError

_LOG = logging.getLogger(__name__)
_FORMAT = 1  # part of the key: a change of what is kept makes old files unknown
_LIMIT_BYTES = 256 * 1024 * 1024  # about 100 minutes of speech
_IN_USE_S = 600.0  # what was asked for so recently may be playing: never removed


class ClipCache:
    """A private folder of WAV files, each with its word times beside it (JSON, written last).

    Safe for several threads and programs: files appear whole under their final names, and one
    that vanishes is made again. Least recently used goes first where ``limit_bytes`` is passed.
    """

    def __init__(self, folder: Path, *, limit_bytes: int = _LIMIT_BYTES) -> None:
        self._folder = folder
        self._limit_bytes = limit_bytes
        self._lock = threading.Lock()
        self._size_bytes: int | None = None

    def get(self, text: str, voice: str | None, rate_wpm: int | None) -> Clip | None:
        """Return the clip of exactly this sentence, voice and rate, where it is there whole."""
        wav = self._wav(text, voice, rate_wpm)
        try:
            kept = json.loads(wav.with_suffix(".json").read_text("ascii"))
            words = tuple(WordTime(*map(int, word)) for word in kept["words"])
            clip = Clip(text, wav, int(kept["duration_ms"]), words)
            if wav.stat().st_size != kept["size_bytes"]:
                return None
            os.utime(wav)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return clip

    @contextlib.contextmanager
    def room_for(self, text: str, voice: str | None, rate_wpm: int | None) -> Iterator[Path]:
        """Lend a new empty file beside the clip's final name; what is left of it is removed.

        Raises :class:`KnownError` where the folder cannot be made or written.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, name = tempfile.mkstemp(suffix=".part.wav", dir=self._folder)
            os.close(handle)
        except OSError as error:
            raise self._unwritable(error) from error
        part = Path(name)
        try:
            yield part
        finally:
            part.unlink(missing_ok=True)

    def keep(self, clip: Clip, voice: str | None, rate_wpm: int | None) -> Clip:
        """Take a finished file over; returns the clip under its final name."""
        wav = self._wav(clip.text, voice, rate_wpm)
        try:
            size_bytes = clip.path.stat().st_size
            kept = {
                "duration_ms": clip.duration_ms,
                "size_bytes": size_bytes,
                "words": [(word.start, word.length, word.at_ms) for word in clip.words],
            }
            clip.path.replace(wav)
            notes = wav.with_suffix(f".{os.getpid()}.{threading.get_ident()}.tmp")
            notes.write_text(json.dumps(kept), "ascii")
            notes.replace(wav.with_suffix(".json"))
        except OSError as error:
            raise self._unwritable(error) from error
        self._make_room(size_bytes)
        return Clip(clip.text, wav, clip.duration_ms, clip.words)

    def _wav(self, text: str, voice: str | None, rate_wpm: int | None) -> Path:
        key = json.dumps([_FORMAT, voice, rate_wpm, text])  # ASCII: lone surrogates survive
        return self._folder / f"{hashlib.sha256(key.encode('ascii')).hexdigest()[:40]}.wav"

    def _unwritable(self, error: OSError) -> KnownError:
        return KnownError(
            f"Speech cannot be kept in {self._folder}: {error.strerror or error}.",
            "Free some space, or make the folder writable.",
        )

    def _make_room(self, added_bytes: int) -> None:
        with self._lock:
            if self._size_bytes is not None and self._size_bytes + added_bytes < self._limit_bytes:
                self._size_bytes += added_bytes
                return
            self._size_bytes = self._removed_down_to(self._limit_bytes)

    def _removed_down_to(self, limit_bytes: int) -> int:
        """Remove the least recently used until three quarters of the limit are left."""
        found = []
        for wav in self._folder.glob("*.wav"):
            with contextlib.suppress(OSError):
                status = wav.stat()
                found.append((status.st_mtime, status.st_size, wav))
        total = sum(size for _, size, _ in found)
        if total < limit_bytes:
            return total
        for used_at, size, wav in sorted(found):
            if total < limit_bytes * 3 / 4 or used_at > time.time() - _IN_USE_S:
                break
            with contextlib.suppress(OSError):
                wav.with_suffix(".json").unlink(missing_ok=True)
                wav.unlink()
                total -= size
        return total
