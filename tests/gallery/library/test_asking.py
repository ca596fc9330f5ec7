"""Asking about a photo: the answer as a guess with whom it came from, and why there is none."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest

from engine.checkpoints import DescriberSet
from engine.match_bands import MatchBands, MatchWord
from engine.protocol import CheckpointRef, Guess
from gallery.errors import KnownError
from gallery.library.asking import LONGEST_QUESTION, ask_photo
from gallery.library.engine_client import EngineClient
from gallery.library.engine_questions import Answer, Question
from gallery.library.events import EventBus
from gallery.paths import sample_gallery_dir
from tests.gallery.library import toy_engine

_REF = CheckpointRef("toy answerer", "1", "/nowhere")
_PHOTO = Path("/photos/dog.jpg")


def _client(answerer: CheckpointRef | None = _REF, *, drawn: bool = False) -> EngineClient:
    chosen = DescriberSet("toy", _REF, _REF, drawn, "", "", answerer)
    return EngineClient(chosen, EventBus(), entry=toy_engine.serve)


@pytest.fixture
def client() -> Iterator[EngineClient]:
    client = _client()
    yield client
    client.stop()


def test_an_answer_is_guesses_with_whom_they_came_from(client: EngineClient) -> None:
    answer = ask_photo(client, _PHOTO, "  what   is it? ")
    assert answer.question == "what is it?"
    assert answer.guesses == (Guess("a dog", 0.75), Guess("a cat", 0.25))
    assert answer.best == Guess("a dog", 0.75)
    assert answer.answered_by == "toy answerer"
    assert answer.unknown_words == ("zyx",)
    assert not answer.unsure


def test_a_set_that_knows_drawn_scenes_is_unsure_of_all_other_pictures() -> None:
    client = _client(drawn=True)
    try:
        assert ask_photo(client, _PHOTO, "what is it?").unsure
        assert not ask_photo(client, sample_gallery_dir() / "a.jpg", "what is it?").unsure
    finally:
        client.stop()


@pytest.mark.parametrize(
    ("probability", "word"),
    [(0.7, MatchWord.CERTAIN), (0.8, MatchWord.PROBABLY), (0.9, MatchWord.UNSURE)],
)
def test_how_sure_it_is_stands_in_words_by_the_bands_of_the_answerer(
    client: EngineClient, probability: float, word: MatchWord
) -> None:
    chosen = client.describer_set
    bands = MatchBands(probability, probability - 0.1, calibrated=True)
    client._process.describer_set = replace(chosen, answer_bands=bands)
    assert ask_photo(client, _PHOTO, "what is it?").sure is word


def test_a_thing_that_a_measured_matcher_misses_is_none_and_never_certain(
    client: EngineClient,
) -> None:
    sure = MatchBands(0.6, 0.5, calibrated=True)
    client._process.describer_set = replace(
        client.describer_set, match_bands=sure, answer_bands=sure
    )
    answer = ask_photo(client, _PHOTO, "how many penguins are there?")
    assert [guess.text for guess in answer.guesses] == ["none", "a dog", "a cat"]
    assert answer.sure is MatchWord.PROBABLY
    assert answer.may_not_show == ""
    assert answer.settings.endswith("corrected by ITM")
    coloured = ask_photo(client, _PHOTO, "what colour is the penguin?")
    assert coloured.guesses[0].text == "a dog"
    assert (coloured.may_not_show, coloured.sure) == ("penguin", MatchWord.UNSURE)


def test_a_matcher_that_nobody_measured_raises_doubts_only(client: EngineClient) -> None:
    answer = ask_photo(client, _PHOTO, "how many penguins are there?")
    assert answer.guesses[0].text == "a dog"
    assert (answer.may_not_show, answer.sure) == ("penguins", MatchWord.UNSURE)


def test_answers_to_choose_from_are_not_added_to(client: EngineClient) -> None:
    measured = MatchBands(0.6, 0.5, calibrated=True)
    client._process.describer_set = replace(client.describer_set, match_bands=measured)
    answer = ask_photo(client, _PHOTO, "how many penguins are there?", ["one", "two"])
    assert len(answer.guesses) == 2
    assert answer.may_not_show == "penguins"


def test_an_answer_without_words_is_no_best_guess(client: EngineClient) -> None:
    answer = ask_photo(client, _PHOTO, "what is it?")
    for guesses in ((), (Guess("", 0.9),)):
        assert type(answer)(answer.question, guesses, "", "", False, ()).best is None


@pytest.mark.parametrize(
    ("question", "photo", "told"),
    [
        (" ", _PHOTO, "no question"),
        ("refused", _PHOTO, "No answerer is loaded"),
        ("what is it?", Path("/photos/bad.jpg"), "cannot be read"),
    ],
)
def test_why_there_is_no_answer_is_told_in_a_sentence(
    client: EngineClient, question: str, photo: Path, told: str
) -> None:
    with pytest.raises(KnownError, match=told):
        ask_photo(client, photo, question)


def test_without_an_answerer_no_engine_is_started() -> None:
    client = _client(answerer=None)
    with pytest.raises(KnownError, match="answers no questions"):
        ask_photo(client, _PHOTO, "what is it?")
    assert client.pid is None


def test_a_question_that_nobody_waits_for_any_more_ends_at_once(
    client: EngineClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    noted = threading.Event()
    add = client._process.questions.add

    def noting(message: Question) -> "Future[Answer]":
        future = add(message)
        noted.set()
        return future

    def ask() -> None:
        try:
            ask_photo(client, _PHOTO, "ignored")
        except KnownError as error:
            told.append(str(error))

    ask_photo(client, _PHOTO, "what is it?")  # the engine runs
    monkeypatch.setattr(client._process.questions, "add", noting)
    waiting = threading.Thread(target=ask)
    waiting.start()
    assert noted.wait(10)
    client.drop_questions()
    waiting.join(10)
    assert not waiting.is_alive()
    assert len(told) == 1


def test_a_question_is_cut_to_what_can_be_read(client: EngineClient) -> None:
    assert len(ask_photo(client, _PHOTO, "a" * 5000).question) == LONGEST_QUESTION
