"""The process that gets checkpoints, driven by hand."""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from engine.hub import worker
from engine.hub.messages import CODEC, Finished, Install, Moved, Refused, Verify
from engine.wire import Channel

_SPAWN = multiprocessing.get_context("spawn")
_PATIENCE_S = 60


@dataclass
class Task:
    """One process at work; ``said`` is what it told."""

    channel: Channel
    said: list[Any]

    def next(self) -> Any:
        message = self.channel.receive()
        self.said.append(message)
        return message

    def end(self) -> Finished | Refused:
        """Wait for its last word."""
        while not isinstance(self.next(), Finished | Refused):
            pass
        last: Finished | Refused = self.said[-1]
        return last

    @property
    def moved(self) -> list[Moved]:
        return [message for message in self.said if isinstance(message, Moved)]


@contextmanager
def at_work(task: Install | Verify) -> Iterator[Task]:
    """Start it; leaving the block closes the pipe, as a gallery that pauses or ends does."""
    ours, theirs = _SPAWN.Pipe()
    process = _SPAWN.Process(target=worker.serve, args=(theirs,))
    process.start()
    theirs.close()
    try:
        channel = Channel(ours, CODEC)
        channel.send(task)
        yield Task(channel, [])
    finally:
        ours.close()
        process.join(_PATIENCE_S)
        assert process.exitcode == 0


def run(task: Install | Verify) -> Task:
    """Start it and wait until it is done."""
    with at_work(task) as work:
        work.end()
    return work
