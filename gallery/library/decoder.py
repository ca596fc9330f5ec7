"""The gallery's side of the decoder process: pictures in order of need, and typed failures."""

import heapq
import itertools
import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeAlias

from engine.protocol import Reason
from gallery.domain import Failure, Metadata
from gallery.errors import KnownError
from gallery.library.thumbnails import THUMBNAIL_EDGE_PX
from gallery.processes import decoder_messages as messages
from gallery.processes.child import Child, Death
from gallery.processes.decoder_messages import (
    Closer,
    Examine,
    Frame,
    Glance,
    LookCloser,
    NotDecoded,
    Play,
    Ready,
    Render,
    Rendered,
)
from gallery.processes.decoder_process import serve

_LOG = logging.getLogger(__name__)
_IN_FLIGHT = 2
_STRIKES = 2
_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Examined:
    """What a file is, and its thumbnail as JPEG bytes."""

    metadata: Metadata
    thumbnail: bytes


_Told: TypeAlias = messages.Examined | Rendered | Closer | Frame | NotDecoded
Answer: TypeAlias = Examined | Closer | Frame | bytes | Failure


class _Need(IntEnum):
    """Who waits; the smallest is served first."""

    VIEWER = 0
    GLANCE = 1
    VISIBLE = 2
    BACKGROUND = 3


@dataclass(slots=True)
class _Job:
    number: int
    need: _Need
    request: Glance | Examine | Render | LookCloser | Play
    future: "Future[Answer]"
    strikes: int = 0


