"""The engine's threads: what is answered when loading or answering goes wrong."""

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.checkpoints import CheckpointError
from engine.describer import (
    Answer,
    CannotAnswerError,
    Describer,
    Description,
    HeatMap,
    ModelInfo,
    Picture,
    QueryVector,
    Reply,
    Wish,
)
from engine.images import DecodeError
from engine.mailbox import Mailbox
from engine.protocol import (
    Answered,
    Ask,
    BatchDone,
    Cancel,
    Candidate,
    CheckpointRef,
    Describe,
    Described,
    EmbedText,
    Guess,
    Leave,
    Locate,
    Located,
    Match,
    Matched,
    OpenDescriber,
    Opened,
    OpenFailed,
    PhotoTask,
    Proposal,
    Propose,
    Proposed,
    Reason,
    RequestFailed,
    Score,
    Scored,
    TextEmbedded,
)
from engine.service import Service

_REF = CheckpointRef("moody", "1", "nowhere")
_OPEN = OpenDescriber(_REF, _REF)
_TOO_MANY = 99


class MoodyDescriber(Describer):
    """Answers texts, but one of them is too much for its memory and one meets a bug."""

    def __init__(
        self,
        matcher: CheckpointRef | None = _REF,
        answerer: CheckpointRef | None = _REF,
        captioner: CheckpointRef | None = _REF,
    ) -> None:
        self._matcher, self._answerer, self._captioner = matcher, answerer, captioner
        self.at_match = threading.Event()
        self.may_match = threading.Event()
        self.may_match.set()
        self.describing, self.at_text = threading.Event(), threading.Event()

    @property
    def info(self) -> ModelInfo:
        return ModelInfo(self._captioner, self._matcher, "cpu", 2, True, self._answerer)

    def prepare(self, path: Path) -> Picture:
        if path.name == "gone":
            raise DecodeError(Reason.MISSING, "The file is no longer there.")
        return Picture(())

    def describe(
        self, pictures: Sequence[Picture], wishes: Sequence[Wish], *, careful: bool = False
    ) -> list[Description]:
        self.describing.set()
        return [Description("a cat", None, "greedy", None) for _ in pictures]

    def caption(
        self, pictures: Sequence[Picture], *, beginning: str = "", careful: bool = False
    ) -> list[Description]:
        return [Description(f"{beginning}a cat", None, "greedy", None) for _ in pictures]

    def embed_text(self, text: str) -> QueryVector:
        self.at_text.set()
        if text == "huge":
            raise MemoryError
        if text == "cursed":
            raise ZeroDivisionError
        if text == "slow":
            assert self.may_match.wait(10)
        return QueryVector(np.array([1, 0], dtype=np.float32), ())

    def match(self, text: str, pictures: Sequence[Picture]) -> list[float]:
        self.at_match.set()
        assert self.may_match.wait(10)
        return [0.25] * len(pictures)

    def ask(self, question: str, pictures: Sequence[Picture], choices: Sequence[str] = ()) -> Reply:
        if question == "cursed":
            raise ZeroDivisionError
        if question == "broken":
            raise CheckpointError("It is damaged.", "Copy it.")
        self.at_match.set()
        assert self.may_match.wait(10)
        said = (Answer("a cat", 0.75), Answer("a dog", 0.25))
        return Reply((said,) * len(pictures), "choices", ("zyx",), (0.25,) * len(pictures))

    def propose(
        self, pictures: Sequence[Picture], *, candidates: int = 5, seed: int = 0
    ) -> list[tuple[Candidate, ...]]:
        self.at_match.set()
        assert self.may_match.wait(10)
        if candidates == _TOO_MANY:
            raise MemoryError
        return [(Candidate("a cat", 0.25, f"nucleus 0.9, seed {seed}"),) for _ in pictures]

    def score(self, texts: Sequence[str], pictures: Sequence[Picture]) -> list[float]:
        self.at_match.set()
        assert self.may_match.wait(10)
        if "huge" in texts:
            raise MemoryError
        return [0.75 if text == "a cat" else 0.25 for text in texts]

    def unknown_words(self, text: str) -> tuple[str, ...]:
        return ("zyx",) if "zyx" in text else ()

    def locate(self, text: str, word: str, picture: Picture) -> HeatMap:
        if word == "zebra":
            raise CannotAnswerError("The describer does not know “zebra”.")
        if word == "huge":
            raise MemoryError
        return HeatMap(np.array([[0.0, 0.5, 1.0], [0.25, 0.0, 0.0]], dtype=np.float32), 0.75)


