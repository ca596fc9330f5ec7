"""The engine process: started when needed, watched, started again, and ended when idle."""

import itertools
import threading
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection

from engine import protocol
from engine.checkpoints import DescriberSet
from engine.protocol import (
    BatchDone,
    Described,
    Failed,
    OpenDescriber,
    PhotoTask,
    RequestFailed,
)
from gallery.domain import Failure
from gallery.library.engine_deliveries import Delivery, GivenBack, Patience, PhotoFailed, RoomFree
from gallery.library.engine_line import Line, Verdict
from gallery.library.engine_questions import Answer, Question, Questions, Said
from gallery.library.engine_rest import Rest
from gallery.library.events import EngineChanged, EngineState, EventBus
from gallery.processes.child import Child, Death

_AT_ONCE_ON_CPU = 8


class EngineProcess:
    """Keeps one engine going; every method may be called from any thread.

    The process starts with the first batch or question. Deaths and hangs are survived: what was
    under way goes again, each photo gets exactly one answer, and one that ends the engine twice is
    set aside. ``describer_set``, ``device`` and ``precision`` are what it opens.
    """

    def __init__(
        self,
        describer_set: DescriberSet,
        bus: EventBus,
        *,
        device: str,
        precision: protocol.Precision,
        idle_s: float | None,
        patience: Patience,
        entry: Callable[[Connection], None],
    ) -> None:
        """``idle_s``: after so long without work the process ends, until it is needed again."""
        self.describer_set = describer_set
        self.deliver: Callable[[Delivery], None] = lambda delivery: None
        self.numbers = itertools.count(1)
        self.questions = Questions()
        self._bus, self._device, self._entry = bus, device, entry
        self._precision, self._rest = precision, Rest(idle_s, self._release)
        self._patience = patience
        self._lock = threading.Lock()
        self._line = Line(self.numbers)
        self._state = EngineState()
        self._stopped = False
        self._child: Child | None = None
        self.shared_vision: bool | None = None  # known once it was open
        self._head_deadline: float | None = None
        self._aside_in_a_row: list[int] = []

    @property
    def state(self) -> EngineState:
        """How the engine stands."""
        return self._state

    @property
    def pid(self) -> int | None:
        """The process id while one runs."""
        return child.pid if (child := self._child) is not None else None

    @property
    def has_room(self) -> bool:
        """Whether :meth:`add` may be called: fewer than two batches wait or are under way."""
        with self._lock:
            return self._line.has_room and self._state.phase != "failed"

    def start(self) -> None:
        """Start the engine unless it runs, failed or was stopped; returns at once."""
        with self._lock:
            if self._stopped or self._state.phase != "off":
                return
            self._child = self._new_child()
            self._child.start()
            state = self._set(EngineState("starting"))
        self._bus.publish(state)

    def retry(self) -> None:
        """After a failure: try again from the beginning."""
        with self._lock:
            if self._state.phase != "failed":
                return
            self._set(EngineState())
            child, self._child = self._child, None
        if child is not None:
            child.stop()
        self.start()

    def add(self, tasks: Sequence[PhotoTask]) -> None:
        """Take a batch; each photo is told of once: Described, PhotoFailed or GivenBack."""
        with self._lock:
            ended = self._stopped or self._state.phase == "failed"  # since room was looked for
            if not ended:
                self._line.add(tasks)
        if ended:
            self.deliver(GivenBack(tuple(task.photo_id for task in tasks)))
        self.start()
        self._send_more()

    def drop(self) -> None:
        """Forget the batches that have not begun; what is just being described still comes."""
        with self._lock:
            jobs, verdict = self._line.drop()
            for job in jobs:
                self._send(protocol.Cancel(job))
        self._part_with(verdict, "")

    def ask(self, message: Question, timeout_s: float) -> Answer:
        """Ask and wait; None where no answer comes in time, or nobody is there to give it."""
        with self._lock:
            if self._stopped or self._state.phase == "failed":
                return None
            answer = self.questions.add(message)
            self._send(message)
        self.start()
        try:
            return answer.result(timeout_s)
        except TimeoutError:
            self.cancel(message.job)
            return None

    def cancel(self, job: int) -> None:
        """Give up a question: who waits for it gets None, and the engine leaves the rest of it."""
        if self.questions.forget(job):
            with self._lock:
                self._send(protocol.Cancel(job))

    def drop_questions(self) -> None:
        """Nobody wants the answers any more: who waits for one gets None at once."""
        with self._lock:
            for question in self.questions.messages:
                self._send(protocol.Cancel(question.job))
        self.questions.answer_nobody()

    def rest_after(self, idle_s: float | None) -> None:
        """End the process after so long without work from now on (None: never)."""
        self._rest.wait_for(idle_s)

    def stop(self) -> None:
        """End the engine; who waits for an answer gets none. Waits less than 2 s."""
        with self._lock:
            self._stopped = True
            self._line.clear()
        self._rest.stop()
        if self._child is not None:
            self._child.stop()
        self.questions.answer_nobody()
        self._bus.publish(self._set(EngineState()))

    def _release(self) -> None:
        """End an idle process: only that gives back all memory, on an accelerator too."""
        with self._lock:
            busy = self._line.photo_ids or self.questions.messages
            if self._stopped or busy or self._state.phase != "ready":
                return
            child, self._child = self._child, None
            state = self._set(EngineState())
        if child is not None:
            child.stop()
        self._bus.publish(state)

    def _new_child(self) -> Child:
        return Child(
            "engine",
            self._entry,
            protocol.CODEC,
            on_message=self._on_message,
            on_start=self._on_start,
            on_death=self._on_death,
            is_progress=_shows_work,
        )

    def _set(self, state: EngineState) -> EngineChanged:
        self._state, self._head_deadline = state, None
        return EngineChanged(state)

    def _send(self, message: object) -> None:
        if self._child is not None and self._state.phase == "ready":
            self._child.send(message)

    def _send_more(self) -> None:
        with self._lock:
            while self._state.phase == "ready" and (batch := self._line.next_batch()) is not None:
                self._send(batch)
            self._watch(renew=False)

    def _watch(self, *, renew: bool) -> None:
        """Set the time by which the head batch must give a sign; text answers do not move it."""
        if self._state.phase != "ready" or self._child is None:
            return
        if not len(self._line):
            self._head_deadline = None
        elif renew or self._head_deadline is None:
            at_once = min(len(self._line), _AT_ONCE_ON_CPU)  # more only where they are fast
            allowed_s = self._patience.silence_s + self._patience.photo_s * at_once
            self._head_deadline = time.monotonic() + allowed_s
        left = self._head_deadline and max(self._head_deadline - time.monotonic(), 0)
        self._child.answer_within(left)

    def _on_start(self) -> None:
        chosen = self.describer_set
        with self._lock:
            if self._child is not None:
                parts = (chosen.captioner, chosen.matcher, self._device, chosen.answerer)
                self._child.send(OpenDescriber(*parts, self._precision))
                self._child.answer_within(self._patience.open_s)

    def _on_message(self, message: object) -> None:
        match message:
            case protocol.Opened():
                self._on_opened(message)
            case protocol.OpenFailed():
                self._fail(f"{message.message} {message.hint}".strip())
            case Described() | Failed():
                self._on_answer(message)
            case BatchDone():
                self._on_batch_done(message)
            case _ if isinstance(message, Said):
                self.questions.answer(message)
        self._rest.used()
        with self._lock:
            self._watch(renew=isinstance(message, Described | Failed | BatchDone))

    def _on_opened(self, message: protocol.Opened) -> None:
        with self._lock:
            self.shared_vision = message.shared_vision
            state = self._set(EngineState("ready", message.device))
            for question in self.questions.messages:
                self._send(question)
        self._bus.publish(state)
        self._send_more()
        self.deliver(RoomFree())

    def _on_answer(self, message: Described | Failed) -> None:
        with self._lock:
            self._aside_in_a_row.clear()
            wanted = self._line.answered(message.job, message.photo_id) is not None
        if wanted and isinstance(message, Failed):
            self.deliver(PhotoFailed(message.photo_id, Failure(message.reason, message.detail)))
        elif wanted and isinstance(message, Described):
            self.deliver(message)

    def _on_batch_done(self, message: BatchDone) -> None:
        with self._lock:
            verdict = self._line.done(message.job)
        self._part_with(verdict, "The describer gave no answer, twice.")
        self._send_more()
        self.deliver(RoomFree())

    def _on_death(self, death: Death) -> None:
        with self._lock:
            state = self._set(EngineState("starting", detail=f"It {death.reason}."))
            verdict = self._line.broke()
            self._aside_in_a_row.extend(verdict.set_aside)
        self.questions.broke()
        self._part_with(verdict, f"Describing it ended the describer twice (it {death.reason}).")
        if death.gave_up:
            self._fail(f"The describer keeps failing: it {death.reason}. The log tells more.")
        elif not self._stopped:
            self._bus.publish(state)

    def _fail(self, detail: str) -> None:
        with self._lock:
            unblamed, self._aside_in_a_row = tuple(self._aside_in_a_row), []
            verdict = self._line.clear()
            state = self._set(EngineState("failed", detail=detail))
            child = self._child
        if child is not None:
            child.stop()  # on its own thread this only says so
        self.questions.answer_nobody()
        self._bus.publish(state)
        self.deliver(GivenBack(verdict.given_back, unblamed))

    def _part_with(self, verdict: Verdict, detail: str) -> None:
        for photo_id in verdict.set_aside:
            self.deliver(PhotoFailed(photo_id, Failure(protocol.Reason.SET_ASIDE, detail)))
        if verdict.given_back:
            self.deliver(GivenBack(verdict.given_back))


def _shows_work(message: object) -> bool:
    done = isinstance(message, Described | Failed | Said)
    return done and not isinstance(message, RequestFailed)
