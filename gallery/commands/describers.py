"""Which describer set a command uses, and waiting for its engine."""

import threading
from argparse import Namespace

from engine.checkpoints import SAMPLE, CheckpointError, DescriberSet, find_set
from gallery.commands.catalogs import catalog_path, remembered_checkpoint
from gallery.errors import KnownError
from gallery.library.engine_client import EngineClient
from gallery.library.events import EngineChanged, Event, EventBus
from gallery.paths import resources_dir

_OPENING_S = 300.0


def chosen_set(arguments: Namespace) -> DescriberSet:
    """Return the set that was named, else the remembered one, else the sample; or KnownError."""
    remembered = remembered_checkpoint(catalog_path(arguments))
    name = arguments.checkpoint or remembered or SAMPLE
    try:
        return find_set(name, sample_dir=resources_dir() / "checkpoints" / "sample")
    except CheckpointError as error:
        raise KnownError(error.message, error.hint) from error


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
