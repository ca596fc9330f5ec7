"""The real engine in its real process, under the real supervisor."""

import os
import queue
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import psutil
import pytest
from PIL import Image

from engine.checkpoints import sample_set
from engine.protocol import (
    CODEC,
    BatchDone,
    Cancel,
    CheckpointRef,
    Describe,
    Described,
    EmbedPicture,
    EmbedText,
    Failed,
    Leave,
    Match,
    Matched,
    OpenDescriber,
    Opened,
    OpenFailed,
    PhotoTask,
    PictureEmbedded,
    Reason,
    RequestFailed,
    TextEmbedded,
)
from engine.worker import serve
from gallery.processes.child import Child, Death

_ROOT = Path(__file__).parents[2]
_SAMPLE = sample_set(_ROOT / "resources" / "checkpoints" / "sample")
_OPEN = OpenDescriber(_SAMPLE.captioner, _SAMPLE.matcher, "cpu")
_PATIENCE_S = 60.0
T = TypeVar("T")


class Engine:
    """A supervised engine and what it said; opens the sample at every start."""

    def __init__(self, open_: OpenDescriber = _OPEN) -> None:
        self.said: queue.Queue[Any] = queue.Queue()
        self.heard: list[Any] = []
        self.child = Child(
            "engine under test",
            serve,
            CODEC,
            on_message=self.said.put,
            on_start=lambda: self.child.send(open_),
            on_death=self.said.put,
        )
        self.child.start()

    def wait_for(self, kind: type[T], matching: Callable[[T], bool] = lambda item: True) -> T:
        """Hear until a message of this kind; everything heard is kept in order."""
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            message = self.said.get(timeout=max(deadline - time.monotonic(), 0.01))
            self.heard.append(message)
            if isinstance(message, kind) and matching(message):
                return message


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine()
    yield engine
    engine.child.stop()


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    rng = np.random.default_rng(1)
    paths = []
    for number in range(12):
        coarse = rng.integers(0, 255, (5, 7, 3), dtype=np.uint8)
        path = tmp_path / f"photo {number}.jpg"
        Image.fromarray(coarse).resize((320, 240), Image.Resampling.BICUBIC).save(path)
        paths.append(path)
    return paths


def _tasks(paths: list[Path]) -> tuple[PhotoTask, ...]:
    return tuple(
        PhotoTask(i, os.fsdecode(path), caption=True, vector=True) for i, path in enumerate(paths)
    )


