import os
import signal
import stat
import time
import wave
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gallery.errors import KnownError
from gallery.narration.speech import Speech

SENTENCE = "A cat sits next to a mouse, under a table."


def test_a_sentence_is_really_heard(speech: Speech, loudness: Callable[..., float]) -> None:
    clip = speech.synthesize(SENTENCE)
    with wave.open(str(clip.path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        assert clip.duration_ms == pytest.approx(
            file.getnframes() * 1_000 / file.getframerate(), abs=1
        )
    assert 1_500 < clip.duration_ms < 6_000
    assert loudness(clip.path) > 0.02
    assert stat.S_IMODE(clip.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(clip.path.parent.stat().st_mode) == 0o700


def test_words_are_placed_in_the_text_and_in_time(
    speech: Speech, loudness: Callable[..., float]
) -> None:
    clip = speech.synthesize(SENTENCE)
    said = [clip.text[word.start : word.start + word.length] for word in clip.words]
    assert [word for word in said if len(word) > 3] == ["sits", "next", "mouse", "under", "table"]
    times = [word.at_ms for word in clip.words]
    assert times == sorted(times)
    assert times[0] < 200
    assert times[-1] < clip.duration_ms
    mouse = clip.words[said.index("mouse")]
    assert loudness(clip.path, mouse.at_ms, mouse.at_ms + 300) > 0.02


def test_words_stay_in_place_after_emoji_and_controls(speech: Speech) -> None:
    clip = speech.synthesize("\x07😀 A cat ❤️ and\u202e a \U0001f9d1\u200d\U0001f680 balloon.")
    said = [clip.text[word.start : word.start + word.length] for word in clip.words]
    assert said[:2] == ["A", "cat"]
    assert said[-1] == "balloon"


@pytest.mark.parametrize(
    "text", ["", "   \n\t", "😀😀", "...", "\x00\x01", "\u200f\u200e", "\ud800"]
)
def test_nothing_to_say_is_said_in_plain_words(speech: Speech, text: str) -> None:
    with pytest.raises(KnownError, match="nothing to say"):
        speech.synthesize(text)


@pytest.mark.parametrize(
    "text",
    [
        "\x1b[31mred\x1b[0m \x00 \ud800 a cat",
        "שלום עולם, this is مرحبا بالعالم",
        "一只猫在海滩上",
        "<speak>a cat</speak> [[h@l'oU]] &amp; %s {} \\n $(ls)",
        "a" * 10_000,
        "a cat next to a mouse. " * 435,
    ],
    ids=["controls", "rtl", "chinese", "markup", "one long word", "10,000 characters"],
)
def test_hostile_text_is_spoken_and_the_next_sentence_too(
    speech: Speech, loudness: Callable[..., float], text: str
) -> None:
    clip = speech.synthesize(text)
    assert loudness(clip.path, 0, 3_000) > 0.01
    assert all(
        word.start + word.length <= len(text) and word.at_ms <= clip.duration_ms
        for word in clip.words
    )
    pid = speech.pid
    assert speech.synthesize("It goes on.").duration_ms > 300
    assert speech.pid == pid


def test_two_hundred_sentences_in_a_row_are_all_heard(
    speech: Speech, loudness: Callable[..., float]
) -> None:
    speech.synthesize("The first one starts the process.")
    began = time.perf_counter()
    clips = [speech.synthesize(f"Photo {number}: a cat.") for number in range(200)]
    assert time.perf_counter() - began < 20
    assert len({clip.path for clip in clips}) == 200
    assert min(loudness(clip.path) for clip in clips) > 0.02


def test_a_known_sentence_is_not_made_again(speech: Speech) -> None:
    first = speech.synthesize(SENTENCE)
    made_at = first.path.stat().st_ino
    assert speech.synthesize(SENTENCE) == first
    assert first.path.stat().st_ino == made_at
    slower = speech.synthesize(SENTENCE, rate_wpm=100)
    other = speech.synthesize(SENTENCE, voice="gmw/en-gb-scotland")
    assert slower.duration_ms > first.duration_ms * 1.3
    assert len({first.path, slower.path, other.path}) == 3


def test_voice_and_rate_hold_for_the_sentence_they_were_asked_for(speech: Speech) -> None:
    lengths_ms: dict[tuple[str, int], set[int]] = {}
    for number in range(6):  # espeak loses a change that is not waited for
        for voice in ("gmw/en-us", "gmw/en-gb-scotland"):
            for rate_wpm in (100, 300):
                text = "A cat sits next to a mouse" + "." * number
                clip = speech.synthesize(text, voice=voice, rate_wpm=rate_wpm)
                lengths_ms.setdefault((voice, rate_wpm), set()).add(clip.duration_ms // 100)
    for voice in ("gmw/en-us", "gmw/en-gb-scotland"):
        assert max(lengths_ms[voice, 300]) * 1.5 < min(lengths_ms[voice, 100])


def test_a_killed_process_is_replaced_and_the_next_sentence_spoken(speech: Speech) -> None:
    speech.synthesize(SENTENCE)
    pid = speech.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert speech.synthesize("The next sentence.").duration_ms > 300
    assert speech.pid not in (None, pid)


def test_a_process_killed_in_the_middle_of_a_sentence_is_asked_once_more(speech: Speech) -> None:
    speech.synthesize("It starts.")
    pid = speech.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)  # so that it is surely in the middle
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(speech.synthesize, SENTENCE)
        with pytest.raises(TimeoutError):
            answer.result(0.3)
        os.kill(pid, signal.SIGKILL)
        assert answer.result(20).duration_ms > 1_500
    assert speech.pid != pid


def test_a_hung_process_is_replaced(speech: Speech) -> None:
    speech.synthesize("It starts.")
    pid = speech.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    assert speech.synthesize(SENTENCE, timeout_s=0.5).duration_ms > 1_500
    assert speech.pid != pid


def test_many_threads_may_ask_at_once(speech: Speech) -> None:
    texts = [f"Sentence {number} of a thread." for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        clips = list(pool.map(speech.synthesize, texts))
    assert [clip.text for clip in clips] == texts


def test_voices_are_listed_and_an_english_one_is_the_default(speech: Speech) -> None:
    voices = speech.voices()
    english = next(voice for voice in voices if voice.id == speech.default_voice())
    assert english.languages == ("en-us",)
    assert len(voices) > 20
    with pytest.raises(KnownError, match="no voice 'klingon'"):
        speech.synthesize(SENTENCE, voice="klingon")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    voice = Speech(tmp_path / "file" / "speech")
    with pytest.raises(KnownError, match="cannot be kept"):
        voice.synthesize(SENTENCE)
    voice.stop()


def test_after_stop_nothing_is_spoken_and_no_process_is_left(speech: Speech) -> None:
    speech.synthesize(SENTENCE)
    speech.stop()
    assert speech.pid is None
    with pytest.raises(KnownError, match="closing"):
        speech.synthesize("Something new.")
    speech.stop()


def test_a_stop_just_before_a_sentence_is_asked_for_keeps_nobody_waiting(speech: Speech) -> None:
    speech.synthesize(SENTENCE)

    def stopped_before_the_next() -> Iterator[int]:
        speech.stop()
        yield 1_000

    speech._jobs = stopped_before_the_next()  # type: ignore[assignment]
    began = time.monotonic()
    with pytest.raises(KnownError, match="closing"):
        speech.synthesize("Something new.")
    assert time.monotonic() - began < 5
