"""The gallery's side of the engine: what may be asked of it, and in which words it answers."""

import os
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from engine.checkpoints import DescriberSet
from engine.protocol import (
    Answered,
    Ask,
    EmbedText,
    Match,
    Matched,
    PhotoTask,
    Precision,
    RequestFailed,
    TextEmbedded,
)
from engine.worker import serve
from gallery.library.engine_deliveries import Delivery, Patience
from gallery.library.engine_process import EngineProcess
from gallery.library.engine_questions import Answer, Question
from gallery.library.engine_rest import IDLE_S
from gallery.library.events import EngineState, EventBus
from gallery.library.text_vector import TextVector

_BATCH_ON_CPU = 8
_BATCH_ON_ACCELERATOR = 128
_ANSWER_S, _START_S, _ASK_S = 10.0, 60.0, 120.0


class EngineClient:
    """Asks the engine; every method may be called from any thread.

    How its process is kept alive is :class:`EngineProcess`'s: it starts with the first batch or
    question, and each photo gets exactly one answer, whatever happens to it.
    """

    def __init__(
        self,
        describer_set: DescriberSet,
        bus: EventBus,
        *,
        device: str = "auto",
        precision: Precision = Precision.EXACT,
        idle_s: float | None = IDLE_S,
        patience: Patience | None = None,
        entry: Callable[[Connection], None] = serve,
    ) -> None:
        """``idle_s``: after so long without work the process ends, until it is needed again."""
        self._process = EngineProcess(
            describer_set,
            bus,
            device=device,
            precision=precision,
            idle_s=idle_s,
            patience=patience or Patience(),
            entry=entry,
        )

    @property
    def describer_set(self) -> DescriberSet:
        """What it describes with."""
        return self._process.describer_set

    @property
    def state(self) -> EngineState:
        """How the engine stands."""
        return self._process.state

    @property
    def shares_vision(self) -> bool:
        """Whether one look at a photo serves captioner and matcher.

        Known once the engine was ready; before that only where both are one checkpoint.
        """
        if self._process.shared_vision is not None:
            return self._process.shared_vision
        captioner, matcher = self.describer_set.captioner, self.describer_set.matcher
        return captioner is not None and captioner == matcher

    @property
    def pid(self) -> int | None:
        """The process id while one runs."""
        return self._process.pid

    @property
    def batch_size(self) -> int:
        """How many photos a batch should hold on this device."""
        return _BATCH_ON_CPU if self.state.device in ("", "cpu") else _BATCH_ON_ACCELERATOR

    @property
    def has_room(self) -> bool:
        """Whether :meth:`describe` may be called: fewer than two batches wait or are under way."""
        return self._process.has_room

    def deliver_to(self, receiver: Callable[[Delivery], None]) -> None:
        """Give answers to ``receiver`` from now on, on the thread of the engine's supervision."""
        self._process.deliver = receiver

    def start(self) -> None:
        """Start the engine unless it runs, failed or was stopped; returns at once."""
        self._process.start()

    def retry(self) -> None:
        """After a failure: try again from the beginning."""
        self._process.retry()

    def describe(self, tasks: Sequence[PhotoTask]) -> None:
        """Take a batch; each photo is told of once: Described, PhotoFailed or GivenBack."""
        self._process.add(tasks)

    def drop(self) -> None:
        """Forget the batches that have not begun; what is just being described still comes."""
        self._process.drop()

    def embed_text(self, text: str, *, timeout_s: float | None = None) -> TextVector | None:
        """Return a query's vector (empty where the matcher knows none of its words).

        None without a matcher, without an engine, or when it comes too late (by default 10 s,
        and a minute more for an engine that has to start first).
        """
        if self.describer_set.matcher is None:
            return None
        if timeout_s is None:
            timeout_s = _ANSWER_S if self.state.phase == "ready" else _ANSWER_S + _START_S
        said = self._process.ask(EmbedText(next(self._process.numbers), text), timeout_s)
        if not isinstance(said, TextEmbedded):
            return None
        vector = np.frombuffer(said.vector, dtype="<f2").astype(np.float32)
        return TextVector(vector, said.unknown_words)

    def match(
        self, text: str, paths: Sequence[Path], *, timeout_s: float = 60.0
    ) -> tuple[float | None, ...] | None:
        """Return how well a text fits each photo (ITM, 0..1; None: unreadable); None as above."""
        if self.describer_set.matcher is None:
            return None
        question = Match(next(self._process.numbers), text, tuple(map(os.fspath, paths)))
        answer = self._process.ask(question, timeout_s)
        return answer.scores if isinstance(answer, Matched) else None

    def ask(
        self, question: str, path: Path, choices: Sequence[str] = (), *, timeout_s: float = _ASK_S
    ) -> Answered | RequestFailed | None:
        """Return what is said to a question about a photo, or in a sentence why nothing is.

        None: there is no engine, or the answer came too late.
        """
        message = Ask(next(self._process.numbers), question, (os.fspath(path),), tuple(choices))
        said = self._process.ask(message, timeout_s)
        return said if isinstance(said, Answered | RequestFailed) else None

    def drop_texts(self) -> None:
        """Nobody wants the vectors of queries any more that were asked for and did not come yet."""
        for question in self._process.questions.messages:
            if isinstance(question, EmbedText):
                self.cancel(question.job)

    def request(self, question: Callable[[int], Question], *, timeout_s: float) -> Answer:
        """Ask what ``question`` makes of a fresh number; blocks until the answer or None.

        An engine that has to start first is given a minute more.
        """
        if self.state.phase != "ready":
            timeout_s += _START_S
        return self._process.ask(question(next(self._process.numbers)), timeout_s)

    def cancel(self, job: int) -> None:
        """Give up a question: who waits for it gets None, and the engine leaves the rest of it."""
        self._process.cancel(job)

    def drop_questions(self) -> None:
        """Nobody wants the answers any more: who waits for one gets None at once."""
        self._process.drop_questions()

    def rest_after(self, idle_s: float | None) -> None:
        """End the process after so long without work from now on (None: never)."""
        self._process.rest_after(idle_s)

    def stop(self) -> None:
        """End the engine; who waits for an answer gets none. Waits less than 2 s."""
        self._process.stop()
