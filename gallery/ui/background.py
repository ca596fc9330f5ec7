"""Work that must not block the window: run in lanes, its result brought back to the GUI thread."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal

_LOG = logging.getLogger(__name__)
_T = TypeVar("_T")


class Lane(StrEnum):
    """One thread each, so that what is in one lane keeps its order and never waits for another."""

    READS = "reads"
    WRITES = "writes"
    THUMBNAILS = "thumbnails"
    PICTURES = "pictures"
    CLOSER = "closer"
    MOVING = "moving"
    WORDS = "words"
    MEANING = "meaning"
    SPEECH = "speech"
    QUESTIONS = "questions"
    WORDINGS = "wordings"
    LIKENESS = "likeness"
    COUNTS = "counts"
    FILMS = "films"
    REASONS = "reasons"
    CHECKS = "checks"
    VOCABULARY = "vocabulary"


class Background(QObject):
    """Runs ``work`` in a lane and then calls ``then(result)`` on the GUI thread.

    A failure goes to ``otherwise(error)`` where one is given, else to the signal ``failed``.
    After :meth:`close` nothing is delivered any more.
    """

    failed = Signal(object)
    _finished = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pools: dict[Lane, ThreadPoolExecutor] = {}
        self._closed = False
        self._finished.connect(self._on_finished, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        lane: Lane,
        work: Callable[[], _T],
        then: Callable[[_T], None] | None = None,
        otherwise: Callable[[Exception], None] | None = None,
    ) -> None:
        """Queue ``work`` in its lane; returns at once."""
        if self._closed:
            return
        if lane not in self._pools:
            self._pools[lane] = ThreadPoolExecutor(1, thread_name_prefix=f"window {lane}")
        self._pools[lane].submit(self._job, work, then, otherwise)

    def close(self) -> None:
        """Let what runs finish (writes all of them), drop the rest; waits for the threads."""
        self._closed = True
        for lane, pool in self._pools.items():
            pool.shutdown(wait=lane is Lane.WRITES, cancel_futures=lane is not Lane.WRITES)
        for pool in self._pools.values():
            pool.shutdown(wait=True)

    def _job(
        self,
        work: Callable[[], _T],
        then: Callable[[_T], None] | None,
        otherwise: Callable[[Exception], None] | None,
    ) -> None:
        try:
            result = work()
        except Exception as error:  # noqa: BLE001 - the roof of this thread
            self._send(partial(otherwise or self.failed.emit, error))
        else:
            if then is not None:
                self._send(partial(then, result))

    def _send(self, deliver: Callable[[], None]) -> None:
        if not self._closed:
            self._finished.emit(deliver)

    def _on_finished(self, deliver: Callable[[], None]) -> None:
        if not self._closed:
            deliver()
