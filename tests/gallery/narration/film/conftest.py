import io
import wave
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.images import DecodeError, open_rgb
from gallery.domain import Caption, Clip, Failure, Origin, Photo, WordTime
from gallery.narration.film.preparing import Materials

COLOURS = ((200, 30, 30), (30, 180, 40), (40, 60, 210), (220, 200, 40))
RATE_HZ = 22_050


@pytest.fixture
def cards(tmp_path: Path) -> list[Photo]:
    """Four photos, each of one colour of its own."""
    photos = []
    for number, colour in enumerate(COLOURS, 1):
        path = tmp_path / f"card {number}.png"
        Image.new("RGB", (360, 270), colour).save(path)
        photos.append(photo_of(number, path, f"a card of colour number {number} on a table"))
    return photos


def photo_of(number: int, path: Path, caption: str) -> Photo:
    said = Caption(
        1, number, caption, Origin.MODEL, "en", None, None, None, 0.9, False, datetime(2024, 1, 1)
    )
    taken = datetime(2024, 5, 3, 9, number % 60)
    return Photo(number, 1, path, 1, 360, 270, taken, "exif", False, said, None)


def read_picture(photo: Photo, max_px: int) -> bytes | Failure:
    """As the decoder process does it, in this one."""
    try:
        image = open_rgb(photo.path, at_least=(max_px, max_px))
    except DecodeError as error:
        return Failure(error.reason, error.detail)
    image.thumbnail((max_px, max_px))
    jpeg = io.BytesIO()
    image.save(jpeg, "JPEG", quality=92, subsampling=0)
    return jpeg.getvalue()


@pytest.fixture
def say(tmp_path: Path) -> Callable[[str], Clip]:
    """A voice that hums: each word a tone of 200 ms, 60 ms of silence after it."""

    def hum(text: str) -> Clip:
        path = tmp_path / f"hum {abs(hash(text))}.wav"
        words, pieces, place = [], [], 0
        for number, word in enumerate(text.split()):
            at = text.index(word, place)
            place = at + len(word)
            words.append(WordTime(at, len(word), number * 260))
            times = np.arange(RATE_HZ * 200 // 1_000) / RATE_HZ
            pieces += [np.sin(times * 2 * np.pi * 440) * 0.3, np.zeros(RATE_HZ * 60 // 1_000)]
        samples = (np.concatenate(pieces) * 32_767).astype("<i2")
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE_HZ)
            file.writeframes(samples.tobytes())
        return Clip(text, path, round(len(samples) * 1_000 / RATE_HZ), tuple(words))

    return hum


@pytest.fixture
def materials(say: Callable[[str], Clip]) -> Materials:
    return Materials(read_picture, say)


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """Three seconds of a chord that stays as it is."""
    path = tmp_path / "music.wav"
    times = np.arange(RATE_HZ * 3) / RATE_HZ
    chord = sum(np.sin(2 * np.pi * pitch * times) for pitch in (2_000, 2_500, 3_000)) * 0.1
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((chord * 32_767).astype("<i2").tobytes())
    return path
