"""Which describer set a command uses, and waiting for its engine."""

import threading
from argparse import Namespace
from pathlib import Path

from engine.checkpoints import SAMPLE, CheckpointError, DescriberSet
from gallery.commands import terminal
from gallery.commands.catalogs import catalog_path, remembered_checkpoint
from gallery.describer_sets import describer_set
from gallery.errors import KnownError
from gallery.library.engine_client import EngineClient
from gallery.library.events import EngineChanged, Event, EventBus

_OPENING_S = 300.0


def chosen_set(arguments: Namespace) -> DescriberSet:
    """Return the set that was named, else the remembered one, else the sample; or KnownError."""
    remembered = remembered_checkpoint(catalog_path(arguments))
    name = arguments.checkpoint or remembered or SAMPLE
    try:
        return describer_set(name)
    except CheckpointError as error:
        raise KnownError(error.message, error.hint) from error


def usable_remembered_checkpoint(path: Path) -> str | None:
    """Return the checkpoint remembered beside a catalog; None, after saying so, where it is gone.

    Words can be searched and captions edited and told without it.
    """
    remembered = remembered_checkpoint(path)
    if remembered is None:
        return None
    try:
        describer_set(remembered)
    except CheckpointError as error:
        terminal.note(f"The describer chosen for this catalog cannot be used: {error.message}")
        return None
    return remembered


def wait_until_ready(engine: EngineClient, bus: EventBus) -> None:
    """Start the engine and wait until it can answer, or until it is known that it cannot."""
    settled = threading.Event()

    def listen(event: Event) -> None:
        if isinstance(event, EngineChanged) and event.state.phase in ("ready", "failed"):
            settled.set()

    unsubscribe = bus.subscribe(listen)
    try:
        engine.start()
        if engine.state.phase not in ("ready", "failed"):
            settled.wait(_OPENING_S)
    finally:
        unsubscribe()
