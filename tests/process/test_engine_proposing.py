"""Wordings and scores from the real engine in its process, while a batch runs."""

import queue
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.checkpoints import sample_set
from engine.protocol import Described, PhotoTask, Reason, Score, Scored
from gallery.library.engine_client import EngineClient
from gallery.library.engine_deliveries import Delivery
from gallery.library.events import EventBus
from gallery.library.proposing import propose

_RESOURCES = Path(__file__).parents[2] / "resources"
_PHOTOS = sorted((_RESOURCES / "samples" / "Beach trip").glob("*.jpg"))


@pytest.fixture
def engine() -> Iterator[EngineClient]:
    chosen = sample_set(_RESOURCES / "checkpoints" / "sample")
    client = EngineClient(chosen, EventBus(), device="cpu")
    yield client
    client.stop()


def test_wordings_and_scores_come_while_a_batch_runs(engine: EngineClient) -> None:
    told: queue.Queue[Delivery] = queue.Queue()
    engine.deliver_to(told.put)
    tasks = [
        PhotoTask(number, str(_PHOTOS[number % len(_PHOTOS)]), caption=True, vector=True)
        for number in range(400)
    ]
    engine.describe(tasks)
    while not isinstance(told.get(timeout=60), Described):
        pass
    proposal = propose(engine, _PHOTOS[0], candidates=3)
    answer = engine.request(
        lambda job: Score(job, (proposal.candidates[0].text,), (str(_PHOTOS[0]),)), timeout_s=60
    )
    assert told.qsize() < len(tasks) - 1, "the batch is still under way"
    again = propose(engine, _PHOTOS[0], candidates=3)
    assert [one.text for one in again.candidates] == [one.text for one in proposal.candidates]
    assert isinstance(answer, Scored)
    assert answer.scores == (pytest.approx(proposal.candidates[0].score, abs=1e-4),)
    engine.drop()


def test_a_photo_that_is_not_there_is_told_with_its_reason(engine: EngineClient) -> None:
    proposal = propose(engine, Path("/nowhere/photo.jpg"), candidates=1)
    assert (proposal.candidates, proposal.reason) == ((), Reason.MISSING)
    assert proposal.detail
