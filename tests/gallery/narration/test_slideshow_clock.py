import pytest

from gallery.narration.slideshow import Phase, Slideshow


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def show(clock: Clock) -> Slideshow:
    return Slideshow(3, min_slide_s=4, after_voice_s=0.5, clock=clock)


def test_it_waits_for_the_voice_however_long(show: Slideshow, clock: Clock) -> None:
    show.speaking()
    clock.now += 60
    assert show.wait_ms() is None
    assert not show.advance_if_due()
    show.voice_finished()
    assert show.wait_ms() == 500
    clock.now += 0.5
    assert show.advance_if_due()
    assert (show.index, show.phase) == (1, Phase.LOADING)


def test_a_short_sentence_still_gets_the_minimum_time(show: Slideshow, clock: Clock) -> None:
    show.speaking()
    clock.now += 1
    show.voice_finished()
    assert show.wait_ms() == 3_000


def test_without_a_voice_reading_sets_the_time(show: Slideshow) -> None:
    show.silent(reading_ms=9_000)
    assert show.wait_ms() == 9_000
    show.next()
    show.silent(reading_ms=1_000)
    assert show.wait_ms() == 4_000


def test_a_slide_without_a_picture_passes_as_soon_as_it_was_told(
    show: Slideshow, clock: Clock
) -> None:
    show.speaking(brief=True)
    clock.now += 1
    show.voice_finished()
    assert show.wait_ms() == 500
    show.next()
    show.silent(reading_ms=1_500, brief=True)
    assert show.wait_ms() == 1_500
    show.next()
    show.speaking()
    show.voice_finished()
    assert show.wait_ms() == 4_000


def test_time_held_does_not_count(show: Slideshow, clock: Clock) -> None:
    show.silent(reading_ms=5_000)
    clock.now += 2
    show.pause()
    clock.now += 100
    assert show.wait_ms() is None
    assert not show.advance_if_due()
    show.resume()
    assert show.wait_ms() == 3_000


def test_a_voice_that_ends_while_held_waits_for_the_going_on(show: Slideshow, clock: Clock) -> None:
    show.speaking()
    clock.now += 10
    show.pause()
    clock.now += 5
    show.voice_finished()
    clock.now += 5
    show.resume()
    assert show.wait_ms() == 500


def test_going_on_while_held_stays_held(show: Slideshow, clock: Clock) -> None:
    show.pause()
    assert show.next()
    show.silent(reading_ms=4_000)
    clock.now += 50
    assert show.wait_ms() is None
    assert show.paused
    show.resume()
    assert show.wait_ms() == 4_000


def test_it_ends_after_the_last_and_can_go_back(show: Slideshow, clock: Clock) -> None:
    assert show.go_to(2)
    show.silent(reading_ms=0)
    clock.now += 4
    assert show.advance_if_due()
    assert (show.phase, show.index, show.wait_ms()) == (Phase.ENDED, 2, None)
    assert show.previous()
    assert (show.phase, show.index) == (Phase.LOADING, 2)


def test_there_is_nothing_before_the_first(show: Slideshow) -> None:
    show.speaking()
    assert not show.previous()
    assert (show.index, show.phase) == (0, Phase.SPEAKING)


def test_a_late_end_of_a_voice_is_of_no_consequence(show: Slideshow) -> None:
    show.speaking()
    show.next()
    show.voice_finished()
    assert (show.index, show.phase, show.wait_ms()) == (1, Phase.LOADING, None)


def test_what_comes_next_is_known(show: Slideshow) -> None:
    assert list(show.coming()) == [1, 2]
    show.go_to(2)
    assert list(show.coming()) == []


@pytest.mark.parametrize(("count", "start"), [(0, 0), (3, 3), (3, -1)])
def test_a_slide_that_is_not_there_is_refused(count: int, start: int) -> None:
    with pytest.raises(ValueError, match="slide"):
        Slideshow(count, start=start)
