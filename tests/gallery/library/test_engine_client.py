import os
import queue
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.checkpoints import DescriberSet
from engine.protocol import CheckpointRef, Described, PhotoTask
from gallery.errors import KnownError
from gallery.library.engine_client import EngineClient
from gallery.library.engine_deliveries import GivenBack, Patience, PhotoFailed, RoomFree
from gallery.library.events import EngineChanged, EngineState, EventBus
from gallery.library.locating import locate
from gallery.processes import child
from tests.gallery.library import toy_engine

_QUICK = Patience(open_s=20, silence_s=0.5, photo_s=0.0)


class Toy:
    """A client of the toy engine, and what it told."""

    def __init__(
        self, checkpoint: str = "toy", *, matcher: bool = True, patience: Patience = _QUICK
    ) -> None:
        ref = CheckpointRef(checkpoint, "1", "/nowhere")
        chosen = DescriberSet("toy", ref, ref if matcher else None, False, "", "")
        self.bus = EventBus()
        self.states: queue.Queue[EngineState] = queue.Queue()
        self.bus.subscribe(
            lambda event: self.states.put(event.state) if isinstance(event, EngineChanged) else None
        )
        self.told: queue.Queue[Any] = queue.Queue()
        self.client = EngineClient(chosen, self.bus, entry=toy_engine.serve, patience=patience)
        self.client.deliver_to(self.told.put)

    def describe(self, *names: str, first_id: int = 1) -> None:
        self.client.describe(
            [
                PhotoTask(first_id + number, f"/photos/{name}.jpg", caption=True, vector=True)
                for number, name in enumerate(names)
            ]
        )

    def outcome(self, count: int, seconds: float = 20) -> dict[int, str]:
        """What became of ``count`` photos: the caption, the reason, or "back"."""
        outcome: dict[int, str] = {}
        deadline = time.monotonic() + seconds
        while len(outcome) < count:
            told = self.told.get(timeout=max(deadline - time.monotonic(), 0.01))
            for photo_id, what in _what(told):
                assert photo_id not in outcome, "told twice"
                outcome[photo_id] = what
        return outcome

    def wait_for(self, phase: str) -> EngineState:
        while True:
            state = self.states.get(timeout=20)
            if state.phase == phase:
                return state


def _what(told: object) -> list[tuple[int, str]]:
    match told:
        case Described():
            return [(told.photo_id, str(told.caption))]
        case PhotoFailed():
            return [(told.photo_id, told.failure.reason.value)]
        case GivenBack():
            return [(photo_id, "back") for photo_id in told.photo_ids]
    assert isinstance(told, RoomFree)
    return []


@pytest.fixture
def toy() -> Iterator[Toy]:
    toy = Toy()
    try:
        yield toy
    finally:
        toy.client.stop()


@pytest.fixture(autouse=True)
def _quick_restarts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "_BACKOFF_S", (0.01,) * 5)


def test_nothing_runs_until_something_is_asked(toy: Toy) -> None:
    assert toy.client.state == EngineState("off")
    assert toy.client.pid is None
    assert toy.client.has_room


def test_photos_are_described_and_failures_told(toy: Toy) -> None:
    toy.describe("cat", "bad dog", "house")
    assert toy.outcome(3) == {1: "a cat", 2: "unreadable", 3: "a house"}
    assert toy.client.state == EngineState("ready", "cpu")


def test_an_answer_that_comes_twice_is_told_once(toy: Toy) -> None:
    toy.describe("twice", "twice")
    toy.describe("after", first_id=3)
    assert toy.outcome(3) == {1: "a twice", 2: "a twice", 3: "a after"}


def test_answers_that_come_late_or_of_what_nobody_asked_are_not_told(toy: Toy) -> None:
    toy.describe("late", "strange")
    toy.describe("late again", first_id=3)
    toy.describe("after", first_id=4)
    assert toy.outcome(4) == {1: "a late", 2: "a strange", 3: "a late again", 4: "a after"}


def test_the_photo_that_ends_the_engine_is_set_aside_and_no_other(toy: Toy) -> None:
    toy.describe("one", "two", "poison", "four")
    toy.describe("five", "six", first_id=5)
    assert toy.outcome(6) == {
        1: "a one", 2: "a two", 3: "set_aside", 4: "a four", 5: "a five", 6: "a six",
    }  # fmt: skip


def test_a_photo_that_hangs_the_engine_is_set_aside(toy: Toy) -> None:
    toy.describe("one", "hang", "three")
    assert toy.outcome(3) == {1: "a one", 2: "set_aside", 3: "a three"}


def test_work_that_takes_long_is_no_hang() -> None:
    toy = Toy(patience=Patience(open_s=20, silence_s=0.5, photo_s=2.0))
    try:
        toy.describe("laborious", "laborious")
        assert toy.outcome(2) == {1: "a laborious", 2: "a laborious"}
        toy.describe("hang", first_id=3)
        assert toy.outcome(1) == {3: "set_aside"}
    finally:
        toy.client.stop()


def test_a_photo_that_gets_no_answer_twice_is_set_aside(toy: Toy) -> None:
    toy.describe("silent", "two")
    assert toy.outcome(2) == {1: "set_aside", 2: "a two"}


def test_a_kill_from_outside_loses_nothing_and_doubles_nothing(toy: Toy) -> None:
    toy.describe(*["slow"] * 8)
    toy.describe(*["slow"] * 8, first_id=9)
    first = toy.outcome(2)
    assert toy.client.pid
    os.kill(toy.client.pid, signal.SIGKILL)
    rest = toy.outcome(14)
    assert first.keys().isdisjoint(rest)
    assert set((first | rest).values()) == {"a slow"}


