"""The parts of a film that are arithmetic and letters."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gallery.domain import Clip, Photo, WordTime
from gallery.narration.film import lettering, plates
from gallery.narration.film.loudness import Meter, measured
from gallery.narration.film.motion import ZOOM, move_over
from gallery.narration.film.sound import RATE_HZ, _ducking
from gallery.narration.film.subtitles import as_srt, as_vtt, cues_of
from gallery.narration.film.timeline import Pace, Scene, Timeline, timeline_of
from gallery.narration.story import story_of
from tests.gallery.narration.film.conftest import read_picture

_FRAME = (320, 180)


def test_a_slide_waits_for_its_sentence_and_has_a_least_time(
    cards: list[Photo], say: Callable[[str], Clip]
) -> None:
    story = story_of(cards[:2], title="")
    long, short = say("word " * 30), replace(say("word"), duration_ms=100)
    pace = Pace(least=4_000, fade=800, before=250, after=700)
    first, second = timeline_of(story, [long, short], pace).scenes
    assert (first.start_ms, first.voice_ms) == (0, 1_050)
    assert first.end_ms == 1_050 + long.duration_ms + 700 + 800
    assert second.start_ms == first.end_ms - 800
    assert second.end_ms - second.start_ms == 4_800
    unvoiced = timeline_of(story, [None, None], pace).scenes[0]
    assert unvoiced.voice_end_ms - unvoiced.voice_ms == round(len(story.lines[0].said) / 15 * 1_000)


def test_chapters_follow_each_other_without_a_gap(
    cards: list[Photo], say: Callable[[str], Clip]
) -> None:
    story = story_of(cards, title="Cards")
    timeline = timeline_of(story, [say("one two")] * 5)
    chapters = timeline.chapters
    assert [chapter.title for chapter in chapters][:2] == [
        "Cards",
        "A card of colour number 1 on a table",
    ]
    assert chapters[0].start_ms == 0
    assert chapters[-1].end_ms == timeline.duration_ms
    assert all(a.end_ms == b.start_ms for a, b in itertools.pairwise(chapters))


def _scene(text: str) -> Scene:
    words = tuple(
        WordTime(place, len(word), place * 60)
        for place, word in ((text.index(w), w) for w in dict.fromkeys(text.split()))
    )
    return Scene(None, text, Clip(text, Path("x"), len(text) * 60, words), 0, 90_000, 1_000)


@given(st.lists(st.text(st.characters(categories=["L", "N", "P"]), min_size=1), min_size=1))
def test_subtitles_keep_every_letter_in_two_short_lines_each(words: list[str]) -> None:
    text = " ".join(words)
    scene = Scene(None, text, None, 0, 10_000_000, 1_000)
    cues = cues_of(Timeline("", (scene,), 0))
    assert "".join("".join(cue.text.split()) for cue in cues) == "".join(text.split())
    assert all(len(line) <= 42 for cue in cues for line in cue.text.split("\n"))
    assert all(cue.text.count("\n") <= 1 for cue in cues)
    assert all(a.end_ms <= b.start_ms for a, b in itertools.pairwise(cues))


def test_a_long_sentence_is_cut_at_a_stop_and_each_piece_comes_with_its_first_word() -> None:
    text = (
        "The third of May 2024. An old man with a straw hat sits before a blue door, "
        "and beside him sleeps one very large grey dog on warm stones."
    )
    scene = _scene(text)
    first, second = cues_of(Timeline("", (scene,), 0))
    assert first.text.replace("\n", " ").endswith("a blue door,")
    assert second.text.startswith("and beside him")
    assert first.start_ms == 1_000
    assert first.end_ms == second.start_ms == 1_000 + text.index("and beside") * 60


def test_subtitle_files_are_written_as_their_formats_want_them() -> None:
    scene = replace(_scene("A <b> & a cat."), voice_ms=3_661_001, end_ms=4_000_000)
    cues = cues_of(Timeline("", (scene,), 0))
    assert as_srt(cues) == "1\n01:01:01,001 --> 01:01:02,241\nA <b> & a cat.\n"
    vtt = as_vtt(cues, "en")
    assert vtt.startswith("WEBVTT\nLanguage: en\n\n01:01:01.001 --> 01:01:02.241\n")
    assert "A &lt;b&gt; &amp; a cat." in vtt


@given(st.integers(330, 900), st.integers(190, 900), st.integers(0, 2**40))
def test_a_view_never_leaves_its_plate_and_keeps_the_frames_shape(
    width: int, height: int, key: int
) -> None:
    move = move_over((width, height), _FRAME, key)
    for share in (0, 0.3, 1):
        left, top, right, bottom = move.at(share).box
        assert left >= -1e-6
        assert top >= -1e-6
        assert right <= width + 1e-6
        assert bottom <= height + 1e-6
        assert (right - left) / (bottom - top) == pytest.approx(320 / 180)
    assert move == move_over((width, height), _FRAME, key)


def test_a_tall_plate_is_seen_from_end_to_end_and_a_fitting_one_is_zoomed() -> None:
    tall = move_over((352, 264), _FRAME, 1)
    assert sorted((tall.first.top, tall.last.top)) == [0, pytest.approx(264 - 352 * 180 / 320)]
    fitting = move_over((352, 198), _FRAME, 1)
    widths = sorted((fitting.first.width, fitting.last.width))
    assert widths[1] / widths[0] == pytest.approx(ZOOM)
    steps = [fitting.at(share / 10).width for share in range(11)]
    assert np.diff(steps) == pytest.approx(np.diff(steps)[0])


def test_a_photo_of_the_frames_shape_fills_it_and_another_stands_on_its_echo(
    cards: list[Photo], tmp_path: Path
) -> None:
    near = read_picture(cards[0], 400)
    assert isinstance(near, bytes)
    plate = plates.photo_plate(near, _FRAME, moving=True)
    assert plate.size == (352, 264)
    tall_path = tmp_path / "tall.png"
    Image.new("RGB", (200, 400), (200, 30, 30)).save(tall_path)
    tall = read_picture(replace(cards[0], path=tall_path), 400)
    assert isinstance(tall, bytes)
    for moving, size in ((True, (352, 198)), (False, _FRAME)):
        plate = plates.photo_plate(tall, _FRAME, moving=moving)
        assert plate.size == size
        luma = np.asarray(plate.y)
        assert luma[size[1] // 2, size[0] // 2] > luma[size[1] // 2, 4] + 20


def test_a_title_is_written_and_a_long_one_stays_inside() -> None:
    bare = plates.title_plate("", "", _FRAME, None)
    short = plates.title_plate("Lisbon", "May 2024", _FRAME, None)
    long = plates.title_plate("Lisbon and all that lies around it " * 6, "x", _FRAME, None)
    for plate in (short, long):
        written = np.asarray(plate.y).astype(int) - np.asarray(bare.y)
        assert written.max() > 150
        assert abs(written[:, :8]).max() <= 2
        assert abs(written[:, -8:]).max() <= 2


def test_a_font_is_chosen_that_has_the_letters() -> None:
    for text in ("Lisbon", "Łódź", "Ελλάδα"):
        font = lettering.fitting_font(text, 20, 300)
        pictures = {bytes(font.getmask(letter)) for letter in set(text)}
        assert len(pictures) == len(set(text))  # not one box for all


def test_loudness_is_measured_as_ebu_tech_3341_has_it() -> None:
    # a sine of 1 kHz at -23 dBFS in both channels is -23 LUFS
    times = np.arange(RATE_HZ * 5) / RATE_HZ
    sine = (np.sin(2 * np.pi * 1_000 * times) * 10 ** (-23 / 20)).astype(np.float32)
    stereo = np.repeat(sine[:, None], 2, axis=1)
    assert measured(np.array_split(stereo, 9)) == pytest.approx(-23, abs=0.1)
    assert measured([np.zeros((RATE_HZ, 2), np.float32)]) is None


def test_the_limiter_holds_peaks_and_loses_no_sample() -> None:
    noise = np.random.default_rng(1).normal(0, 0.5, (RATE_HZ * 2, 2)).astype(np.float32)
    out = np.concatenate(list(Meter().through(np.array_split(noise, 7), 2.0)))
    assert out.shape == noise.shape
    assert abs(out).max() <= 0.8
    quiet = noise * 0.01
    same = np.concatenate(list(Meter().through([quiet])))
    assert same == pytest.approx(quiet, abs=1e-5)


def test_music_stays_low_between_sentences_that_follow_closely() -> None:
    at, db = _ducking([(1_000, 2_000), (2_500, 3_000), (9_000, 10_000)])
    assert at == sorted(at)
    assert np.interp([500, 1_500, 2_250, 2_750, 6_000, 9_500], at, db) == pytest.approx(
        [0, -14, -14, -14, 0, -14]
    )
