"""Batches against a describer that fails in the ways a machine cannot be made to fail on demand."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.batches import Batches
from engine.describer import (
    Describer,
    Description,
    DeviceLostError,
    HeatMap,
    ModelInfo,
    Picture,
    QueryVector,
    Wish,
)
from engine.images import DecodeError
from engine.mailbox import Mailbox
from engine.protocol import (
    BatchDone,
    Cancel,
    Candidate,
    CheckpointRef,
    Describe,
    Described,
    Failed,
    PhotoTask,
    Reason,
)

_REF = CheckpointRef("frail", "1", "nowhere")


class FrailDescriber(Describer):
    """Has memory for ``room`` pictures at once, and a bug that the pictures of ``cursed`` meet.

    The file name is the picture's number; "gone" in it means that the file is not there.
    """

    def __init__(self, *, room: int = 100, cursed: Sequence[int] = ()) -> None:
        self.room, self.cursed = room, cursed
        self.sizes: list[int] = []

    @property
    def info(self) -> ModelInfo:
        return ModelInfo(_REF, _REF, "cpu", 2, shared_vision=True)

    def prepare(self, path: Path) -> Picture:
        if "gone" in path.name:
            raise DecodeError(Reason.MISSING, "The file is no longer there.")
        if "heavy" in path.name:
            raise MemoryError
        if "bug" in path.name:
            raise ZeroDivisionError
        return Picture((np.full((1, 1, 3), int(path.name), dtype=np.uint8),))

    def describe(
        self, pictures: Sequence[Picture], wishes: Sequence[Wish], *, careful: bool = False
    ) -> list[Description]:
        self.sizes.append(len(pictures))
        if len(pictures) > self.room:
            raise MemoryError
        numbers = [int(picture.pixels[0][0, 0, 0]) for picture in pictures]
        if set(numbers) & set(self.cursed):
            raise RuntimeError("shapes do not match")
        vector = np.array([0.6, 0.8], dtype=np.float32)
        return [Description(f"photo {n}", 0.5, "greedy", vector) for n in numbers]

    def caption(
        self, pictures: Sequence[Picture], *, beginning: str = "", careful: bool = False
    ) -> list[Description]:
        return [Description(f"{beginning}a cat", None, "greedy", None) for _ in pictures]

    def embed_text(self, text: str) -> QueryVector:
        return QueryVector(None, (text,))

    def match(self, text: str, pictures: Sequence[Picture]) -> list[float]:
        return [0.5] * len(pictures)

    def propose(
        self, pictures: Sequence[Picture], *, candidates: int = 5, seed: int = 0
    ) -> list[tuple[Candidate, ...]]:
        return [() for _ in pictures]

    def score(self, texts: Sequence[str], pictures: Sequence[Picture]) -> list[float]:
        return [0.5] * len(texts)

    def unknown_words(self, text: str) -> tuple[str, ...]:
        return ()

    def locate(self, text: str, word: str, picture: Picture) -> HeatMap:
        return HeatMap(np.zeros((1, 1), dtype=np.float32), 0.5)


class _Clock:
    """Time that passes when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Bench:
    """A work list with its mailbox, and what it sent."""

    def __init__(
        self,
        describer: Describer,
        pool: ThreadPoolExecutor,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.sent: list[Any] = []
        self.mailbox = Mailbox()
        self.batches = Batches(self.mailbox, self.sent.append, pool, clock=clock)
        self.batches.use(describer)

    def put(self, job: int, names: Sequence[str]) -> None:
        tasks = tuple(PhotoTask(i, name, True, True) for i, name in enumerate(names))
        self.mailbox.put(Describe(job, tasks))
        self.batches.add(self.mailbox.work.get_nowait())

    def run(self) -> None:
        while not self.batches.idle:
            self.batches.advance()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


def _answers(sent: list[Any]) -> dict[int, str]:
    told: dict[int, str] = {}
    for message in sent:
        if isinstance(message, Described | Failed):
            assert message.photo_id not in told, "answered twice"
            told[message.photo_id] = (
                "described" if isinstance(message, Described) else message.reason
            )
    return told


def test_bad_photos_among_good_ones_are_told_and_sink_nothing(pool: ThreadPoolExecutor) -> None:
    bench = Bench(FrailDescriber(cursed=[3]), pool)
    bench.put(7, ["0", "gone", "2", "3", "bug", "heavy", "6", "7", "8", "9", "10"])
    bench.run()
    told = _answers(bench.sent)
    assert told[1] == Reason.MISSING
    assert told[3] == Reason.INTERNAL
    assert told[4] == Reason.INTERNAL
    assert told[5] == Reason.OUT_OF_MEMORY
    assert [told[i] for i in (0, 2, 6, 7, 8, 9, 10)] == ["described"] * 7
    assert isinstance(bench.sent[-1], BatchDone)
    assert bench.sent[-1].seconds >= 0
    described = next(item for item in bench.sent if isinstance(item, Described))
    assert np.frombuffer(described.vector, "<f2").tolist() == pytest.approx([0.6, 0.8], abs=1e-3)


def test_too_little_memory_halves_the_batch_and_is_remembered(pool: ThreadPoolExecutor) -> None:
    describer = FrailDescriber(room=2)
    bench = Bench(describer, pool)
    bench.put(1, [str(n) for n in range(16)])
    bench.run()
    assert set(_answers(bench.sent).values()) == {"described"}
    assert describer.sizes[:4] == [1, 8, 4, 2]
    after = describer.sizes[describer.sizes.index(2) :]
    assert 8 not in after
    assert max(describer.sizes[4:]) == 4  # the other half of the eight, then never again
    assert describer.sizes[-3:] == [2, 2, 1]


class _Accelerated(FrailDescriber):
    @property
    def info(self) -> ModelInfo:
        return ModelInfo(_REF, _REF, "cuda", 2, shared_vision=True)


def test_an_accelerator_is_given_more_at_once_as_long_as_it_fits(pool: ThreadPoolExecutor) -> None:
    describer = _Accelerated(room=70)
    bench = Bench(describer, pool, _Clock())
    bench.put(1, [str(n) for n in range(250)])
    bench.put(2, ["0"] * 140)
    bench.run()
    assert describer.sizes[:5] == [1, 32, 64, 128, 64]  # the 128 did not fit: two times 64
    assert max(describer.sizes[4:]) == 64  # and never again
    assert len([item for item in bench.sent if isinstance(item, Described)]) == 250 + 140


def test_a_slow_machine_gets_small_batches(pool: ThreadPoolExecutor) -> None:
    class Slow(FrailDescriber):
        def describe(
            self, pictures: Sequence[Picture], wishes: Sequence[Wish], *, careful: bool = False
        ) -> list[Description]:
            clock.now += 3.0 * len(pictures)
            return super().describe(pictures, wishes, careful=careful)

    describer, clock = Slow(), _Clock()
    bench = Bench(describer, pool, clock)
    bench.put(1, [str(n) for n in range(7)])
    bench.run()
    assert describer.sizes == [1, 2, 2, 2]
    assert bench.sent[-1].seconds == pytest.approx(21)


def test_no_memory_for_a_single_photo_is_that_photos_failure(pool: ThreadPoolExecutor) -> None:
    bench = Bench(FrailDescriber(room=0), pool)
    bench.put(1, ["0", "1"])
    bench.run()
    assert set(_answers(bench.sent).values()) == {Reason.OUT_OF_MEMORY}


def test_a_cancelled_batch_drops_what_has_not_begun(pool: ThreadPoolExecutor) -> None:
    bench = Bench(FrailDescriber(), pool)
    bench.put(1, [str(n) for n in range(20)])
    bench.put(2, ["0"])
    bench.batches.advance()
    bench.batches.advance()
    bench.mailbox.put(Cancel(1))
    bench.mailbox.put(Cancel(99))
    bench.run()
    first = [item for item in bench.sent if item.job == 1]
    assert len([item for item in first if isinstance(item, Described)]) == 1 + 8
    assert isinstance(first[-1], BatchDone)
    assert [type(item) for item in bench.sent if item.job == 2] == [Described, BatchDone]
    assert not bench.mailbox.is_cancelled(1)


def test_an_empty_batch_is_done_at_once(pool: ThreadPoolExecutor) -> None:
    bench = Bench(FrailDescriber(), pool)
    bench.put(4, [])
    bench.run()
    assert [type(item) for item in bench.sent] == [BatchDone]


def test_decoding_goes_on_while_the_network_works(pool: ThreadPoolExecutor) -> None:
    decoded: list[str] = []
    ninth = threading.Event()

    class Slow(FrailDescriber):
        def prepare(self, path: Path) -> Picture:
            decoded.append(os.fspath(path))
            if path.name == "16":
                ninth.set()
            return super().prepare(path)

        def describe(
            self, pictures: Sequence[Picture], wishes: Sequence[Wish], *, careful: bool = False
        ) -> list[Description]:
            assert ninth.wait(10), "nothing was decoded beside the network"
            return super().describe(pictures, wishes, careful=careful)

    bench = Bench(Slow(), pool)
    bench.put(1, [str(n) for n in range(200)])
    ninth.set()
    bench.batches.advance()  # tells how long a photo takes
    ninth.clear()
    bench.batches.advance()
    assert len(decoded) <= 1 + 8 * 3, "decoded further ahead than needed"
    bench.mailbox.put(Cancel(1))
    bench.run()


def test_another_describer_decodes_again(pool: ThreadPoolExecutor) -> None:
    first, second = FrailDescriber(), FrailDescriber()
    bench = Bench(first, pool)
    bench.put(1, [str(n) for n in range(5)])
    bench.batches.advance()
    bench.batches.use(second)
    bench.run()
    assert set(_answers(bench.sent).values()) == {"described"}
    assert (sum(first.sizes), sum(second.sizes)) == (1, 4)


def test_a_lost_accelerator_ends_the_engine_and_blames_no_photo(pool: ThreadPoolExecutor) -> None:
    class Lost(FrailDescriber):
        def describe(
            self, pictures: Sequence[Picture], wishes: Sequence[Wish], *, careful: bool = False
        ) -> list[Description]:
            raise DeviceLostError("CUDA error: unspecified launch failure")

    bench = Bench(Lost(), pool)
    bench.put(1, ["0", "1"])
    with pytest.raises(DeviceLostError):
        bench.run()
    assert bench.sent == []
