"""The real decoder process, with files that end or hang it by their name."""

import os
import signal
import time
from multiprocessing.connection import Connection
from pathlib import Path

from engine.images import Header, read_header
from gallery.domain import Facts
from gallery.processes import decoder_process
from gallery.processes.decoder_messages import Examine, Examined


def serve(connection: Connection) -> None:
    decoder_process.read_header = _read_header
    decoder_process.serve(connection)


def talks_nonsense(connection: Connection) -> None:
    """Answers that are messages, and mean nothing; "untold" ones are not even messages."""
    decoder_process._examine = _nonsense
    decoder_process.serve(connection)


def _nonsense(request: Examine) -> Examined:
    size = float("nan") if "untold" in request.path else 1.0
    return Examined(
        request.job, "JPEG", 1, 1, "tomorrow", "exif", "no hex", Facts(latitude=size), b"thumbnail"
    )


def cannot_start(connection: Connection) -> None:
    os._exit(1)


def _read_header(path: Path) -> Header:
    if "poison" in path.name:
        os.kill(os.getpid(), signal.SIGSEGV)
    if "hang" in path.name:
        time.sleep(3600)
    return read_header(path)
