"""Processes that get checkpoints, misbehaving."""

import os
from multiprocessing.connection import Connection

from engine.hub.messages import CODEC, Moved, Refused, Stage, Waiting
from engine.wire import Channel, settle_child


def dies(connection: Connection) -> None:
    """Say how far it is, and end without a word."""
    settle_child()
    channel = Channel(connection, CODEC)
    channel.receive()
    channel.send(Moved(Stage.GETTING, 10, 100))
    os._exit(3)


def refuses(connection: Connection) -> None:
    """Lose the connection, then give up."""
    settle_child()
    channel = Channel(connection, CODEC)
    channel.receive()
    channel.send(Waiting(2.0))
    channel.send(Refused("The hub is gone.", "Try later."))
    _until_left(channel)


def stays(connection: Connection) -> None:
    """Get half of it and stay there."""
    settle_child()
    channel = Channel(connection, CODEC)
    channel.receive()
    channel.send(Moved(Stage.GETTING, 50, 100))
    _until_left(channel)


def _until_left(channel: Channel) -> None:
    try:
        channel.receive()
    except EOFError:
        return
