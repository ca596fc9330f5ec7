import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from gallery.domain import Clip
from gallery.narration.speech import Speech


@pytest.fixture
def speech(tmp_path: Path) -> Iterator[Speech]:
    voice = Speech(tmp_path / "speech")
    yield voice
    voice.stop()
    assert voice.pid is None


@pytest.fixture
def loudness() -> Callable[..., float]:
    return _loudness


@pytest.fixture
def tone(tmp_path: Path) -> Callable[..., Clip]:
    """Writes a tone as a clip, where no voice is needed."""
    made: list[Path] = []

    def write(
        duration_ms: int, *, rate_hz: int = 22_050, level: float = 0.25, channels: int = 1
    ) -> Clip:
        path = tmp_path / f"tone{len(made)}.wav"
        made.append(path)
        times = np.arange(duration_ms * rate_hz // 1_000) / rate_hz
        samples = (np.sin(times * 2 * np.pi * 220) * level * 32_767).astype("<i2")
        with wave.open(str(path), "wb") as file:
            file.setnchannels(channels)
            file.setsampwidth(2)
            file.setframerate(rate_hz)
            file.writeframes(np.repeat(samples, channels).tobytes())
        return Clip("a tone", path, duration_ms, ())

    return write


def _loudness(path: Path, from_ms: int = 0, to_ms: int | None = None) -> float:
    """Root mean square of a stretch, 0 to 1."""
    with wave.open(str(path), "rb") as file:
        rate_hz = file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32_768
    end = None if to_ms is None else to_ms * rate_hz // 1_000
    stretch = samples[from_ms * rate_hz // 1_000 : end]
    return float(np.sqrt((stretch**2).mean()))
