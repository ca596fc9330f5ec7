import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gallery.domain import Clip
from gallery.errors import KnownError
from gallery.narration.recording import write_wav
from gallery.narration.speech import Speech


def test_real_sentences_are_joined_with_silence_between(
    speech: Speech, tmp_path: Path, loudness: Callable[..., float]
) -> None:
    clips = [speech.synthesize(text) for text in ("A cat on a beach.", "Two dogs at night.")]
    path = tmp_path / "told.wav"
    length_ms = write_wav(clips, path, gap_ms=1_000)
    assert length_ms == pytest.approx(sum(clip.duration_ms for clip in clips) + 1_000, abs=5)
    with wave.open(str(path), "rb") as file:
        assert file.getnframes() * 1_000 / file.getframerate() == pytest.approx(length_ms, abs=1)
    first_ms = clips[0].duration_ms
    assert loudness(path, 0, first_ms) > 0.02
    assert loudness(path, first_ms + 50, first_ms + 950) < 0.001
    assert loudness(path, first_ms + 1_000) > 0.02


@pytest.mark.parametrize(("rate_hz", "channels"), [(22_050, 1), (16_000, 1), (44_100, 2)])
def test_other_rates_and_channels_become_one(
    tmp_path: Path,
    tone: Callable[..., Clip],
    loudness: Callable[..., float],
    rate_hz: int,
    channels: int,
) -> None:
    path = tmp_path / "told.wav"
    clips = [tone(400), tone(600, rate_hz=rate_hz, channels=channels)]
    assert write_wav(clips, path, gap_ms=0) == pytest.approx(1_000, abs=2)
    assert loudness(path, 450) == pytest.approx(0.25 / 2**0.5, rel=0.05)


def test_clips_may_come_one_by_one(tmp_path: Path, tone: Callable[..., Clip]) -> None:
    assert write_wav((tone(100) for _ in range(3)), tmp_path / "told.wav", gap_ms=100) == 500


def test_nothing_to_record_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "told.wav"
    path.write_bytes(b"before")
    with pytest.raises(KnownError, match="nothing to record"):
        write_wav([], path)
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_on_the_way_leaves_no_half_file(tmp_path: Path, tone: Callable[..., Clip]) -> None:
    def clips() -> Iterator[Clip]:
        yield tone(100)
        raise KnownError("The voice is gone.")

    with pytest.raises(KnownError, match="voice is gone"):
        write_wav(clips(), tmp_path / "told.wav")
    assert [path.suffix for path in tmp_path.iterdir()] == [".wav"]  # the tone itself
    assert not (tmp_path / "told.wav").exists()


def test_a_clip_that_vanished_is_told(tmp_path: Path, tone: Callable[..., Clip]) -> None:
    clip = tone(100)
    clip.path.unlink()
    with pytest.raises(KnownError, match="could not be read again"):
        write_wav([clip], tmp_path / "told.wav")


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path, tone: Callable[..., Clip]) -> None:
    clip = tone(100)
    with pytest.raises(KnownError, match="could not be written"):
        write_wav([clip], tmp_path / "no folder" / "told.wav")
    with pytest.raises(KnownError, match="could not be written"):
        write_wav([clip], clip.path / "told.wav")
    with pytest.raises(KnownError, match="no file that could be replaced"):
        write_wav([clip], tmp_path)
