"""One task at a time in its own process: told, paused, given up, and never started by itself."""

import queue
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from engine.hub.offers import OFFERS
from engine.hub.store import Store
from gallery.errors import KnownError
from gallery.library.checkpoint_jobs import CheckpointJob, CheckpointJobs, remove_set
from tests.gallery.library import misbehaving_hub

_PATIENCE_S = 60
_OFFER = OFFERS[0]
Make = Callable[[Callable[[Connection], None]], "Watched"]


class Watched:
    """Jobs, and what they told."""

    def __init__(self, store: Store, entry: Callable[[Connection], None]) -> None:
        self._told: queue.SimpleQueue[CheckpointJob] = queue.SimpleQueue()
        self.jobs = CheckpointJobs(store, self._told.put, entry=entry)

    def wait_for(self, phase: str) -> CheckpointJob:
        while True:
            job = self._told.get(timeout=_PATIENCE_S)
            if job.phase == phase:
                return job


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "checkpoints")


@pytest.fixture
def make(store: Store) -> Iterator[Make]:
    made: list[Watched] = []

    def watched(entry: Callable[[Connection], None]) -> Watched:
        made.append(Watched(store, entry))
        return made[-1]

    yield watched
    for item in made:
        item.jobs.close()


def test_a_pause_ends_the_process_and_keeps_how_far_it_was(make: Make) -> None:
    watched = make(misbehaving_hub.stays)
    watched.jobs.install(_OFFER)
    watched.wait_for("getting")
    watched.jobs.pause()
    job = watched.wait_for("paused")
    assert (job.name, job.done_bytes, job.total_bytes) == (_OFFER.name, 50, 100)
    assert not watched.jobs.job.running
    watched.jobs.install(_OFFER)
    watched.wait_for("getting")


def test_a_second_task_is_refused_while_one_runs(make: Make) -> None:
    watched = make(misbehaving_hub.stays)
    watched.jobs.install(_OFFER)
    with pytest.raises(KnownError, match="at work"):
        watched.jobs.verify("another")
    watched.jobs.pause()
    watched.jobs.verify("another")


def test_a_refusal_is_told_with_its_reason(make: Make) -> None:
    watched = make(misbehaving_hub.refuses)
    watched.jobs.install(_OFFER)
    assert watched.wait_for("waiting").seconds_left == 2.0
    job = watched.wait_for("failed")
    assert (job.message, job.hint) == ("The hub is gone.", "Try later.")


def test_a_process_that_dies_is_told_and_not_started_again_by_itself(make: Make) -> None:
    watched = make(misbehaving_hub.dies)
    watched.jobs.install(_OFFER)
    job = watched.wait_for("failed")
    assert "ended unexpectedly" in job.message
    assert "kept" in job.hint
    watched.jobs.install(_OFFER)
    watched.wait_for("failed")


def test_giving_up_forgets_what_was_got(make: Make, store: Store) -> None:
    watched = make(misbehaving_hub.stays)
    staged = store.staging_folder("owner/name", "a" * 40)
    staged.mkdir(parents=True)
    (staged / "weights.part").write_bytes(b"half")
    store.begin(_OFFER.name, [staged], 100)
    watched.jobs.install(_OFFER)
    watched.wait_for("getting")
    watched.jobs.give_up(_OFFER.name)
    watched.wait_for("given up")
    assert store.unfinished() == []
    assert not staged.exists()


def test_removing_what_is_not_installed_is_told(store: Store) -> None:
    with pytest.raises(KnownError, match="“nothing” is not installed"):
        remove_set(store, "nothing")
