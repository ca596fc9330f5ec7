"""Questions about scenes: true answers, half of them no, in words that the vocabulary has."""

import random
from collections import Counter, defaultdict
from functools import cache

import pytest

from engine.training import tokens
from engine.training.answer_batches import make_answer_batch
from engine.training.question_words import CLOSED, KINDS, SEEN, UNKNOWN, WORDINGS, meaning_of
from engine.training.questions import MIX, Question, ask, questions
from engine.training.scenes import Scene, sample
from engine.training.things import Thing
from engine.training.wording import Content, read

_LONGEST_QUESTION, _LONGEST_ANSWER = 22, 8  # tokens, without the special ones


@pytest.fixture(scope="module")
def asked() -> list[tuple[Scene, Question]]:
    rng = random.Random(3)
    scenes = [sample(1000 + number, MIX) for number in range(400)]
    return [(scene, one) for scene in scenes for one in questions(scene.content, 6, rng)]


def test_every_kind_is_asked_and_every_word_is_known(asked: list[tuple[Scene, Question]]) -> None:
    known = tokens.answers()
    kinds = Counter(question.kind for _, question in asked)
    assert set(kinds) == set(KINDS)
    for _, question in asked:
        ids = known.encode(question.text, tokens.ENC)
        said = known.encode(question.answer, tokens.DEC)
        assert tokens.UNK not in said, question
        assert (tokens.UNK in ids) == (UNKNOWN in question.text), question
        assert len(ids) - 2 <= _LONGEST_QUESTION
        assert len(said) - 2 <= _LONGEST_ANSWER
        assert meaning_of(question.answer), question


def test_all_wordings_are_in_the_vocabulary_also_the_rare_ones() -> None:
    known = tokens.answers()
    parts = {"is": "is", "thing": "the dog", "some": "a dog", "many": "dogs", "counted": "two dogs"}
    parts |= {"relation": "under", "other": "the cat", "colour": "red", "place": "at night"}
    for wordings in WORDINGS.values():
        for wording in wordings:
            for seen in SEEN:
                text = wording.format(**parts, seen=seen)
                assert tokens.UNK not in known.encode(f"{text}?", tokens.ENC), text


def test_yes_and_no_come_equally_often(asked: list[tuple[Scene, Question]]) -> None:
    for kind in CLOSED:
        answers = Counter(question.answer for _, question in asked if question.kind == kind)
        assert set(answers) == {"yes", "no"}
        assert 0.35 < answers["yes"] / answers.total() < 0.65, (kind, answers)


def test_what_is_said_of_relations_is_what_a_reader_finds(
    asked: list[tuple[Scene, Question]],
) -> None:
    checked = Counter[str]()
    for scene, question in asked:
        if question.kind != "is it where" or not question.text.startswith("is the "):
            continue
        text = question.text.removeprefix("is ").removesuffix("?")
        for seen in sorted(SEEN, key=len, reverse=True):
            text = text.removesuffix(seen)
        meant = read(text)
        if meant is None:
            continue  # the plural after "the" is no caption's wording
        relation = {fact for fact in meant if fact[0] in ("above", "front", "next")}
        assert len(relation) == 1
        assert (relation <= scene.meaning) == (question.answer == "yes"), (scene.caption, question)
        checked[question.answer] += 1
    assert min(checked["yes"], checked["no"]) > 20


_PAIR = Content((Thing("dog", None, 2), Thing("chair", "red")), "under", "on a beach")
_THREE = Content((Thing("cat"), Thing("hat", "blue"), Thing("table")), "behind", "at night")
_ONE = Content((Thing("bee", None, 4),), None, "in the snow")


@pytest.mark.parametrize(
    ("content", "text", "answer"),
    [
        (_PAIR, "what is under the chair", "two dogs"),
        (_PAIR, "what is above the dogs", "a red chair"),
        (_PAIR, "what is next to the chair", "nothing"),
        (_PAIR, "how many dogs are there", "two"),
        (_PAIR, "how many chairs are there", "one"),
        (_PAIR, "where is the chair", "on a beach"),
        (_PAIR, "what colour is the chair", "red"),
        (_PAIR, "what is in the picture", "two dogs and a red chair"),
        (_THREE, "what is in the picture", "hat, cat and table"),
        (_THREE, "what is behind the table", "a blue hat and a cat"),
        (_THREE, "what is in front of the cat", "a table"),
        (_THREE, "what is next to the cat", "a blue hat"),
        (_THREE, "where was this taken", "outside at night"),
        (_ONE, "how many bees are there", "four"),
        (_ONE, "what is this", "four bees"),
    ],
)
def test_the_answer_to_a_question(content: Content, text: str, answer: str) -> None:
    assert _all_about(content)[text] == {answer}


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (f"is there a {UNKNOWN}", "no"),
        (f"how many {UNKNOWN} are there", "none"),
        (f"what is under the {UNKNOWN}", "nothing"),
        (f"how many {UNKNOWN} dogs are there", "two"),
    ],
)
def test_an_unknown_thing_is_not_there_and_an_unknown_property_changes_nothing(
    text: str, answer: str
) -> None:
    assert _all_about(_PAIR)[text] == {answer}


@cache
def _all_about(content: Content) -> dict[str, set[str]]:
    """Many questions about a scene, without their marks, and every answer that each was given."""
    rng = random.Random(5)
    found: dict[str, set[str]] = defaultdict(set)
    for _ in range(30_000):
        question = ask(content, rng)
        found[question.text.removesuffix("?")].add(question.answer)
    return dict(found)


@pytest.mark.parametrize("content", [_PAIR, _THREE, _ONE])
def test_no_question_has_two_answers(content: Content) -> None:
    for text, answers in _all_about(content).items():
        assert len(answers) == 1, text


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a dog", "dog", True),
        ("a dog", "one dog", True),
        ("a cat and a dog", "dog and cat", True),
        ("cat, dog and table", "a table and a dog and a cat", True),
        ("outside at night", "at night", True),
        ("on a beach", "at the beach", True),
        ("a red car", "a car", False),
        ("two dogs", "a dog", False),
        ("two dogs", "two cats", False),
        ("yes", "no", False),
        ("red", "blue", False),
        ("two", "three", False),
        ("none", "nothing", False),
    ],
)
def test_answers_are_compared_by_what_they_mean(one: str, other: str, same: bool) -> None:
    assert meaning_of(one) is not None
    assert (meaning_of(one) == meaning_of(other)) == same


def test_what_no_scene_means_is_no_answer() -> None:
    assert meaning_of("a dog a dog") is None
    assert meaning_of("zeppelin") is None
    assert meaning_of("") is None


def test_the_same_step_gives_the_same_questions_and_another_gives_others() -> None:
    first, again, other = (make_answer_batch(step, 3, 4) for step in (7, 7, 8))
    assert first.questions == again.questions
    assert first.answers == again.answers
    assert (first.pixels == again.pixels).all()
    assert first.questions != other.questions
    assert [len(each) for each in first.questions] == [4, 4, 4]