def test_good_photos_are_described_and_bad_ones_are_told(
    engine: Engine, photos: list[Path], tmp_path: Path
) -> None:
    opened = engine.wait_for(Opened)
    assert opened.device == "cpu"
    assert opened.captioner == _SAMPLE.captioner
    assert opened.shared_vision
    assert opened.vector_size > 0

    whole = photos[0].read_bytes()
    bad = {
        "cut.jpg": (whole[: len(whole) // 2], Reason.UNREADABLE),
        "empty.jpg": (b"", Reason.UNREADABLE),
        "text.jpg": (b"no picture at all", Reason.UNSUPPORTED),
    }
    expected: dict[int, Reason] = {}
    paths = list(photos)
    for at, (name, (content, reason)) in enumerate(bad.items()):
        (tmp_path / name).write_bytes(content)
        paths.insert(3 * at, tmp_path / name)
        expected[3 * at] = reason
    (tmp_path / "folder.png").mkdir()
    expected |= {len(paths): Reason.UNSUPPORTED, len(paths) + 1: Reason.MISSING}
    paths += [tmp_path / "folder.png", tmp_path / "vanished.jpg"]

    engine.child.send(Describe(5, _tasks(paths)))
    assert engine.wait_for(BatchDone).job == 5
    failed = {item.photo_id: item for item in engine.heard if isinstance(item, Failed)}
    described = {item.photo_id: item for item in engine.heard if isinstance(item, Described)}
    assert {number: item.reason for number, item in failed.items()} == expected
    assert sorted(described) == [n for n in range(len(paths)) if n not in expected]
    for item in described.values():
        assert item.caption is not None
        assert item.score is not None
        assert 0 <= item.score <= 1
        vector = np.frombuffer(item.vector, "<f2").astype(np.float32)
        assert len(vector) == opened.vector_size
        assert np.linalg.norm(vector) == pytest.approx(1, abs=2e-3)


def test_texts_are_answered_while_a_batch_runs(engine: Engine, photos: list[Path]) -> None:
    engine.wait_for(Opened)
    engine.child.send(Describe(1, _tasks(photos * 400), careful=True))
    engine.wait_for(Described)
    engine.child.send(EmbedText(2, "a cat xyzzy"))
    embedded = engine.wait_for(TextEmbedded)
    engine.child.send(Match(3, "a cat", (str(photos[0]), "nowhere.jpg")))
    matched = engine.wait_for(Matched)
    assert not [item for item in engine.heard if isinstance(item, BatchDone)], "answered after it"
    assert embedded.unknown_words == ("xyzzy",)
    assert len(embedded.vector) > 0
    assert matched.scores[0] is not None
    assert matched.scores[1] is None
    engine.child.send(EmbedText(4, "xyzzy"))
    assert engine.wait_for(TextEmbedded).vector == b""
    engine.child.send(Cancel(1))
    engine.wait_for(BatchDone)
    described = [item for item in engine.heard if isinstance(item, Described)]
    assert len(described) < 400 * len(photos)


def test_a_picture_is_embedded_while_a_batch_runs_as_its_photo_would_be(
    engine: Engine, photos: list[Path], tmp_path: Path
) -> None:
    engine.wait_for(Opened)
    engine.child.send(Describe(1, _tasks(photos * 400), careful=True))
    first = engine.wait_for(Described)
    engine.child.send(EmbedPicture(2, _tasks(photos)[first.photo_id % len(photos)].path))
    embedded = engine.wait_for(PictureEmbedded)
    broken = tmp_path / "broken.jpg"
    broken.write_text("no picture")
    engine.child.send(EmbedPicture(3, str(broken)))
    refused = engine.wait_for(RequestFailed)
    assert not [item for item in engine.heard if isinstance(item, BatchDone)], "answered after it"
    assert refused.job == 3
    assert refused.message.endswith(".")
    one, other = (np.frombuffer(each.vector, "<f2") for each in (first, embedded))
    assert np.linalg.norm(other.astype(np.float32)) == pytest.approx(1, abs=2e-3)
    assert one.astype(np.float32) @ other.astype(np.float32) == pytest.approx(1, abs=2e-3)
    engine.child.send(Cancel(1))
    engine.wait_for(BatchDone)


def test_a_killed_engine_is_started_again_and_works(engine: Engine, photos: list[Path]) -> None:
    engine.wait_for(Opened)
    engine.child.send(Describe(1, _tasks(photos * 40)))
    engine.wait_for(Described)
    pid = engine.child.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert not engine.wait_for(Death).gave_up
    engine.wait_for(Opened)
    assert engine.child.pid != pid
    engine.child.send(Describe(2, _tasks(photos)))
    engine.wait_for(BatchDone, lambda item: item.job == 2)
    again = [item for item in engine.heard if isinstance(item, Described) and item.job == 2]
    assert len(again) == len(photos)


def test_checkpoints_that_cannot_be_used_are_told_and_the_engine_stays() -> None:
    nowhere = CheckpointRef("gone", "1", "/nowhere at all")
    engine = Engine(OpenDescriber(nowhere, nowhere, "cpu"))
    try:
        assert "/nowhere at all" in engine.wait_for(OpenFailed).message
        engine.child.send(EmbedText(1, "a cat"))
        assert engine.wait_for(RequestFailed).job == 1
        engine.child.send(Describe(2, (PhotoTask(1, "a.jpg", True, True),)))
        assert engine.wait_for(BatchDone).job == 2
        engine.child.send(_OPEN)
        engine.wait_for(Opened)
        engine.child.send(Leave())
        assert engine.wait_for(Death).reason == "ended unexpectedly"
    finally:
        engine.child.stop()


_PARENT = """
    import sys, threading
    from pathlib import Path
    from engine.protocol import CODEC, Describe, Described, Opened, OpenDescriber, PhotoTask
    from engine.checkpoints import sample_set
    from engine.worker import serve
    from gallery.processes.child import Child

    def main():
        sample = sample_set(Path(sys.argv[1]))
        tasks = tuple(PhotoTask(i, sys.argv[2], True, True) for i in range(100_000))
        def hear(message):
            if isinstance(message, Opened):
                child.send(Describe(1, tasks, careful=True))
            elif isinstance(message, Described) and message.photo_id == 0:
                print(f"busy {child.pid}", flush=True)
        child = Child("engine", serve, CODEC, on_message=hear,
                      on_start=lambda: child.send(OpenDescriber(sample.captioner, sample.matcher)))
        child.start()
        while child.pid is None:
            threading.Event().wait(0.01)
        print(f"started {child.pid}", flush=True)
        threading.Event().wait()

    if __name__ == "__main__":
        main()
"""


def _has_ended(pid: int) -> bool:
    try:  # nobody may be there to reap an orphan
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.parametrize("moment", ["started", "busy"])
def test_a_killed_gallery_leaves_no_engine_for_two_seconds(
    tmp_path: Path, photos: list[Path], moment: str
) -> None:
    script = tmp_path / "parent.py"
    script.write_text(textwrap.dedent(_PARENT))
    parent = subprocess.Popen(
        [sys.executable, str(script), str(_ROOT / "resources/checkpoints/sample"), str(photos[0])],
        cwd=_ROOT,
        env=os.environ | {"PYTHONPATH": str(_ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    with parent, parent.stdout:
        line = next(line for line in parent.stdout if line.startswith(moment))
        pid = int(line.split()[1])
        parent.kill()
        killed = time.monotonic()
    while not _has_ended(pid):
        assert time.monotonic() - killed < 2, "the engine outlived its gallery"
        psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=0.05)
