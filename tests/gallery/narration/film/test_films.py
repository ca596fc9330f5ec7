"""Whole films, small, opened again and held against their script."""

from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from gallery.domain import Clip, Photo
from gallery.errors import KnownError
from gallery.narration.film.job import FilmJob, FilmProgress, FilmStoppedError, Stage, Written
from gallery.narration.film.making import write_film
from gallery.narration.film.preparing import Materials
from gallery.narration.film.settings import FilmSettings
from gallery.narration.film.subtitles import cues_of
from gallery.narration.film.timeline import Pace, Timeline, timeline_of
from gallery.narration.speech import Speech
from gallery.narration.story import story_of
from tests.gallery.narration.film import reading
from tests.gallery.narration.film.conftest import COLOURS, photo_of, read_picture

_PACE = Pace(least=1_500, fade=400, before=100, after=300)
_SMALL = FilmSettings(size=(320, 180), fps=24)


def _film(path: Path, cards: list[Photo], materials: Materials, **more: object) -> Written:
    settings = more.pop("settings", _SMALL)
    return write_film(cards, path, materials, settings, title="Cards", pace=_PACE, **more)  # type: ignore[arg-type]


def _script(cards: list[Photo], say: Callable[[str], Clip]) -> Timeline:
    story = story_of(cards, title="Cards")
    texts = [story.opening, *(line.said for line in story.lines)]
    return timeline_of(story, [say(text) for text in texts], _PACE)


@pytest.mark.parametrize(
    ("ending", "video", "audio", "words"),
    [
        (".mp4", "h264", "aac", "mov_text"),
        (".mkv", "av1", "opus", "webvtt"),
        (".webm", "av1", "opus", "webvtt"),
    ],
)
def test_a_film_holds_what_its_script_says(
    tmp_path: Path,
    cards: list[Photo],
    materials: Materials,
    say: Callable[[str], Clip],
    ending: str,
    video: str,
    audio: str,
    words: str,
) -> None:
    path = tmp_path / f"film{ending}"
    written = _film(path, cards, materials)
    script = _script(cards, say)
    assert written.duration_ms == script.duration_ms
    assert written.skipped == ()
    frame_s = 1 / 24
    with av.open(str(path)) as film:
        picture, sound, text = (
            film.streams.video[0],
            film.streams.audio[0],
            film.streams.subtitles[0],
        )
        assert (picture.width, picture.height, picture.average_rate) == (320, 180, 24)
        assert picture.codec.canonical_name == video
        assert sound.codec.canonical_name == audio
        assert (sound.rate, sound.layout.name, sound.language) == (48_000, "stereo", "eng")
        assert (text.codec_context.name, text.language) == (words, "eng")
        if ending != ".webm":  # which has no such mark
            assert sound.disposition & av.stream.Disposition.visual_impaired
        assert film.metadata["title"] == "Cards"
        assert film.duration / 1e6 == pytest.approx(script.duration_ms / 1_000, abs=frame_s)
        chapters = [
            (
                float(c["start"] * c["time_base"]),
                float(c["end"] * c["time_base"]),
                c["metadata"]["title"],
            )
            for c in film.chapters()
        ]
    assert reading.frame_count(path) == round(script.duration_ms * 24 / 1_000)
    expected = [(c.start_ms / 1e3, c.end_ms / 1e3, c.title) for c in script.chapters]
    assert [c[2] for c in chapters] == [c[2] for c in expected]
    assert np.array([c[:2] for c in chapters]) == pytest.approx(
        np.array([c[:2] for c in expected]), abs=0.002
    )
    cues = cues_of(script)
    found = reading.subtitles_in(path)
    assert [text for _, _, text in found] == [cue.text for cue in cues]
    assert [start for start, _, _ in found] == pytest.approx([c.start_ms for c in cues], abs=2)
    assert [end for _, end, _ in found] == pytest.approx([c.end_ms for c in cues], abs=2)


