import itertools

import pytest

from engine.protocol import Describe, PhotoTask
from gallery.library.engine_line import Line, Verdict


def _tasks(*ids: int) -> list[PhotoTask]:
    return [PhotoTask(i, f"/{i}.jpg", caption=True, vector=True) for i in ids]


def _ids(batch: Describe | None) -> list[int] | None:
    return None if batch is None else [task.photo_id for task in batch.photos]


@pytest.fixture
def line() -> Line:
    return Line(itertools.count(1))


def test_two_batches_are_under_way_and_no_more(line: Line) -> None:
    line.add(_tasks(1, 2))
    assert line.has_room
    line.add(_tasks(3))
    assert not line.has_room
    assert _ids(line.next_batch()) == [1, 2]
    assert _ids(line.next_batch()) == [3]
    line.add(_tasks(4))
    assert line.next_batch() is None
    line.answered(1, 1)
    line.answered(1, 2)
    assert line.done(1) == Verdict()
    assert _ids(line.next_batch()) == [4]


def test_an_answer_counts_once_and_only_for_its_job(line: Line) -> None:
    line.add(_tasks(1))
    line.next_batch()
    assert line.answered(9, 1) is None
    assert line.answered(1, 1) is not None
    assert line.answered(1, 1) is None


def test_after_a_death_the_head_batch_goes_one_by_one_and_the_culprit_is_set_aside(
    line: Line,
) -> None:
    line.add(_tasks(1, 2, 3))
    line.add(_tasks(4, 5))
    line.next_batch()
    line.next_batch()
    line.answered(1, 1)
    assert line.broke() == Verdict()
    assert _ids(line.next_batch()) == [2]
    assert line.next_batch() is None  # nothing beside a suspect
    assert line.broke() == Verdict(set_aside=(2,))
    assert _ids(line.next_batch()) == [3]
    line.answered(4, 3)
    line.done(4)
    assert _ids(line.next_batch()) == [4, 5]


def test_a_lone_photo_gets_a_second_try(line: Line) -> None:
    line.add(_tasks(1))
    line.next_batch()
    assert line.broke() == Verdict()
    assert _ids(line.next_batch()) == [1]
    assert line.broke() == Verdict(set_aside=(1,))
    assert not line.photo_ids


def test_one_death_from_outside_costs_nobody_anything(line: Line) -> None:
    line.add(_tasks(1, 2))
    line.next_batch()
    line.broke()
    answered = []
    while (batch := line.next_batch()) is not None:
        answered += _ids(batch) or []
        line.answered(batch.job, batch.photos[0].photo_id)
        assert line.done(batch.job) == Verdict()
    assert answered == [1, 2]


def test_a_batch_that_ends_without_an_answer_goes_again_once(line: Line) -> None:
    line.add(_tasks(1))
    first = line.next_batch()
    assert first
    assert line.done(first.job) == Verdict()
    second = line.next_batch()
    assert second
    assert line.done(second.job) == Verdict(set_aside=(1,))


def test_what_is_dropped_is_given_back_and_late_answers_are_taken(line: Line) -> None:
    line.add(_tasks(1, 2))
    line.add(_tasks(3))
    line.next_batch()
    jobs, verdict = line.drop()
    assert jobs == (1,)
    assert verdict == Verdict(given_back=(3,))
    assert line.answered(1, 1) is not None
    assert line.done(1) == Verdict(given_back=(2,))
    assert line.has_room


def test_a_death_after_a_cancel_gives_everything_back(line: Line) -> None:
    line.add(_tasks(1, 2))
    line.add(_tasks(3))
    line.next_batch()
    line.next_batch()
    line.drop()
    assert line.broke() == Verdict(given_back=(1, 2, 3))
    assert line.next_batch() is None


def test_every_photo_leaves_exactly_once_whatever_happens(line: Line) -> None:
    line.add(_tasks(1, 2, 3))
    line.add(_tasks(4))
    line.next_batch()
    line.answered(1, 3)
    line.broke()
    assert set(line.clear().given_back) == {1, 2, 4}
    assert line.photo_ids == set()
