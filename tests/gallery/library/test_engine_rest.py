"""When the engine counts as not needed, by the clock."""

import queue
import threading
import time

import pytest

from gallery.library.engine_rest import Rest


@pytest.fixture
def released() -> "queue.Queue[float]":
    return queue.Queue()


def _rest(idle_s: float | None, released: "queue.Queue[float]") -> Rest:
    return Rest(idle_s, lambda: released.put(time.monotonic()))


def test_it_calls_once_after_the_last_use(released: "queue.Queue[float]") -> None:
    rest = _rest(0.3, released)
    for _ in range(3):
        rest.used()
    last = time.monotonic()
    assert released.get(timeout=20) - last >= 0.3
    with pytest.raises(queue.Empty):
        released.get(timeout=0.5)
    rest.used()
    assert released.get(timeout=20)
    rest.stop()


def test_a_use_meanwhile_puts_it_off(released: "queue.Queue[float]") -> None:
    rest = _rest(0.4, released)
    rest.used()
    uses = []
    while not uses or uses[-1] - uses[0] < 0.8:
        uses.append(time.monotonic())
        rest.used()
        threading.Event().wait(0.02)
    came = released.get(timeout=20)
    assert came - max(use for use in uses if use < came) >= 0.4
    rest.stop()


def test_without_a_limit_nothing_waits(released: "queue.Queue[float]") -> None:
    rest = _rest(None, released)
    rest.used()
    assert "engine rest" not in {thread.name for thread in threading.enumerate()}
    rest.stop()


def test_after_a_stop_nothing_comes(released: "queue.Queue[float]") -> None:
    rest = _rest(0.1, released)
    rest.used()
    rest.stop()
    with pytest.raises(queue.Empty):
        released.get(timeout=0.4)


def test_what_is_used_after_the_stop_starts_nothing(released: "queue.Queue[float]") -> None:
    rest = _rest(0.05, released)
    rest.stop()
    rest.used()
    with pytest.raises(queue.Empty):
        released.get(timeout=0.3)


def test_another_time_counts_from_the_last_use(released: "queue.Queue[float]") -> None:
    rest = _rest(600, released)
    rest.used()
    last = time.monotonic()
    rest.wait_for(0.2)
    assert released.get(timeout=20) - last >= 0.2
    rest.used()
    rest.wait_for(None)
    with pytest.raises(queue.Empty):
        released.get(timeout=0.4)
    rest.stop()


def test_another_time_alone_is_no_use(released: "queue.Queue[float]") -> None:
    rest = _rest(600, released)
    rest.wait_for(0.01)
    with pytest.raises(queue.Empty):
        released.get(timeout=0.2)
    rest.stop()
