from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from gallery.domain import Clip, Photo
from gallery.errors import KnownError
from gallery.narration.film.formats import sound_format
from gallery.narration.film.job import FilmJob, FilmProgress, FilmStoppedError, Stage
from gallery.narration.film.making import write_sound
from gallery.narration.film.output import Output, written_whole
from gallery.narration.film.preparing import Materials
from gallery.narration.film.settings import FilmSettings
from gallery.narration.film.sound import RATE_HZ, Sound
from tests.gallery.narration.film import reading


@pytest.mark.parametrize(
    ("ending", "codec", "marked"),
    [
        (".m4a", "aac", True),
        (".opus", "opus", True),
        (".mp3", "mp3", True),
        (".wav", "pcm_s16le", False),
    ],
)
def test_a_recording_has_sound_chapters_and_a_cover_where_its_kind_can(
    tmp_path: Path, cards: list[Photo], materials: Materials, ending: str, codec: str, marked: bool
) -> None:
    path = tmp_path / f"told{ending}"
    written = write_sound(cards[:3], path, materials, FilmSettings(), title="Cards")
    assert written.paths == (path,)
    with av.open(str(path)) as file:
        sound = file.streams.audio[0]
        assert sound.codec.canonical_name == codec
        assert (sound.rate, sound.layout.nb_channels) == (48_000, 2)
        assert file.duration / 1e6 == pytest.approx(written.duration_ms / 1e3, abs=0.05)
        titles = [chapter["metadata"]["title"] for chapter in file.chapters()]
        assert titles == (
            ["Cards", *(f"A card of colour number {n} on a table" for n in (1, 2, 3))]
            if marked
            else []
        )
        assert {**file.metadata, **sound.metadata}["title"] == "Cards"
        assert len(file.streams.video) == (1 if marked else 0)
        if marked:
            cover = next(file.decode(video=0)).to_ndarray(format="rgb24")
            assert cover.mean((0, 1)) == pytest.approx((200, 30, 30), abs=6)
    assert reading.loudness_of(path) == pytest.approx(-16, abs=0.7)
    heard = reading.sound_of(path)
    # the title's first word, and the pause before the first photo
    assert reading.rms(heard, 20, 180) > 0.05


def test_chapters_begin_where_their_sentence_does(
    tmp_path: Path, cards: list[Photo], materials: Materials, say: Callable[[str], Clip]
) -> None:
    path = tmp_path / "told.m4a"
    write_sound(cards[:3], path, materials, FilmSettings(), title="")
    with av.open(str(path)) as file:
        starts = [float(chapter["start"] * chapter["time_base"]) for chapter in file.chapters()]
    heard = reading.sound_of(path)
    assert starts[0] == 0
    for start in starts[1:]:
        assert reading.rms(heard, start * 1_000 - 500, start * 1_000 - 40) < 0.003
        assert reading.rms(heard, start * 1_000 + 20, start * 1_000 + 180) > 0.05


def test_stopping_a_recording_leaves_what_was_there(
    tmp_path: Path, cards: list[Photo], materials: Materials
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    path = folder / "told.mp3"
    path.write_bytes(b"before")
    jobs: list[FilmJob] = []

    def tell(progress: FilmProgress) -> None:
        if progress.stage is Stage.WRITING and progress.done:
            jobs[0].stop()

    jobs.append(FilmJob(tell))
    with pytest.raises(FilmStoppedError):
        write_sound(cards, path, materials, FilmSettings(), title="Cards", job=jobs[0])
    assert path.read_bytes() == b"before"
    assert list(folder.iterdir()) == [path]


def test_a_wav_file_is_the_voice_at_full_quality(
    tmp_path: Path, cards: list[Photo], materials: Materials, say: Callable[[str], Clip]
) -> None:
    path = tmp_path / "told.wav"
    write_sound(cards[:1], path, materials, FilmSettings(), title="")
    heard = reading.sound_of(path)
    piece = heard[480:9_120]
    pitch = np.abs(np.fft.rfft(piece * np.hanning(len(piece)))).argmax() * 48_000 / len(piece)
    assert pitch == pytest.approx(440, abs=6)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk that is always full here")
def test_a_disk_that_gets_full_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    path = tmp_path / "told.wav"
    loud = np.full((RATE_HZ * 10, 2), 0.1, np.float32)
    with pytest.raises(KnownError, match="No space left"):
        _record(path, loud)
    assert list(tmp_path.iterdir()) == []


def _record(path: Path, sound: Sound) -> None:
    """Write to a disk without any room."""
    with written_whole(path) as part:
        part.unlink()
        part.symlink_to("/dev/full")
        output = Output(part, sound_format(path), {}, "eng")
        try:
            output.add_audio("")
            output.begin((), None, (0, 0))
            output.write_sound(sound)
            output.finish()
        finally:
            output.abandon()
