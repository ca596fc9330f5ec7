"""Sound files read, and the voice and the music of a film put together, block by block."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import av
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from gallery.domain import Clip
from gallery.errors import KnownError
from gallery.narration.film.timeline import Timeline

RATE_HZ = 48_000
BLOCK = RATE_HZ // 2
Sound = NDArray[np.float32]
"""Stereo at 48 kHz, shape (samples, 2), 1.0 is full."""

_DUCKED_DB = -14.0
_DOWN_MS, _UP_MS = 400, 900  # how long the music takes to make way, and to come back
_MUSIC_FADE_MS = 1_500


def read_sound(path: Path) -> Iterator[Sound]:
    """Yield a sound file's pieces; raises ``KnownError`` where there is no sound in it."""
    try:
        with av.open(str(path)) as file:
            if not file.streams.audio:
                raise KnownError(f"There is no sound in {path.name}.", "Choose another file.")
            resampler = av.AudioResampler(format="flt", layout="stereo", rate=RATE_HZ)
            for frame in file.decode(file.streams.audio[0]):
                frame.pts = None  # gaps in damaged files are not filled
                yield from map(_samples, resampler.resample(frame))
            yield from map(_samples, resampler.resample(None))
    except (FFmpegError, OSError) as error:
        reason = error.strerror or error
        raise KnownError(f"{path.name} could not be read: {reason}.", "") from error


class Music:
    """A sound file, over and over again, at one level."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pieces: Iterator[Sound] = iter(())
        self._rest = np.zeros((0, 2), np.float32)

    def take(self, count: int) -> Sound:
        """Return the next ``count`` samples."""
        taken = [self._rest]
        size = len(self._rest)
        began = False
        while size < count:
            piece = next(self._pieces, None)
            if piece is None:
                if began:
                    raise KnownError(f"There is no sound in {self._path.name}.")
                self._pieces, began = read_sound(self._path), True
                continue
            began = began and not len(piece)
            taken.append(piece)
            size += len(piece)
        sound = np.concatenate(taken)
        self._rest = sound[count:]
        return sound[:count]


class Mix:
    """The sound of a timeline: sentences at their times, music lowered under them.

    ``say`` makes a sentence again where its clip has left the cache meanwhile. Gains are factors
    and may be changed between two readings.
    """

    def __init__(
        self, timeline: Timeline, say: Callable[[str], Clip], *, music: Path | None = None
    ) -> None:
        self._voiced = [scene for scene in timeline.scenes if scene.clip is not None]
        self._say, self._music = say, music
        self.samples = timeline.duration_ms * RATE_HZ // 1_000
        self.voice_gain = self.music_gain = 1.0
        self._duck_at, self._duck_db = _ducking(
            [(scene.voice_ms, scene.voice_end_ms) for scene in self._voiced]
        )

    def blocks(self) -> Iterator[Sound]:
        """Yield the whole sound in blocks of half a second."""
        music = Music(self._music) if self._music is not None else None
        voice = self._voice()
        for start in range(0, self.samples, BLOCK):
            block = next(voice) * np.float32(self.voice_gain)
            count = min(BLOCK, self.samples - start)
            if music is not None:
                block[:count] += music.take(count) * self._music_level(start, count)
            yield block[:count]

    def voice_alone(self) -> Iterator[Sound]:
        """Yield the sentences without pauses, as they are."""
        for scene in self._voiced:
            if scene.clip is not None:
                yield self._spoken(scene.clip)

    def _voice(self) -> Iterator[Sound]:
        """Yield blocks of the sentences alone; one block more than there is, at the end."""
        pending = np.zeros((2 * BLOCK, 2), np.float32)
        coming = iter(self._voiced)
        scene = next(coming, None)
        start = 0
        while True:
            while scene is not None and scene.clip is not None:
                place = scene.voice_ms * RATE_HZ // 1_000 - start
                if place >= BLOCK:
                    break
                spoken = self._spoken(scene.clip)
                if place + len(spoken) > len(pending):
                    more = place + len(spoken) + BLOCK - len(pending)
                    pending = np.concatenate([pending, np.zeros((more, 2), np.float32)])
                pending[place : place + len(spoken)] += spoken
                scene = next(coming, None)
            yield pending[:BLOCK]
            kept = pending[BLOCK:]
            missing = max(0, 2 * BLOCK - len(kept))
            pending = np.concatenate([kept, np.zeros((missing, 2), np.float32)])
            start += BLOCK

    def _spoken(self, clip: Clip) -> Sound:
        try:
            pieces = list(read_sound(clip.path))
        except KnownError:
            pieces = list(read_sound(self._say(clip.text).path))
        return np.concatenate(pieces) if pieces else np.zeros((0, 2), np.float32)

    def _music_level(self, start: int, count: int) -> Sound:
        """Return the music's gain for each sample of a block, shape (count, 1)."""
        ms = np.arange(start, start + count) * (1_000 / RATE_HZ)
        db = np.interp(ms, self._duck_at, self._duck_db) if len(self._duck_at) else 0.0
        end_ms = self.samples * 1_000 / RATE_HZ
        ends = np.clip(np.minimum(ms, end_ms - ms) / _MUSIC_FADE_MS, 0, 1)
        level = self.music_gain * ends * 10 ** (db / 20)
        gains: Sound = level.astype(np.float32)[:, None]
        return gains


def _ducking(spoken: Sequence[tuple[int, int]]) -> tuple[list[float], list[float]]:
    """Return the corners of the music's level in dB, in time: down before a voice, up after."""
    at: list[float] = []
    db: list[float] = []
    for start, end in spoken:
        if at and start - _DOWN_MS <= at[-1]:  # it does not come up for so short a pause
            at[-2:], db[-2:] = [], []
        else:
            at += [start - _DOWN_MS, start]
            db += [0.0, _DUCKED_DB]
        at += [end, end + _UP_MS]
        db += [_DUCKED_DB, 0.0]
    return at, db


def _samples(frame: av.AudioFrame) -> Sound:
    sound: Sound = frame.to_ndarray().reshape(-1, 2).astype(np.float32, copy=False)
    return sound
