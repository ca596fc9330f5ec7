"""Loudness by EBU R 128 (ITU-R BS.1770-5): measured with ffmpeg's meter, set with a gain.

A limiter keeps peaks below -2 dBFS, so that a lossy codec does not clip.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction

import av
import numpy as np
from av.error import BlockingIOError as NothingYet
from av.error import EOFError as NothingMore
from av.filter import Graph

from gallery.narration.film.sound import RATE_HZ, Mix, Sound

_MUSIC_BELOW_LU = 6.0  # where nobody speaks
_LIMIT = 0.794
_NEAR_LU = 0.1
_TURNS = 3
_SILENCE_LUFS = -69.0  # the meter's own floor is -70
_MUSIC_MEASURED_S = 300


class Meter:
    """Lets sound through a limiter and measures what comes out."""

    def __init__(self, *, limited: bool = True) -> None:
        self._graph = Graph()
        source = self._graph.add_abuffer(
            sample_rate=RATE_HZ, format="flt", layout="stereo", time_base=Fraction(1, RATE_HZ)
        )
        nodes = [source]
        if limited:
            nodes.append(self._graph.add("alimiter", f"limit={_LIMIT}:level=0:latency=1"))
        nodes.append(self._graph.add("ebur128", "metadata=1"))
        nodes.append(self._graph.add("abuffersink"))
        self._graph.link_nodes(*nodes)
        self._graph.configure()
        self._place = 0
        self._lufs = -math.inf

    @property
    def lufs(self) -> float | None:
        """The integrated loudness of what came through; None where it was silence."""
        return self._lufs if self._lufs > _SILENCE_LUFS else None

    def through(self, blocks: Iterable[Sound], gain: float = 1.0) -> Iterator[Sound]:
        """Yield the blocks louder by a factor, limited; as many samples as came in."""
        for block in blocks:
            if not len(block):
                continue
            louder = np.ascontiguousarray(block * np.float32(gain), np.float32)
            frame = av.AudioFrame.from_ndarray(louder.reshape(1, -1), "flt", "stereo")
            frame.sample_rate, frame.time_base = RATE_HZ, Fraction(1, RATE_HZ)
            frame.pts = self._place
            self._place += len(block)
            self._graph.push(frame)
            yield from self._pulled()
        self._graph.push(None)
        yield from self._pulled()

    def _pulled(self) -> Iterator[Sound]:
        while True:
            try:
                frame = self._graph.pull()
            except (NothingYet, NothingMore):
                return
            assert isinstance(frame, av.AudioFrame)
            self._lufs = float(frame.metadata.get("lavfi.r128.I", self._lufs))
            yield frame.to_ndarray().reshape(-1, 2).astype(np.float32)


def measured(blocks: Iterable[Sound], gain: float = 1.0, *, limited: bool = False) -> float | None:
    """Return the integrated loudness in LUFS; None for silence."""
    meter = Meter(limited=limited)
    for _ in meter.through(blocks, gain):
        pass
    return meter.lufs


def level(
    mix: Mix, music: Iterable[Sound] | None, target: float, stop: Callable[[], None]
) -> float:
    """Set the gains of a mix and return the factor that brings all of it to ``target`` LUFS.

    Voice and music are measured apart, so that the voice stands above the music whatever file was
    chosen. ``stop`` is called between blocks and raises where the work is to end.
    """

    def watched(blocks: Iterable[Sound]) -> Iterator[Sound]:
        for block in blocks:
            stop()
            yield block

    mix.voice_gain = _factor(target, measured(watched(mix.voice_alone())))
    if music is not None:
        mix.music_gain = _factor(target - _MUSIC_BELOW_LU, measured(watched(_first(music))))
    gain = 1.0
    for _ in range(_TURNS):
        lufs = measured(watched(mix.blocks()), gain, limited=True)
        if lufs is None or abs(target - lufs) < _NEAR_LU:
            break
        gain *= _factor(target, lufs)
    return gain


def _first(music: Iterable[Sound]) -> Iterator[Sound]:
    """Yield the first minutes: enough to know how loud a piece is."""
    left = _MUSIC_MEASURED_S * RATE_HZ
    for block in music:
        yield block
        left -= len(block)
        if left <= 0:
            return


def _factor(target: float, lufs: float | None) -> float:
    return 1.0 if lufs is None else 10.0 ** ((target - lufs) / 20)
