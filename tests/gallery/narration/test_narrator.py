import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future

import pytest

from gallery.domain import Clip
from gallery.errors import KnownError
from gallery.narration.narrator import Narrator
from gallery.narration.speech import Speech


@pytest.fixture
def narrator(speech: Speech) -> Iterator[Narrator]:
    made = Narrator(speech)
    yield made
    made.close()


def test_a_sentence_is_prepared_in_the_background(narrator: Narrator) -> None:
    clip = narrator.prepare("A cat on a mat.").result(20)
    assert clip.text == "A cat on a mat."
    assert clip.duration_ms > 500


def test_what_is_wanted_now_comes_before_what_comes_next(narrator: Narrator) -> None:
    order: list[str] = []
    gate = threading.Event()
    narrator.prepare("It starts.").add_done_callback(lambda _: gate.wait(20))
    ahead = [f"Sentence {number} ahead." for number in range(5)]
    narrator.look_ahead(ahead)
    wanted = narrator.prepare("Wanted now.")
    last = narrator.prepare(ahead[4])  # known already: moved to the front, not made twice

    def note(future: "Future[Clip]") -> None:
        order.append(future.result().text)

    for future in (wanted, last):
        future.add_done_callback(note)
    gate.set()
    wanted.result(20)
    last.result(20)
    assert order == [ahead[4], "Wanted now."]


def test_a_failure_is_told_to_who_asked_and_the_thread_goes_on(narrator: Narrator) -> None:
    with pytest.raises(KnownError, match="nothing to say"):
        narrator.prepare("😀").result(20)
    narrator.voice = "klingon"
    with pytest.raises(KnownError, match="no voice"):
        narrator.prepare("A cat.").result(20)
    narrator.voice = None
    assert narrator.prepare("A cat.").result(20).duration_ms > 300


def test_cancel_drops_what_has_not_begun(narrator: Narrator) -> None:
    gate = threading.Event()
    began = threading.Event()

    def hold(_: object) -> None:
        began.set()
        gate.wait(20)

    narrator.prepare("It starts.").add_done_callback(hold)
    assert began.wait(20)
    dropped = narrator.prepare("Never made.")
    narrator.cancel()
    gate.set()
    with pytest.raises(CancelledError):
        dropped.result(20)
    assert narrator.prepare("Made after all.").result(20).duration_ms > 300


def test_after_closing_nothing_is_taken(narrator: Narrator) -> None:
    narrator.look_ahead([f"Number {number}." for number in range(50)])
    narrator.close()
    with pytest.raises(KnownError, match="closing"):
        narrator.prepare("A cat.")
    narrator.close()
