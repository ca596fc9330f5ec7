"""How long a query waits while the describer works on a batch: the real process, asked as it is."""

import itertools
import multiprocessing
import statistics
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from engine.checkpoints import CheckpointError, DescriberSet
from engine.protocol import (
    CODEC,
    Describe,
    Described,
    EmbedText,
    OpenDescriber,
    Opened,
    OpenFailed,
    PhotoTask,
    Precision,
    TextEmbedded,
)
from engine.wire import Channel
from engine.worker import serve

_QUERIES = 12
_TEXT = "a red house w210 w211 w212 w213 w214"  # some of it is known to every checkpoint


def latency(chosen: DescriberSet, precision: Precision, photos: Sequence[Path]) -> dict[str, Any]:
    """Seconds from start to ready, and for a query alone and while photos are described."""
    mine, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,))
    begun = time.perf_counter()
    process.start()
    theirs.close()
    engine = _Engine(mine)
    try:
        opening = OpenDescriber(chosen.captioner, chosen.matcher, "cpu", precision=precision)
        engine.channel.send(opening)
        engine.hear(Opened)
        ready_s = time.perf_counter() - begun
        alone = engine.ask(_QUERIES)
        busy = engine.ask_while_describing(photos)
    finally:
        mine.close()
        process.kill()
        process.join()
    return {
        "ready_s": ready_s,
        "query_alone_s": statistics.median(alone),
        "query_during_captioning_s": statistics.median(busy),
        "slowest_query_during_captioning_s": max(busy),
        "queries": len(busy),
    }


class _Engine:
    def __init__(self, connection: Connection) -> None:
        self.channel = Channel(connection, CODEC)
        self._jobs = itertools.count(1)

    def hear(self, kind: type) -> Any:
        """Wait for a message of this kind."""
        while not isinstance(message := self.channel.receive(), kind):
            if isinstance(message, OpenFailed):
                raise CheckpointError(message.message, message.hint)
        return message

    def ask(self, count: int) -> list[float]:
        """Seconds that each of so many queries took."""
        spent = []
        for _ in range(count):
            begun = time.perf_counter()
            self.channel.send(EmbedText(next(self._jobs), _TEXT))
            self.hear(TextEmbedded)
            spent.append(time.perf_counter() - begun)
        return spent

    def ask_while_describing(self, photos: Sequence[Path]) -> list[float]:
        """The same while a batch runs from before the first query until after the last."""
        paths = list(itertools.islice(itertools.cycle(photos), 10_000))
        tasks = tuple(PhotoTask(number, str(path), True, True) for number, path in enumerate(paths))
        self.channel.send(Describe(next(self._jobs), tasks))
        self.hear(Described)
        return self.ask(_QUERIES)
