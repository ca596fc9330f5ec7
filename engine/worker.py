"""The entry of the engine process. Importable without torch; torch comes in inside ``serve``."""

import importlib
import logging
import os
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection

from engine.environment import prepare_environment
from engine.mailbox import Mailbox
from engine.protocol import CODEC
from engine.wire import Channel, WireError, settle_child

_LOG = logging.getLogger(__name__)


def serve(connection: Connection) -> None:
    """Answer a gallery until it leaves; the process ends with this call.

    A thread of its own receives from the first moment, so that the engine is gone at once when
    the gallery is, even while torch is imported or computes.
    """
    settle_child()
    prepare_environment()
    mailbox = Mailbox()
    channel = Channel(connection, CODEC)
    receiver = threading.Thread(
        target=_receive, args=(channel, mailbox), name="receiver", daemon=True
    )
    receiver.start()
    # By name, so that importing this module pulls no network into a gallery.
    service = importlib.import_module("engine.service")
    service.Service(mailbox, _sender(channel)).run()
    os._exit(0)  # daemon threads may be inside torch: no orderly end for them


def _receive(channel: Channel, mailbox: Mailbox) -> None:
    try:
        while True:
            mailbox.put(channel.receive())
    except (EOFError, OSError):
        os._exit(0)
    except WireError:
        _LOG.exception("The gallery sent no message of ours")
        os._exit(1)


def _sender(channel: Channel) -> Callable[[object], None]:
    """Let several threads send; nobody there to hear is the end."""
    lock = threading.Lock()

    def send(message: object) -> None:
        with lock:
            try:
                channel.send(message)
            except OSError:
                os._exit(0)

    return send
