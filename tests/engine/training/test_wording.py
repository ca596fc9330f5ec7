"""Captions say what a scene means, and reading them back gives the same meaning."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.training.edits import edited, wrong_wording
from engine.training.lexicon import words
from engine.training.scenes import sample
from engine.training.things import COLOURS, NOUNS, RELATIONS, SETTINGS, Thing
from engine.training.wording import Content, caption, entails, meaning, phrase, read

SETTING = "on a beach"


@st.composite
def contents(draw: st.DrawFn) -> Content:
    nouns = draw(st.lists(st.sampled_from(NOUNS), min_size=1, max_size=3, unique=True))
    things = tuple(
        Thing(
            noun.name,
            draw(st.sampled_from(COLOURS)) if noun.tintable else None,
            draw(st.integers(1, 4)) if len(nouns) < 3 else 1,
        )
        for noun in nouns
    )
    options = RELATIONS if len(things) == 2 else RELATIONS[1:]
    relation = draw(st.sampled_from(options)) if len(things) > 1 else None
    return Content(things, relation, draw(st.sampled_from(SETTINGS)))


@given(contents())
@settings(max_examples=300, deadline=None)
def test_a_caption_read_back_means_the_content(content: Content) -> None:
    assert read(caption(content)) == meaning(content)
    assert meaning(content.canonical()) == meaning(content)


@given(contents(), st.integers(0, 2**31))
@settings(max_examples=300, deadline=None)
def test_other_wordings_are_true_and_minimal_pairs_are_not(content: Content, seed: int) -> None:
    truth = meaning(content)
    said = read(phrase(content, seed))
    assert said is not None
    assert entails(truth, said)
    for style in (None, seed):
        wrong = read(wrong_wording(content, truth, style, random.Random(seed)))
        assert wrong is not None
        assert not entails(truth, wrong)


@given(contents(), st.integers(0, 2**31))
@settings(max_examples=200, deadline=None)
def test_an_edit_changes_the_meaning(content: Content, seed: int) -> None:
    assert meaning(edited(content, random.Random(seed))) != meaning(content)


@pytest.mark.parametrize(
    ("things", "relation", "expected"),
    [
        (["mouse"], None, "a mouse on a beach"),
        (["owl"], None, "an owl on a beach"),
        (["table", "mouse"], "above", "a mouse under a table on a beach"),
        (["house", "bird"], "under", "a bird above a house on a beach"),
        (["car", "cat"], "next to", "a cat next to a red car on a beach"),
        (["tree", "dog"], "in front of", "a dog behind a tree on a beach"),
        (["mouse", "cat", "table"], "under", "a mouse next to a cat under a table on a beach"),
        (["cat", "mouse", "table"], "under", "a mouse next to a cat under a table on a beach"),
    ],
)
def test_the_smaller_thing_is_said_first(things: list[str], relation: str, expected: str) -> None:
    made = tuple(Thing(name, "red" if name == "car" else None) for name in things)
    assert caption(Content(made, relation, SETTING)) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("noun", "count", "expected"),
    [
        ("mouse", 2, "two mice"),
        ("sheep", 3, "three sheep"),
        ("fish", 4, "four fish"),
        ("bus", 2, "two buses"),
        ("cactus", 3, "three cacti"),
        ("butterfly", 2, "two butterflies"),
        ("strawberry", 4, "four strawberries"),
        ("snowman", 2, "two snowmen"),
        ("palm tree", 2, "two palm trees"),
        ("apple", 1, "an apple"),
        ("umbrella", 1, "an umbrella"),
    ],
)
def test_articles_and_plurals(noun: str, count: int, expected: str) -> None:
    assert Thing(noun, None, count).text() == expected


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("a table above a mouse", "a mouse under a table"),
        ("a cat beside a dog", "a dog next to a cat"),
        ("a photo of a bird over a house", "a house below a bird"),
        ("a tree behind a tiger at night", "a tiger in front of a tree at night"),
        ("a table above a cat next to a mouse", "a mouse near a cat beneath a table"),
        ("a bunny in the woods", "a rabbit in a forest"),
        ("Two bikes, in the city.", "two bicycles in a city"),
        ("beach", "at the beach"),
        ("something at night", "night"),
    ],
)
def test_two_ways_to_say_the_same(first: str, second: str) -> None:
    assert read(first) is not None
    assert read(first) == read(second)


@pytest.mark.parametrize(
    ("scene", "query", "expected"),
    [
        ("two cats on a beach", "cats", True),
        ("two cats on a beach", "cat beach", True),
        ("two cats on a beach", "a cat", False),
        ("a cat above a dog at night", "a cat and a dog", True),
        ("a cat above a dog at night", "a cat under a dog", False),
        ("a mouse next to a cat under a table in a room", "a table above a cat", True),
        ("a red car in a city", "red car", True),
        ("a red car in a city", "blue car", False),
        ("a red car in a city", "something at night", False),
    ],
)
def test_a_query_fits_when_all_it_says_holds(scene: str, query: str, expected: bool) -> None:
    truth, asked = read(scene), read(query)
    assert truth is not None
    assert asked is not None
    assert entails(truth, asked) is expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a unicorn",
        "two cat",
        "a cat above",
        "above a cat",
        "a cat a dog",
        "a cat next to a cat",
    ],
)
def test_what_says_nothing_is_not_read(text: str) -> None:
    assert read(text) is None


def test_every_word_said_is_in_the_vocabulary() -> None:
    known = set(words())
    for seed in range(500):
        scene = sample(seed)
        assert set(scene.caption.split()) <= known
        assert set(phrase(scene.content, seed).split()) <= known
