import pytest

from gallery.library.pace import Pace


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_steady_rate_gives_the_time_left(clock: Clock) -> None:
    pace = Pace(clock)
    for second in range(11):
        clock.now = float(second)
        pace.note(second * 8)
    assert pace.per_second() == 8
    assert pace.seconds_left(80) == 10


def test_nothing_is_told_from_too_little(clock: Clock) -> None:
    pace = Pace(clock)
    assert pace.per_second() is None
    pace.note(0)
    clock.now = 1.0
    pace.note(100)
    assert pace.seconds_left(5) is None


def test_only_the_last_half_minute_counts(clock: Clock) -> None:
    pace = Pace(clock)
    done = 0
    for second in range(200):
        clock.now = float(second)
        done += 1 if second < 100 else 5
        pace.note(done)
    assert pace.per_second() == pytest.approx(5)


def test_after_a_pause_it_begins_anew(clock: Clock) -> None:
    pace = Pace(clock)
    pace.note(0)
    clock.now = 10.0
    pace.note(100)
    pace.restart()
    assert pace.per_second() is None
