import os
import queue
import signal
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any

import psutil
import pytest

from gallery.processes import child as child_module
from gallery.processes.child import Child, Death
from tests.gallery.processes.misbehaving import CODEC, Say, deaf, dies_at_once, echo


class Heard:
    """A child and all it told, in order."""

    def __init__(self, entry: Callable[[Connection], None] = echo, **options: Any) -> None:
        self.facts: queue.Queue[Any] = queue.Queue()
        self.child = Child(
            "test child",
            entry,
            CODEC,
            on_message=self.facts.put,
            on_start=lambda: self.facts.put("started"),
            on_death=self.facts.put,
            **options,
        )
        self.child.start()

    def next(self, seconds: float = 10) -> Any:
        return self.facts.get(timeout=seconds)


@pytest.fixture
def heard() -> Iterator[Heard]:
    heard = Heard()
    assert heard.next() == "started"
    yield heard
    heard.child.stop()


def test_messages_go_and_come_in_order(heard: Heard) -> None:
    for number in range(500):
        assert heard.child.send(Say(f"word {number}", b"\0\1" * number))
    for number in range(500):
        assert heard.next() == Say(f"word {number}", b"\0\1" * number)


@pytest.mark.parametrize(
    ("order", "reason"),
    [("SIGKILL", "ended"), ("SIGSEGV", "ended"), ("leave", "ended"), ("rubbish", "rubbish")],
)
def test_a_death_is_told_at_once_and_the_child_starts_again(
    heard: Heard, order: str, reason: str
) -> None:
    heard.child.send(Say("first"))
    assert heard.next() == Say("first")
    began = time.monotonic()
    heard.child.send(Say(order))
    death = heard.next()
    assert time.monotonic() - began < 1
    assert isinstance(death, Death)
    assert reason in death.reason
    assert not death.gave_up
    assert heard.next() == "started"
    heard.child.send(Say("again"))
    assert heard.next() == Say("again")


def test_a_kill_from_outside_is_told_at_once(heard: Heard) -> None:
    assert heard.child.pid
    began = time.monotonic()
    os.kill(heard.child.pid, signal.SIGKILL)
    assert isinstance(heard.next(), Death)
    assert time.monotonic() - began < 0.5
    assert heard.next() == "started"


@pytest.mark.parametrize("order", ["hang", "half"])
def test_a_child_that_hangs_is_killed_when_its_time_is_up(heard: Heard, order: str) -> None:
    pid = heard.child.pid
    heard.child.send(Say(order))
    heard.child.answer_within(0.3)
    assert heard.next() == Death("did not answer in time", gave_up=False)
    assert heard.next() == "started"
    assert pid is not None
    assert not psutil.pid_exists(pid)


def test_a_message_in_time_takes_the_deadline_away(heard: Heard) -> None:
    heard.child.answer_within(5)
    heard.child.send(Say("here"))
    assert heard.next() == Say("here")
    heard.child.answer_within(0.2)
    heard.child.answer_within(None)
    with pytest.raises(queue.Empty):
        heard.next(0.4)


def test_sending_to_a_child_that_does_not_read_holds_nobody_up(heard: Heard) -> None:
    heard.child.send(Say("hang"))
    began = time.monotonic()
    for _ in range(100):
        assert heard.child.send(Say("much", b"x" * 100_000))
    assert time.monotonic() - began < 1
    heard.child.answer_within(0.2)
    assert isinstance(heard.next(), Death)
    assert heard.next() == "started"
    heard.child.send(Say("fresh"))
    assert heard.next() == Say("fresh")


def test_both_sides_may_send_much_at_once(heard: Heard) -> None:
    heard.child.send(Say("flood"))
    for _ in range(50):
        heard.child.send(Say("back", b"y" * 100_000))
    said = [heard.next() for _ in range(2050)]
    assert [item.text for item in said[:2000]] == [str(number) for number in range(2000)]


def test_a_child_that_never_gets_going_is_given_up_and_can_be_started_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(child_module, "_BACKOFF_S", (0.01, 0.01))
    heard = Heard(dies_at_once)
    deaths = [fact for fact in (heard.next() for _ in range(6)) if isinstance(fact, Death)]
    assert [death.gave_up for death in deaths] == [False, False, True]
    assert not heard.child.send(Say("anyone?"))
    heard.child.start()
    assert heard.next() == "started"
    heard.child.stop()


