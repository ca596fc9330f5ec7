"""The decoder process: untrusted files are opened here, so that a codec may crash."""

import io
import logging
import os
import queue
import threading
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeAlias

from engine.images import DecodeError, open_rgb, read_header, thumbnail_jpeg
from engine.protocol import Reason
from engine.wire import Channel, settle_child
from gallery.library.metadata.facts import read_facts
from gallery.library.scan import fingerprint
from gallery.processes.decoder_messages import (
    CODEC,
    Closer,
    Examine,
    Examined,
    Frame,
    Glance,
    LookCloser,
    NotDecoded,
    Play,
    Ready,
    Render,
    Rendered,
)
from gallery.processes.looking_closer import closer
from gallery.processes.moving import frame
from gallery.processes.open_pictures import OpenPictures
from gallery.processes.placeholder import placeholder_jpeg

_LOG = logging.getLogger(__name__)
_JPEG_QUALITY = 92
_KEPT_S = 20.0

Request: TypeAlias = Glance | Examine | Render | LookCloser | Play
Answer: TypeAlias = Examined | Rendered | Closer | Frame | NotDecoded


def serve(connection: Connection) -> None:
    """Answer requests one after the other until the gallery leaves (end of file).

    A thread of its own receives, so that the process is gone at once when the gallery is, even in
    the middle of a picture that takes long.
    """
    settle_child()
    channel = Channel(connection, CODEC)
    requests: queue.SimpleQueue[Request] = queue.SimpleQueue()
    receiver = threading.Thread(target=_receive, args=(channel, requests), daemon=True)
    channel.send(Ready())
    receiver.start()
    kept = OpenPictures()
    while True:
        try:
            request = requests.get(timeout=_KEPT_S)
        except queue.Empty:
            kept.close()  # nobody looks closer or plays any more
            request = requests.get()
        answer = _answer(request, kept)
        try:
            _send(channel, request.job, answer)
        except OSError:
            return


def _send(channel: Channel, job: int, answer: Answer) -> None:
    try:
        channel.send(answer)
    except ValueError:  # a file made it say what no message holds: the next file is not to suffer
        _LOG.exception("an answer that cannot be told")
        channel.send(NotDecoded(job, Reason.INTERNAL, "An unknown error; the log has more."))


def _receive(channel: Channel, requests: "queue.SimpleQueue[Request]") -> None:
    try:
        while True:
            requests.put(channel.receive())
    except (EOFError, OSError):
        os._exit(0)


def _answer(request: Request, kept: OpenPictures) -> Answer:
    try:
        if isinstance(request, LookCloser):
            return closer(request, kept)
        if isinstance(request, Play):
            return frame(request, kept)
        if isinstance(request, Glance):
            return Rendered(request.job, placeholder_jpeg(Path(request.path)))
        return _examine(request) if isinstance(request, Examine) else _render(request)
    except DecodeError as error:
        return NotDecoded(request.job, error.reason, error.detail)
    except FileNotFoundError:
        return NotDecoded(request.job, Reason.MISSING, "The file is not there any more.")
    except OSError as error:
        detail = f"The file could not be read ({error.strerror or 'input/output error'})."
        return NotDecoded(request.job, Reason.UNREADABLE, detail)
    except MemoryError:
        return NotDecoded(request.job, Reason.OUT_OF_MEMORY, "There was not enough memory.")
    except Exception:  # noqa: BLE001 - the roof of this process: one photo never ends it
        _LOG.exception("decoding failed in an unknown way")
        return NotDecoded(request.job, Reason.INTERNAL, "An unknown error; the log has more.")


def _examine(request: Examine) -> Examined:
    path = Path(request.path)
    header = read_header(path)
    thumbnail = thumbnail_jpeg(path, request.edge_px)
    taken_at = header.taken_at or _changed_at(path)
    return Examined(
        request.job,
        header.format,
        header.width_px,
        header.height_px,
        taken_at.isoformat(),
        "exif" if header.taken_at else "file",
        fingerprint(path).hex(),
        read_facts(path),
        thumbnail,
    )


def _render(request: Render) -> Rendered:
    edge_px = request.edge_px
    image = open_rgb(Path(request.path), at_least=(edge_px, edge_px))
    image.thumbnail((edge_px, edge_px), reducing_gap=3.0)
    jpeg = io.BytesIO()
    image.save(jpeg, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
    return Rendered(request.job, jpeg.getvalue())


def _changed_at(path: Path) -> datetime:
    """The file's own time, as local time without zone, like EXIF's."""
    try:
        changed = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC).astimezone()
    except (OverflowError, ValueError):  # outside the calendar
        changed = datetime.fromtimestamp(0, tz=UTC)
    return changed.replace(tzinfo=None)