class Running:
    """A service on its own thread."""

    def __init__(self, open_: Callable[[OpenDescriber], Describer]) -> None:
        self.sent: queue.Queue[Any] = queue.Queue()
        self.mailbox = Mailbox()
        service = Service(self.mailbox, self.sent.put, open_=open_)
        self.thread = threading.Thread(target=service.run)
        self.thread.start()

    def ask(self, message: object) -> Any:
        self.mailbox.put(message)
        return self.sent.get(timeout=10)


@contextmanager
def _running(open_: Callable[[OpenDescriber], Describer]) -> Iterator[Running]:
    running = Running(open_)
    try:
        yield running
    finally:
        running.mailbox.put(Leave())
        running.thread.join(10)
        assert not running.thread.is_alive()


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (CheckpointError("“config.json” is missing.", "Copy it again."), "is missing"),
        (MemoryError(), "not enough memory"),
        (ImportError("libtorch.so is not there"), "libtorch.so is not there"),
    ],
)
def test_a_describer_that_does_not_load_is_told_and_refuses_texts(
    error: Exception, told: str
) -> None:
    def fail(message: OpenDescriber) -> Describer:
        raise error

    with _running(fail) as service:
        answer = service.ask(_OPEN)
        assert isinstance(answer, OpenFailed)
        assert told in answer.message
        assert answer.hint
        assert isinstance(service.ask(EmbedText(1, "a cat")), RequestFailed)
        task = PhotoTask(1, "a.jpg", caption=True, vector=True)
        assert isinstance(service.ask(Describe(2, (task,))), BatchDone)


def test_a_text_that_fails_is_told_and_the_next_one_is_answered() -> None:
    with _running(lambda message: MoodyDescriber()) as service:
        assert isinstance(service.ask(_OPEN), Opened)
        assert "memory" in service.ask(EmbedText(1, "huge")).message
        assert "error in the program" in service.ask(EmbedText(2, "cursed")).message
        assert service.ask(EmbedText(3, "a cat")) == TextEmbedded(
            3, np.array([1, 0], "<f2").tobytes(), ()
        )


def test_without_a_matcher_texts_are_refused_in_a_sentence() -> None:
    with _running(lambda message: MoodyDescriber(matcher=None)) as service:
        service.ask(_OPEN)
        assert "needs a matcher" in service.ask(EmbedText(1, "a cat")).message
        assert "needs a matcher" in service.ask(Match(2, "a cat", ("a",))).message
        assert "needs a matcher" in service.ask(Locate(3, "a cat", "cat", "a")).message


def test_where_a_word_is_seen_is_told_or_why_not() -> None:
    with _running(lambda message: MoodyDescriber()) as service:
        service.ask(_OPEN)
        heat = np.array([0, 0.5, 1, 0.25, 0, 0], "<f4").tobytes()
        assert service.ask(Locate(1, "a cat", "cat", "a")) == Located(1, 2, 3, 0.75, heat)
        assert "does not know “zebra”" in service.ask(Locate(2, "", "zebra", "a")).message
        assert "no longer there" in service.ask(Locate(3, "", "cat", "gone")).message
        assert "memory" in service.ask(Locate(4, "", "huge", "a")).message
        assert isinstance(service.ask(Match(5, "a cat", ("a",))), Matched)