def test_a_child_that_speaks_but_does_no_work_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_module, "_BACKOFF_S", (0.01, 0.01))
    heard = Heard(is_progress=lambda message: message.text == "work")
    gave_up = []
    for _ in range(3):
        assert heard.next() == "started"
        heard.child.send(Say("hello"))
        assert heard.next() == Say("hello")
        heard.child.send(Say("SIGKILL"))
        gave_up.append(heard.next().gave_up)
    assert gave_up == [False, False, True]
    heard.child.stop()


def test_stopping_lets_the_child_leave_by_itself(heard: Heard) -> None:
    assert heard.child.pid
    process = psutil.Process(heard.child.pid)
    began = time.monotonic()
    heard.child.stop()
    assert time.monotonic() - began < 1
    assert not process.is_running()
    assert heard.facts.empty()


def test_stopping_a_deaf_child_takes_less_than_two_seconds() -> None:
    heard = Heard(deaf)
    assert heard.next() == "started"
    heard.child.send(Say("much", b"x" * 1_000_000))
    began = time.monotonic()
    heard.child.stop()
    assert time.monotonic() - began < 2
    heard.child.stop()


def test_stopping_while_it_waits_to_start_again_is_quick() -> None:
    heard = Heard(dies_at_once)
    deaths = 0
    while deaths < 3:
        deaths += isinstance(heard.next(), Death)
    began = time.monotonic()
    heard.child.stop()
    assert time.monotonic() - began < 1


def test_a_listener_may_send_stop_and_restart() -> None:
    facts: queue.Queue[Any] = queue.Queue()

    def on_message(message: Say) -> None:
        facts.put(message)
        if message.text == "enough":
            child.stop()

    child = Child(
        "test child",
        echo,
        CODEC,
        on_message=on_message,
        on_start=lambda: facts.put(child.send(Say("from the start"))),
        on_death=facts.put,
    )
    child.start()
    assert facts.get(timeout=10) is True
    assert facts.get(timeout=10) == Say("from the start")
    child.restart("a wish")
    assert facts.get(timeout=10) == Death("a wish", gave_up=False)
    assert facts.get(timeout=10) is True
    assert facts.get(timeout=10) == Say("from the start")
    child.send(Say("enough"))
    assert facts.get(timeout=10) == Say("enough")
    child.stop()
    assert child.pid is None


def test_a_listener_that_fails_does_not_end_supervision(caplog: pytest.LogCaptureFixture) -> None:
    facts: queue.Queue[Any] = queue.Queue()

    def on_message(message: Say) -> None:
        if message.text == "bug":
            raise RuntimeError("a bug of ours")
        facts.put(message)

    child = Child("test child", echo, CODEC, on_message=on_message)
    child.start()
    _wait_for(lambda: child.send(Say("bug")))
    child.send(Say("good"))
    assert facts.get(timeout=10) == Say("good")
    assert "a bug of ours" in caplog.text
    child.stop()


def test_many_lives_leak_no_file_descriptors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_module, "_BACKOFF_S", (0.01,))
    heard = Heard()
    heard.next()
    before = psutil.Process().num_fds()
    for number in range(8):
        heard.child.send(Say(str(number)))
        assert heard.next() == Say(str(number))
        heard.child.restart("again")
        assert isinstance(heard.next(), Death)
        assert heard.next() == "started"
    assert psutil.Process().num_fds() <= before
    heard.child.stop()
    assert psutil.Process().num_fds() < before


def test_a_stop_while_the_process_is_being_started_does_not_wait_for_its_first_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real, being_started, stopped = child_module._Life, threading.Event(), threading.Event()

    def slowly_started(*arguments: Any) -> Any:
        being_started.set()
        assert stopped.wait(10)
        return real(*arguments)

    monkeypatch.setattr(child_module, "_Life", slowly_started)
    heard = Heard()
    assert being_started.wait(10)
    stopping = threading.Thread(target=heard.child.stop)
    stopping.start()
    _wait_for(heard.child._stop.is_set)
    stopped.set()
    stopping.join(10)
    ended = not stopping.is_alive()
    heard.child.restart("the test is over")
    stopping.join()
    assert ended


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)