class DecoderClient:
    """Asks the decoder process; usable from any thread.

    The process starts with the first request. At most two requests are under way, so that what a
    person looks at goes before the rest. A file at the head of the line at two crashes (or hangs)
    is set aside; the others are asked for again.
    """

    def __init__(
        self,
        *,
        patience_s: float = _PATIENCE_S,
        entry: Callable[[Connection], None] = serve,
    ) -> None:
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._waiting: list[tuple[int, int, _Job]] = []
        self._under_way: OrderedDict[int, _Job] = OrderedDict()
        self._watched: int | None = None
        self._ready = False
        self._stopped = False
        self._child = Child(
            "decoder",
            entry,
            messages.CODEC,
            on_message=self._on_message,
            on_death=self._on_death,
        )

    @property
    def pid(self) -> int | None:
        """The process id while one runs."""
        return self._child.pid

    def glance(self, path: Path) -> "Future[bytes | Failure]":
        """Ask for the small picture within a photo, to be shown until there is a thumbnail.

        Empty without one. Such requests go before all others but the viewer's.
        """
        number = next(self._numbers)
        return self._ask(_Job(number, _Need.GLANCE, Glance(number, os.fspath(path)), Future()))  # type: ignore[return-value]

    def examine(self, path: Path, *, visible: bool = False) -> "Future[Examined | Failure]":
        """Ask for header, fingerprint and thumbnail; ``visible`` ones go first.

        The future may be cancelled until its file is begun. It raises ``KnownError`` where the
        decoder cannot be started or was stopped.
        """
        need = _Need.VISIBLE if visible else _Need.BACKGROUND
        number = next(self._numbers)
        return self._ask(_Job(number, need, _examine(number, path), Future()))  # type: ignore[return-value]

    def picture(self, path: Path, max_px: int, *, timeout_s: float = 60.0) -> bytes | Failure:
        """Return the upright picture as a JPEG within ``max_px`` squared, before other work."""
        number = next(self._numbers)
        answer = self._wait_for(Render(number, os.fspath(path), max_px), timeout_s)
        assert isinstance(answer, bytes | Failure)
        return answer

    def look_closer(
        self,
        path: Path,
        edges: tuple[float, float, float, float],
        scale: float,
        *,
        timeout_s: float = 60.0,
    ) -> Closer | Failure:
        """Return a part of the upright picture, at ``scale`` pixels for each of its pixels.

        ``edges``: left, top, right, bottom as shares of it. The decoder keeps the picture for a
        while, so that the next part of it comes fast.
        """
        number = next(self._numbers)
        answer = self._wait_for(LookCloser(number, os.fspath(path), *edges, scale), timeout_s)
        assert isinstance(answer, Closer | Failure)
        return answer

    def frame(
        self, path: Path, max_px: int, number: int, *, timeout_s: float = 60.0
    ) -> Frame | Failure:
        """Return a frame of a moving picture within ``max_px`` squared.

        Behind the last one comes the first.
        """
        job = next(self._numbers)
        answer = self._wait_for(Play(job, os.fspath(path), max_px, number), timeout_s)
        assert isinstance(answer, Frame | Failure)
        return answer

    def stop(self) -> None:
        """End the process; what still waits is told so. Waits less than 2 s."""
        with self._lock:
            self._stopped = True
        self._child.stop()
        self._give_up(KnownError("The decoder was stopped."))

    def _wait_for(self, request: Render | LookCloser | Play, timeout_s: float) -> Answer:
        future = self._ask(_Job(request.job, _Need.VIEWER, request, Future()))
        try:
            return future.result(timeout_s)
        except TimeoutError:
            future.cancel()
            return Failure(Reason.UNREADABLE, "Reading the picture took too long.")

    def _ask(self, job: _Job) -> "Future[Answer]":
        with self._lock:
            stopped = self._stopped
            if not stopped:
                heapq.heappush(self._waiting, (job.need, job.number, job))
        if stopped:
            job.future.set_exception(KnownError("The decoder was stopped."))
        else:
            self._child.start()
            self._send_more()
        return job.future

    def _send_more(self) -> None:
        with self._lock:
            while self._ready and self._waiting and len(self._under_way) < _IN_FLIGHT:
                _, _, job = heapq.heappop(self._waiting)
                # a job that goes the second time is running already
                if job.strikes or job.future.running() or job.future.set_running_or_notify_cancel():
                    self._under_way[job.number] = job
                    self._child.send(job.request)
            head = next(iter(self._under_way), None)
            if head != self._watched:  # what is asked meanwhile buys a hung file no time
                self._watched = head
                self._child.answer_within(None if head is None else self._patience_s)

    def _on_message(self, message: Ready | _Told) -> None:
        if isinstance(message, Ready):
            self._ready = True
        else:
            with self._lock:
                job = self._under_way.pop(message.job, None)
            if job is not None:
                job.future.set_result(_result(message))
        self._watched = None  # a sign of life ended the watch
        self._send_more()

    def _on_death(self, death: Death) -> None:
        with self._lock:
            self._ready, self._watched = False, None
            jobs = list(self._under_way.values())
            self._under_way.clear()
            poison = jobs.pop(0) if jobs else None
            if poison is not None:
                poison.strikes += 1
                if poison.strikes < _STRIKES:
                    jobs.append(poison)
                    poison = None
            for job in jobs:
                heapq.heappush(self._waiting, (job.need, job.number, job))
        if poison is not None:
            detail = f"Reading it ended the decoder {_STRIKES} times ({death.reason})."
            poison.future.set_result(Failure(Reason.SET_ASIDE, detail))
        if death.gave_up:
            self._give_up(
                KnownError(
                    "Pictures cannot be read: the decoder process does not start.",
                    "Restart the program; the log tells more.",
                )
            )

    def _give_up(self, error: KnownError) -> None:
        with self._lock:
            jobs = [*self._under_way.values(), *(job for _, _, job in self._waiting)]
            self._under_way.clear()
            self._waiting.clear()
        for job in jobs:
            if job.future.running() or job.future.set_running_or_notify_cancel():
                job.future.set_exception(error)


def _examine(number: int, path: Path) -> Examine:
    return Examine(number, os.fspath(path), THUMBNAIL_EDGE_PX)


def _result(message: _Told) -> Answer:
    try:
        return _trusted(message)
    except ValueError as error:  # a hostile file may have taken the decoder over
        _LOG.warning("the decoder's answer makes no sense: %s", error)
        return Failure(Reason.INTERNAL, "The decoder's answer makes no sense.")


def _trusted(message: _Told) -> Answer:
    if isinstance(message, Closer | Frame):
        return message
    if isinstance(message, NotDecoded):
        return Failure(message.reason, message.detail)
    if isinstance(message, Rendered):
        return message.jpeg
    stars = message.facts.rating or 0
    if not 0 <= stars <= 5 or not 0 < max(message.width_px, message.height_px) < 2**31:
        raise ValueError("numbers that no photo has")
    metadata = Metadata(
        format=message.format,
        width_px=message.width_px,
        height_px=message.height_px,
        taken_at=datetime.fromisoformat(message.taken_at),
        taken_source=message.taken_source,
        fingerprint=bytes.fromhex(message.fingerprint),
        facts=message.facts,
    )
    return Examined(metadata, message.thumbnail)