def test_text_is_answered_while_a_batch_runs(toy: Toy) -> None:
    toy.describe(*["slow"] * 30)
    toy.wait_for("ready")
    vector = toy.client.embed_text("a cat", timeout_s=10)
    assert vector is not None
    assert vector.vector == pytest.approx(np.array([0.6, 0.8]), abs=1e-3)
    assert vector.vector.dtype == np.float32
    assert vector.unknown_words == ("zyx",)
    assert toy.client.match("a cat", [Path("/a"), Path("/b")]) == (0.5, 0.5)
    assert len(toy.outcome(30)) == 30


def test_a_question_starts_the_engine_and_many_threads_may_ask(toy: Toy) -> None:
    answers: list[object] = []
    threads = [
        threading.Thread(target=lambda: answers.append(toy.client.embed_text("a cat")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert None not in answers


def test_a_question_without_an_answer_ends_in_time(toy: Toy) -> None:
    toy.client.embed_text("warm up")
    began = time.monotonic()
    assert toy.client.embed_text("ignored", timeout_s=0.2) is None
    assert time.monotonic() - began < 1
    assert toy.client.embed_text("refused") is None
    assert toy.client.embed_text("deadly", timeout_s=10) is None
    assert toy.client.embed_text("a cat", timeout_s=10) is not None


def test_without_a_matcher_no_process_is_asked() -> None:
    toy = Toy(matcher=False)
    assert toy.client.embed_text("a cat") is None
    assert toy.client.match("a cat", []) is None
    with pytest.raises(KnownError, match="has no matcher"):
        locate(toy.client, "a cat", "cat", Path("/a"))
    assert toy.client.pid is None


def test_where_a_word_is_seen_is_asked_and_a_refusal_keeps_its_reason(toy: Toy) -> None:
    found = locate(toy.client, "a cat", "cat", Path("/a"))
    assert found.score == 0.5
    assert found.heat.tolist() == [[0.5, 1.0]]
    with pytest.raises(KnownError, match="There is no such word"):
        locate(toy.client, "a cat", "refused", Path("/a"))
    toy.client.stop()
    with pytest.raises(KnownError, match="gave no answer"):
        locate(toy.client, "a cat", "cat", Path("/a"))


def test_what_waits_can_be_dropped(toy: Toy) -> None:
    toy.describe(*["slow"] * 20)
    toy.describe(*["slow"] * 20, first_id=21)
    toy.outcome(1)
    toy.client.drop()
    outcome = toy.outcome(39)
    assert list(outcome.values()).count("back") >= 30
    toy.describe("next", first_id=50)
    assert toy.outcome(1) == {50: "a next"}


def test_a_checkpoint_that_cannot_be_used_is_told_and_can_be_tried_again() -> None:
    toy = Toy("unusable")
    toy.describe("one", "two")
    assert toy.wait_for("failed").detail == "The checkpoint is damaged. Copy it again."
    assert toy.outcome(2) == {1: "back", 2: "back"}
    assert not toy.client.has_room
    assert toy.client.embed_text("a cat", timeout_s=10) is None
    toy.client.retry()
    assert toy.wait_for("failed")
    toy.client.stop()


def test_an_engine_that_dies_at_every_photo_is_given_up_and_no_photo_is_blamed(toy: Toy) -> None:
    toy.describe(*["poison"] * 8)
    assert "keeps failing" in toy.wait_for("failed").detail
    told: list[Any] = []
    while not any(isinstance(item, GivenBack) for item in told):
        told.append(toy.told.get(timeout=10))
    blamed = {item.photo_id for item in told if isinstance(item, PhotoFailed)}
    back = next(item for item in told if isinstance(item, GivenBack))
    assert set(back.unblamed) == blamed
    assert blamed | set(back.photo_ids) == set(range(1, 9))
    toy.client.retry()
    assert toy.client.state.phase == "starting"
    toy.describe("fine", first_id=90)
    assert toy.outcome(1) == {90: "a fine"}


def test_after_a_stop_nobody_waits(toy: Toy) -> None:
    toy.client.embed_text("warm up")
    toy.describe("hang")
    answer: list[object] = []
    thread = threading.Thread(
        target=lambda: answer.append(toy.client.embed_text("ignored", timeout_s=60))
    )
    thread.start()
    began = time.monotonic()
    toy.client.stop()
    thread.join()
    assert time.monotonic() - began < 2
    assert answer == [None]
    assert toy.client.state == EngineState("off")


def test_photos_given_to_an_engine_that_failed_come_back() -> None:
    toy = Toy("unusable")
    toy.describe("one")
    toy.wait_for("failed")
    assert toy.outcome(1) == {1: "back"}
    toy.describe("late", first_id=2)  # room was seen a moment before the failure
    assert toy.outcome(1, seconds=5) == {2: "back"}
    toy.client.stop()


def test_who_waits_for_the_vector_of_a_query_that_was_overtaken_gets_none_at_once(toy: Toy) -> None:
    toy.client.embed_text("warm up")
    answers: list[object] = []
    waiting = threading.Thread(target=lambda: answers.append(toy.client.embed_text("ignored")))
    waiting.start()
    while not toy.client._process.questions.messages:
        time.sleep(0.005)
    toy.client.drop_texts()
    waiting.join(5)
    assert answers == [None]
    assert toy.client.embed_text("a cat") is not None
