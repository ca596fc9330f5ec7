"""Films opened again, for tests."""

from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from gallery.narration.film.loudness import measured
from gallery.narration.film.sound import RATE_HZ, read_sound


def colours_at(path: Path, times_s: list[float]) -> list[NDArray[np.float64]]:
    """Return the mean colour (RGB) of the middle of the frames shown at these times."""
    found = []
    with av.open(str(path)) as film:
        last = None
        for frame in film.decode(film.streams.video[0]):
            while len(found) < len(times_s) and frame.time > times_s[len(found)] + 1e-6:
                assert last is not None
                found.append(_middle(last))
            last = frame
        found += [_middle(last)] * (len(times_s) - len(found))
    return found


def frame_count(path: Path) -> int:
    with av.open(str(path)) as film:
        return sum(1 for _ in film.decode(film.streams.video[0]))


def subtitles_in(path: Path) -> list[tuple[int, int, str]]:
    """Return start and end in milliseconds and the text of the subtitles inside a film."""
    found = []
    with av.open(str(path)) as film:
        stream = film.streams.subtitles[0]
        for packet in film.demux(stream):
            data = bytes(packet)
            if stream.codec_context.name == "mov_text":
                data = data[2 : 2 + int.from_bytes(data[:2], "big")]
            if data:
                scale = float(packet.time_base * 1_000)
                start = packet.pts * scale
                end = start + packet.duration * scale
                found.append((round(start), round(end), data.decode()))
    return found


def sound_of(path: Path) -> NDArray[np.float32]:
    """Return what is heard from the start on, mono."""
    pieces = list(read_sound(path))
    return np.concatenate(pieces).mean(axis=1)


def rms(sound: NDArray[np.float32], from_ms: float, to_ms: float) -> float:
    piece = sound[round(from_ms * RATE_HZ / 1_000) : round(to_ms * RATE_HZ / 1_000)]
    return float(np.sqrt((piece.astype(np.float64) ** 2).mean()))


def loudness_of(path: Path) -> float | None:
    return measured(read_sound(path))


def _middle(frame: av.VideoFrame) -> NDArray[np.float64]:
    rgb = frame.to_ndarray(format="rgb24")
    height, width = rgb.shape[:2]
    middle = rgb[height // 3 : height * 2 // 3, width // 3 : width * 2 // 3]
    return middle.reshape(-1, 3).mean(axis=0)