def test_the_right_photo_is_seen_at_its_time_and_two_of_them_while_they_fade(
    tmp_path: Path, cards: list[Photo], materials: Materials, say: Callable[[str], Clip]
) -> None:
    path = tmp_path / "film.mp4"
    _film(path, cards, materials)
    scenes = _script(cards, say).scenes
    times = []
    for scene in scenes[1:]:
        times += [(scene.start_ms + 420) / 1e3, (scene.end_ms - 420) / 1e3]
    halves = [(scene.start_ms + 200) / 1e3 for scene in scenes[2:]]
    seen = reading.colours_at(path, times)
    for number, colour in enumerate(COLOURS):
        assert seen[2 * number] == pytest.approx(colour, abs=8)
        assert seen[2 * number + 1] == pytest.approx(colour, abs=8)
    for number, mixed in enumerate(reading.colours_at(path, halves)):
        both = (np.array(COLOURS[number]) + np.array(COLOURS[number + 1])) / 2
        assert mixed == pytest.approx(both, abs=32)  # a frame is a tenth of the fade
    first, last = reading.colours_at(path, [0.0, scenes[-1].end_ms / 1e3])
    assert first.max() < 10
    assert last.max() < 25


def test_the_voice_is_heard_when_its_words_are_shown(tmp_path: Path, cards: list[Photo]) -> None:
    path = tmp_path / "film.mp4"
    speech = Speech(tmp_path / "speech")
    try:
        written = _film(path, cards, Materials(read_picture, speech.synthesize))
        script = _script(cards, speech.synthesize)
    finally:
        speech.stop()
    assert written.lufs == pytest.approx(-16, abs=0.5)
    assert reading.loudness_of(path) == pytest.approx(-16, abs=0.7)
    sound = reading.sound_of(path)
    for scene in script.scenes:
        assert scene.clip is not None
        for word in scene.clip.words:
            at = scene.voice_ms + word.at_ms
            assert reading.rms(sound, at, at + 160) > 0.02, scene.text[word.start :]
        assert reading.rms(sound, scene.voice_ms - 250, scene.voice_ms - 30) < 0.003


def test_music_makes_way_for_the_voice_and_comes_back(
    tmp_path: Path,
    cards: list[Photo],
    materials: Materials,
    say: Callable[[str], Clip],
    music: Path,
) -> None:
    path = tmp_path / "film.mkv"
    settings = FilmSettings(size=(320, 180), fps=24, music=music)
    pace = Pace(least=6_000, fade=400, before=1_500, after=2_500)
    write_film(cards[:2], path, materials, settings, title="", pace=pace)
    script = timeline_of(
        story := story_of(cards[:2], title=""), [say(line.said) for line in story.lines], pace
    )
    sound = reading.sound_of(path)
    spectrum_at = {}
    for name, at in (
        ("under", script.scenes[0].voice_ms + 300),
        ("between", script.scenes[0].voice_end_ms + 1_200),
    ):
        piece = sound[at * 48 : at * 48 + 48_000]
        spectrum = np.abs(np.fft.rfft(piece * np.hanning(len(piece)))) / len(piece)
        spectrum_at[name] = spectrum[1_900:3_100].max()  # 1 Hz a bin: the music alone
    ratio_db = 20 * np.log10(spectrum_at["under"] / spectrum_at["between"])
    assert -18 < ratio_db < -10
    assert reading.loudness_of(path) == pytest.approx(-16, abs=0.7)


