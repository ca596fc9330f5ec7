"""What is asked of the engine beside describing: who waits for which answer."""

import threading
from concurrent.futures import Future
from dataclasses import dataclass

from engine.protocol import (
    Answered,
    Ask,
    EmbedPicture,
    EmbedText,
    Locate,
    Located,
    Match,
    Matched,
    PictureEmbedded,
    Propose,
    Proposed,
    RequestFailed,
    Score,
    Scored,
    TextEmbedded,
)

_TRIES = 2

Question = EmbedText | EmbedPicture | Match | Ask | Propose | Score | Locate
Said = (
    TextEmbedded
    | PictureEmbedded
    | Matched
    | Answered
    | Proposed
    | Scored
    | Located
    | RequestFailed
)
Answer = Said | None


@dataclass(slots=True)
class _Question:
    message: Question
    answer: "Future[Answer]"
    tries: int = 0


class Questions:
    """Open questions by number; every future gets one answer, None where there is none to have.

    ``RequestFailed`` is an answer too: it says why there is no other.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[int, _Question] = {}

    def add(self, message: Question) -> "Future[Answer]":
        """Note a question; what to wait for."""
        question = _Question(message, Future())
        with self._lock:
            self._open[message.job] = question
        return question.answer

    @property
    def messages(self) -> list[Question]:
        """What is to be asked again by an engine that was started anew."""
        with self._lock:
            return [question.message for question in self._open.values()]

    def answer(self, answer: Said) -> None:
        """Give an answer; one that nobody waits for is dropped."""
        self._end(answer.job, answer)

    def forget(self, job: int) -> bool:
        """Nobody waits any more (who still does gets None); False where the answer came before."""
        return self._end(job, None)

    def broke(self) -> None:
        """The engine died: what was asked at two deaths is not asked again."""
        for question in self._questions():
            question.tries += 1
            if question.tries >= _TRIES:
                self._end(question.message.job, None)

    def answer_nobody(self) -> None:
        """There is no engine: nothing more is to be waited for."""
        for question in self._questions():
            self._end(question.message.job, None)

    def _end(self, job: int, answer: Answer) -> bool:
        with self._lock:
            question = self._open.pop(job, None)
        if question is not None:
            question.answer.set_result(answer)
        return question is not None

    def _questions(self) -> list[_Question]:
        with self._lock:
            return list(self._open.values())