def test_a_cancelled_match_leaves_the_rest_unscored() -> None:
    describer = MoodyDescriber()
    with _running(lambda message: describer) as service:
        service.ask(_OPEN)
        assert service.ask(Match(1, "a cat", ("a", "gone"))) == Matched(1, (0.25, None))
        describer.at_match.clear()
        describer.may_match.clear()
        service.mailbox.put(Match(2, "a cat", tuple("abcdefgh")))
        assert describer.at_match.wait(10)
        assert isinstance(service.ask(EmbedText(3, "a dog")), TextEmbedded)
        service.mailbox.put(Cancel(2))
        describer.may_match.set()
        assert service.sent.get(timeout=10) == Matched(2, (0.25,) * 4 + (None,) * 4)


def test_a_question_is_answered_for_each_photo_that_can_be_read() -> None:
    with _running(lambda message: MoodyDescriber()) as service:
        service.ask(_OPEN)
        said = service.ask(Ask(1, "what is it?", ("a", "gone", "b"), ("a cat", "a dog")))
        guesses = (Guess("a cat", 0.75), Guess("a dog", 0.25))
        presence = (0.25, None, 0.25)
        assert said == Answered(1, (guesses, None, guesses), "choices", ("zyx",), presence)
        assert "error in the program" in service.ask(Ask(2, "cursed", ("a",))).message
        assert service.ask(Ask(3, "broken", ("a",))) == RequestFailed(3, "It is damaged. Copy it.")
        assert isinstance(service.ask(Match(4, "a cat", ("a",))), Matched)


def test_without_an_answerer_a_question_is_refused_in_a_sentence() -> None:
    with _running(lambda message: MoodyDescriber(answerer=None)) as service:
        service.ask(_OPEN)
        assert "needs an answerer" in service.ask(Ask(1, "what is it?", ("a",))).message
        assert isinstance(service.ask(EmbedText(2, "a cat")), TextEmbedded)


def test_a_cancelled_question_leaves_the_rest_unanswered() -> None:
    describer = MoodyDescriber()
    with _running(lambda message: describer) as service:
        service.ask(_OPEN)
        describer.may_match.clear()
        service.mailbox.put(Ask(1, "slow", ("a", "b", "c")))
        assert describer.at_match.wait(10)
        assert isinstance(service.ask(EmbedText(2, "a dog")), TextEmbedded)
        task = PhotoTask(1, "a.jpg", caption=True, vector=False)
        assert isinstance(service.ask(Describe(3, (task,))), Described)
        assert isinstance(service.sent.get(timeout=10), BatchDone)
        service.mailbox.put(Cancel(1))
        describer.may_match.set()
        said = service.sent.get(timeout=10)
        assert isinstance(said, Answered)
        assert [bool(answers) for answers in said.answers] == [True, False, False]


def test_photos_get_candidates_and_one_that_cannot_be_read_sinks_no_other() -> None:
    with _running(lambda message: MoodyDescriber()) as service:
        service.ask(_OPEN)
        said = Proposal((Candidate("a cat", 0.25, "nucleus 0.9, seed 7"),))
        gone = Proposal((), Reason.MISSING, "The file is no longer there.")
        asked = Propose(1, ("a", "gone", "b"), candidates=3, seed=7)
        assert service.ask(asked) == Proposed(1, (said, gone, said))


def test_texts_are_scored_each_with_its_own_photo_unless_their_words_are_unknown() -> None:
    with _running(lambda message: MoodyDescriber()) as service:
        service.ask(_OPEN)
        asked = Score(1, ("a cat", "a zyx", "a dog"), ("a", "b", "gone"))
        assert service.ask(asked) == Scored(1, (0.75, None, None), ((), ("zyx",), ()))


