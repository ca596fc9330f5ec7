"""The entry of the process that gets and checks checkpoints; it lives for one task.

Importable without huggingface_hub and torch: they come in when a task needs them.
"""

import importlib
import logging
import os
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from engine.checkpoints import CheckpointError
from engine.hub.messages import CODEC, Finished, Install, Refused, Verify, Waiting
from engine.hub.store import Store, disk_refusal
from engine.hub.verifying import verify
from engine.wire import Channel, settle_child

_LOG = logging.getLogger(__name__)
# Told to the hub is what is wanted, and nothing else; asked of it is what was asked for. (With
# telemetry huggingface_hub also fetches a list of agents from it, and names torch's version.)
_DISCREET = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    "HF_HUB_DISABLE_XET": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "DISABLE_SAFETENSORS_CONVERSION": "1",
}


def serve(connection: Connection) -> None:
    """Do the one task that comes, and stay until the gallery leaves, at whatever point that is.

    Ending in the middle is safe: what was got is on the disk, and nothing is installed by half.
    """
    settle_child()
    os.environ.update(_DISCREET)
    channel = Channel(connection, CODEC)
    send = _sender(channel)
    try:
        task = channel.receive()
    except (EOFError, OSError):
        return
    threading.Thread(target=_leave_with, args=(channel,), name="receiver", daemon=True).start()
    send(_answer(task, send))
    threading.Event().wait()  # the gallery leaves when it heard


def _answer(task: Install | Verify, tell: Callable[[object], None]) -> Finished | Refused:
    try:
        if isinstance(task, Verify):
            verify(Store(Path(task.store)), task.name, tell)
        else:
            remote = importlib.import_module("engine.hub.remote")
            installing = importlib.import_module("engine.hub.installing")
            hub = remote.Hub(waiting=lambda seconds: tell(Waiting(seconds)))
            installing.install(task, hub, tell)
    except CheckpointError as error:
        return Refused(error.message, error.hint)
    except OSError as error:
        told = disk_refusal(error)
        return Refused(told.message, told.hint)
    except MemoryError:
        return Refused("There is not enough memory.", "Close other programs, and go on.")
    except Exception as error:  # noqa: BLE001 - the roof of this process
        _LOG.exception("a task failed")
        text = f"An error of the program itself: {type(error).__name__}: {error}."
        return Refused(text, "What was got so far is kept; please report this.")
    return Finished()


def _sender(channel: Channel) -> Callable[[object], None]:
    def send(message: object) -> None:
        try:
            channel.send(message)
        except OSError:
            os._exit(0)

    return send


def _leave_with(channel: Channel) -> None:
    try:
        channel.receive()
    except (EOFError, OSError):
        pass
    os._exit(0)  # in the middle of whatever it is: a pause
