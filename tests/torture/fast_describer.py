"""A describer that answers at once: what is measured with it is everything else."""

from multiprocessing.connection import Connection

import numpy as np

from engine.protocol import (
    CODEC,
    BatchDone,
    Describe,
    Described,
    OpenDescriber,
    Opened,
)
from engine.wire import Channel, settle_child

VECTOR_SIZE = 256


def serve(connection: Connection) -> None:
    settle_child()
    channel = Channel(connection, CODEC)
    while True:
        try:
            message = channel.receive()
        except (EOFError, OSError):
            return
        if isinstance(message, OpenDescriber):
            parts = (message.captioner, message.matcher)
            channel.send(Opened("cpu", *parts, VECTOR_SIZE, shared_vision=True))
        elif isinstance(message, Describe):
            for task in message.photos:
                caption = f"picture {task.photo_id} of a harbour with boats and gulls"
                vector = _vector(task.photo_id)
                channel.send(Described(message.job, task.photo_id, caption, 0.9, "greedy", vector))
            channel.send(BatchDone(message.job, 0.0))


def _vector(seed: int) -> bytes:
    direction = np.random.default_rng(seed).standard_normal(VECTOR_SIZE, np.float32)
    return (direction / np.linalg.norm(direction)).astype("<f2").tobytes()