def test_proposals_without_memory_are_told_and_the_next_ones_are_made() -> None:
    with _running(lambda message: MoodyDescriber()) as service:
        service.ask(_OPEN)
        assert "memory" in service.ask(Propose(1, ("a",), candidates=_TOO_MANY)).message
        assert "memory" in service.ask(Score(2, ("huge",), ("a",))).message
        assert isinstance(service.ask(Propose(3, ("a",), candidates=1)), Proposed)


def test_proposing_needs_a_captioner_and_scoring_a_matcher() -> None:
    with _running(lambda message: MoodyDescriber(matcher=None)) as service:
        service.ask(_OPEN)
        assert isinstance(service.ask(Propose(1, ("a",), candidates=1)), Proposed)
        assert "needs a matcher" in service.ask(Score(2, ("a cat",), ("a",))).message
    with _running(lambda message: MoodyDescriber(captioner=None)) as service:
        service.ask(_OPEN)
        assert "needs a captioner" in service.ask(Propose(1, ("a",), candidates=1)).message
        assert isinstance(service.ask(Score(2, ("a cat",), ("a",))), Scored)


@pytest.mark.parametrize("question", ["propose", "score"])
def test_a_cancel_is_heard_between_photos_and_texts_are_answered_meanwhile(question: str) -> None:
    describer = MoodyDescriber()
    describer.may_match.clear()
    with _running(lambda message: describer) as service:
        service.ask(_OPEN)
        if question == "propose":
            service.mailbox.put(Propose(1, ("a", "b", "c"), candidates=1))
        else:
            service.mailbox.put(Score(1, ("a cat",) * 3, ("a", "b", "c")))
        assert describer.at_match.wait(10)
        assert isinstance(service.ask(EmbedText(2, "a dog")), TextEmbedded)
        task = PhotoTask(1, "a.jpg", caption=True, vector=False)
        assert isinstance(service.ask(Describe(3, (task,))), Described)
        assert isinstance(service.sent.get(timeout=10), BatchDone)
        service.mailbox.put(Cancel(1))
        describer.may_match.set()
        answer = service.sent.get(timeout=10)
        if question == "propose":
            assert [bool(proposal.candidates) for proposal in answer.proposals] == [
                True, False, False,
            ]  # fmt: skip
        else:
            assert answer.scores == (0.75, None, None)


def test_a_batch_waits_while_somebody_waits_for_matches() -> None:
    describer = MoodyDescriber()
    with _running(lambda message: describer) as service:
        service.ask(_OPEN)
        describer.may_match.clear()
        service.mailbox.put(Score(1, ("a cat",), ("a",)))
        assert describer.at_match.wait(10)
        service.mailbox.put(Describe(2, (PhotoTask(1, "a", caption=True, vector=False),)))
        assert not describer.describing.wait(0.2)
        describer.may_match.set()
        assert isinstance(service.sent.get(timeout=10), Scored)
        assert describer.describing.wait(10)
        assert isinstance(service.sent.get(timeout=10), Described)


def test_a_batch_goes_on_although_matches_take_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.service._COURTESY_S", 0.2)
    describer = MoodyDescriber()
    with _running(lambda message: describer) as service:
        service.ask(_OPEN)
        describer.may_match.clear()
        service.mailbox.put(Score(1, ("a cat",), ("a",)))
        assert describer.at_match.wait(10)
        service.mailbox.put(Describe(2, (PhotoTask(1, "a", caption=True, vector=False),)))
        assert describer.describing.wait(10)
        describer.may_match.set()


def test_a_text_that_was_overtaken_while_it_waited_is_not_embedded() -> None:
    describer = MoodyDescriber()
    with _running(lambda message: describer) as service:
        service.ask(_OPEN)
        describer.may_match.clear()
        service.mailbox.put(EmbedText(1, "slow"))
        assert describer.at_text.wait(10)
        service.mailbox.put(EmbedText(2, "overtaken"))
        service.mailbox.put(EmbedText(3, "a cat"))
        service.mailbox.put(Cancel(2))
        describer.may_match.set()
        assert [service.sent.get(timeout=10).job for _ in range(2)] == [1, 3]