def test_a_photo_that_cannot_be_read_is_left_out_and_named(
    tmp_path: Path, cards: list[Photo], materials: Materials
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8 nothing more")
    gone = photo_of(6, tmp_path / "gone.jpg", "a cat")
    path = tmp_path / "film.mp4"
    photos = [cards[0], photo_of(5, broken, "a dog"), gone, cards[1]]
    written = _film(path, photos, materials)
    assert [skipped.name for skipped in written.skipped] == ["broken.jpg", "gone.jpg"]
    assert "damaged" in written.skipped[0].reason
    with av.open(str(path)) as film:
        assert len(film.chapters()) == 3
    assert "2 photos" in path.with_suffix(".srt").read_text()


def test_a_photo_that_vanishes_on_the_way_leaves_its_time_and_is_named(
    tmp_path: Path, cards: list[Photo], say: Callable[[str], Clip]
) -> None:
    def picture(photo: Photo, max_px: int) -> object:
        if photo.id == 2 and max_px > 64:  # it was there when it was looked at
            photo.path.unlink(missing_ok=True)
        return read_picture(photo, max_px)

    path = tmp_path / "film.mp4"
    written = _film(path, cards[:3], Materials(picture, say))  # type: ignore[arg-type]
    assert [skipped.name for skipped in written.skipped] == ["card 2.png"]
    script = _script(cards[:3], say)
    middle = (script.scenes[3].start_ms + 700) / 1e3
    assert reading.colours_at(path, [middle])[0] == pytest.approx(COLOURS[2], abs=8)


@pytest.mark.parametrize("stage", list(Stage))
def test_stopping_leaves_nothing_behind(
    tmp_path: Path, cards: list[Photo], materials: Materials, stage: Stage
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    jobs: list[FilmJob] = []

    def tell(progress: FilmProgress) -> None:
        if progress.stage is stage and (progress.done or stage is Stage.LEVELLING):
            jobs[0].stop()

    jobs.append(FilmJob(tell))
    with pytest.raises(FilmStoppedError):
        _film(folder / "film.mp4", cards, materials, job=jobs[0])
    assert list(folder.iterdir()) == []


def test_a_failure_on_the_way_keeps_the_film_that_was_there(
    tmp_path: Path, cards: list[Photo], say: Callable[[str], Clip]
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    path = folder / "film.mp4"
    path.write_bytes(b"before")

    def fail(text: str) -> Clip:
        if "number 3" in text:
            raise KnownError("The voice is gone.")
        return say(text)

    with pytest.raises(KnownError, match="voice is gone"):
        _film(path, cards, Materials(read_picture, fail))
    assert path.read_bytes() == b"before"
    assert list(folder.iterdir()) == [path]


def test_a_film_without_a_voice_gives_time_to_read(tmp_path: Path, cards: list[Photo]) -> None:
    path = tmp_path / "film.webm"
    written = _film(path, cards[:2], Materials(read_picture, None))
    assert written.lufs is None
    assert written.duration_ms >= 3 * 1_500
    assert len(reading.subtitles_in(path)) == 3


def test_a_sentence_that_left_the_cache_is_spoken_again(
    tmp_path: Path, cards: list[Photo], say: Callable[[str], Clip]
) -> None:
    forgotten: list[Path] = []

    def forgetful(text: str) -> Clip:
        clip = say(text)
        if "number 2" in text and not forgotten:
            forgotten.append(clip.path)
            clip.path.unlink()
        return clip

    path = tmp_path / "film.mp4"
    _film(path, cards[:2], Materials(read_picture, forgetful))
    scene = _script(cards[:2], say).scenes[2]
    assert reading.rms(reading.sound_of(path), scene.voice_ms, scene.voice_ms + 150) > 0.05


def test_photos_do_not_move_where_motion_is_off(
    tmp_path: Path, cards: list[Photo], materials: Materials, say: Callable[[str], Clip]
) -> None:
    path = tmp_path / "film.mp4"
    _film(path, cards[:1], materials, settings=FilmSettings(size=(320, 180), fps=24, moving=False))
    scene = _script(cards[:1], say).scenes[1]
    with av.open(str(path)) as film:
        frames = [
            frame.to_ndarray(format="gray").astype(int)
            for frame in film.decode(film.streams.video[0])
            if scene.start_ms + 450 < frame.time * 1_000 < scene.end_ms - 450
        ]
    assert len(frames) > 10
    assert max(np.abs(frame - frames[0]).mean() for frame in frames) < 0.5


def test_what_cannot_be_made_is_told_before_any_work(
    tmp_path: Path, cards: list[Photo], materials: Materials, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(KnownError, match="what kind of film"):
        _film(tmp_path / "film.gif", cards, materials)
    with pytest.raises(KnownError, match="no folder"):
        _film(tmp_path / "no folder" / "film.mp4", cards, materials)
    with pytest.raises(KnownError, match="none of the photos"):
        _film(tmp_path / "film.mp4", [photo_of(1, tmp_path / "x.jpg", "a cat")], materials)
    music = tmp_path / "notes.txt"
    music.write_text("la la la")
    with pytest.raises(KnownError, match=r"notes\.txt"):
        _film(
            tmp_path / "film.mp4",
            cards,
            materials,
            settings=FilmSettings(size=(320, 180), music=music),
        )
    monkeypatch.setattr("shutil.disk_usage", lambda _: _usage(10_000_000))
    with pytest.raises(KnownError, match="10 MB are free"):
        _film(tmp_path / "film.mp4", cards, materials)
    assert not list(tmp_path.glob("*film*"))


class _usage:  # noqa: N801 - stands for a tuple with names
    def __init__(self, free: int) -> None:
        self.free = free


@pytest.fixture(autouse=True)
def _no_parts_left(tmp_path: Path) -> Iterator[None]:
    yield
    assert not list(tmp_path.rglob("*.part"))
