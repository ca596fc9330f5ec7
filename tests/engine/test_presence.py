"""What a question takes for granted, told by its words, and what is made of its absence."""

import pytest

from engine.presence import (
    PRESENCE_FLOOR,
    AskedAbout,
    Asks,
    asked_about,
    corrected,
    denies,
    is_absent,
)
from engine.protocol import Guess

_SEEN, _MISSED = 0.9, PRESENCE_FLOOR / 2


def _about(question: str) -> AskedAbout:
    about = asked_about(question)
    assert about is not None
    return about


@pytest.mark.parametrize(
    ("question", "asks", "thing"),
    [
        ("How many penguins are there?", Asks.COUNT, "penguins"),
        ("how many red cars can you see in the photo", Asks.COUNT, "red cars"),
        ("how many dogs are in this picture?", Asks.COUNT, "dogs"),
        ("Is there a dog?", Asks.PRESENCE, "dog"),
        ("are there any foxes here?", Asks.PRESENCE, "foxes"),
        ("do you see two cats in this photo?", Asks.PRESENCE, "cats"),
        ("what colour is the old car?", Asks.PROPERTY, "old car"),
        ("what color are the boats in the image?", Asks.PROPERTY, "boats"),
        ("where is the kite?", Asks.PROPERTY, "kite"),
    ],
)
def test_the_thing_is_told_by_the_wording(question: str, asks: Asks, thing: str) -> None:
    about = _about(question)
    assert (about.asks, about.thing) == (asks, thing)


@pytest.mark.parametrize(
    "question",
    [
        "",
        "how many",
        "what is in the picture?",
        "where was this taken?",
        "where is this?",
        "is it a cat?",
        "is there a dog next to the car?",
        "is there anything that my grandmother would have liked?",
        "how many 7 4 1?",
    ],
)
def test_where_the_wording_tells_no_single_thing_nothing_is_guessed(question: str) -> None:
    assert asked_about(question) is None


def test_a_plural_is_looked_for_as_one_of_them_too() -> None:
    assert _about("how many penguins are there?").names == ("penguins", "penguin", "a penguin")
    assert "a cherry" in _about("how many cherries?").names
    assert "an old wolf" in _about("how many old wolves?").names
    assert "person" in _about("how many people are there?").names
    assert _about("is there glass?").names == ("glass", "a glass")


def test_a_count_of_what_is_not_there_is_none_and_the_guess_stays_behind_it() -> None:
    guesses = (Guess("one", 0.97),)
    about = _about("how many penguins are there?")
    assert corrected(about, guesses, _MISSED) == (Guess("none", 1 - _MISSED), *guesses)
    assert corrected(about, guesses, _SEEN) == guesses
    assert corrected(about, guesses, None) == guesses
    assert corrected(about, (Guess("none", 0.6),), _MISSED) == (Guess("none", 0.6),)


def test_yes_to_what_is_not_there_becomes_no() -> None:
    guesses = (Guess("yes", 0.7), Guess("no", 0.3))
    about = _about("is there a rabbit?")
    assert corrected(about, guesses, _MISSED) == (Guess("no", 1 - _MISSED), Guess("yes", 0.7))
    assert corrected(about, guesses, _SEEN) == guesses


def test_a_colour_of_what_is_not_there_has_no_right_answer() -> None:
    guesses = (Guess("red", 0.9),)
    assert corrected(_about("what colour is the car?"), guesses, _MISSED) == guesses
    assert corrected(_about("how many cars?"), (), _MISSED) == ()


def test_absent_is_what_the_matcher_was_asked_for_and_missed() -> None:
    assert is_absent(_MISSED)
    assert not is_absent(_SEEN)
    assert not is_absent(None)
    assert denies((Guess("none", 0.9),))
    assert not denies((Guess("one", 0.9),))
    assert not denies(())
