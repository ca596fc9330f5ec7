"""An engine that is not needed gives its memory back, and is there again when it is."""

import multiprocessing
import queue
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from PIL import Image

from engine.checkpoints import sample_set
from engine.protocol import Described, PhotoTask
from gallery.library.engine_client import EngineClient
from gallery.library.events import EngineChanged, EventBus

_ROOT = Path(__file__).parents[2]
_SAMPLE = sample_set(_ROOT / "resources" / "checkpoints" / "sample")
_IDLE_S = 1.0
_MIB = 2**20


class _Client:
    """A client with a short limit, and the phases that its engine went through."""

    def __init__(self) -> None:
        bus = EventBus()
        self.phases: queue.Queue[str] = queue.Queue()
        bus.subscribe(
            lambda event: (
                self.phases.put(event.state.phase) if isinstance(event, EngineChanged) else None
            )
        )
        self.answers: queue.Queue[object] = queue.Queue()
        self.engine = EngineClient(_SAMPLE, bus, device="cpu", idle_s=_IDLE_S)
        self.engine.deliver_to(self.answers.put)

    def wait_for(self, phase: str) -> None:
        while self.phases.get(timeout=120) != phase:
            pass

    def described(self, paths: list[Path]) -> set[int]:
        """Describe photos; the numbers of those that were."""
        tasks = [PhotoTask(i, str(path), True, True) for i, path in enumerate(paths)]
        self.engine.describe(tasks)
        done: set[int] = set()
        while len(done) < len(paths):
            answer = self.answers.get(timeout=120)
            if isinstance(answer, Described):
                done.add(answer.photo_id)
        return done


@pytest.fixture
def client() -> Iterator[_Client]:
    client = _Client()
    yield client
    client.engine.stop()


def _memory() -> int:
    """Bytes resident in the processes that this one started with multiprocessing."""
    held = 0
    for child in multiprocessing.active_children():
        try:
            held += psutil.Process(child.pid).memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return held


def test_idle_memory_is_given_back_and_the_next_query_is_answered(client: _Client) -> None:
    before = _memory()
    assert client.engine.embed_text("a red house") is not None
    pid = client.engine.pid
    loaded = _memory()
    assert loaded - before > 100 * _MIB
    client.wait_for("ready")
    client.wait_for("off")
    assert client.engine.pid is None
    assert pid is not None
    assert not psutil.pid_exists(pid)
    assert _memory() - before < 1 * _MIB
    again = client.engine.embed_text("a red house")
    assert again is not None
    assert len(again.vector) > 0


def test_photos_that_come_while_it_rests_are_all_described(client: _Client, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.png" for number in range(10)]
    for path in paths:
        Image.new("RGB", (40, 30), "red").save(path)
    client.engine.embed_text("a red house")
    client.wait_for("off")
    assert client.described(paths) == set(range(10))
    client.wait_for("off")
