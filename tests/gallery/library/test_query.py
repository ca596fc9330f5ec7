"""A query taken apart: free words, conditions, and what cannot be understood."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.conditions import (
    ByCamera,
    Condition,
    Has,
    HasWords,
    InFolder,
    Is,
    Kept,
    OfFormat,
    Rated,
    State,
    Taken,
    Test,
)
from gallery.library.query import parse


def _tests(text: str) -> list[Test]:
    return [condition.test for condition in parse(text).conditions]


@pytest.mark.parametrize("text", ["a dog on a beach", "half-blind cat", "at 12:30", "C++ & more"])
def test_ordinary_words_stay_as_they_are(text: str) -> None:
    query = parse(text)
    assert [each.text for each in query.alternatives] == [text]
    assert query.conditions == query.problems == ()


def test_quoted_words_must_be_there_and_count_as_free_words_too() -> None:
    (only,) = parse('"red car" beach').alternatives
    assert only.text == "red car beach"
    assert only.conditions == (Condition(HasWords("red car")),)
    assert parse('"red car').alternatives[0].conditions == (Condition(HasWords("red car")),)


def test_a_minus_excludes_words_and_quoted_words() -> None:
    query = parse('dog -snow -"red car" - -!')
    assert [each.text for each in query.alternatives] == ["dog"]
    assert query.conditions == (
        Condition(HasWords("snow"), negated=True),
        Condition(HasWords("red car"), negated=True),
    )


def test_or_separates_what_may_be_meant() -> None:
    query = parse('a dog OR "blue cat" in snow or year:2024')
    assert [each.text for each in query.alternatives] == ["a dog", "blue cat in snow"]
    assert query.alternatives[0].conditions == ()
    assert query.alternatives[1].conditions == (Condition(HasWords("blue cat")),)
    assert len(query.conditions) == 1


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("year:2024", datetime(2024, 1, 1), datetime(2025, 1, 1)),
        ("on:2024-12", datetime(2024, 12, 1), datetime(2025, 1, 1)),
        ("on:2024-02-29", datetime(2024, 2, 29), datetime(2024, 3, 1)),
        ("before:2024-06", None, datetime(2024, 6, 1)),
        ("after:2024/06/03", datetime(2024, 6, 4), None),
        ("AFTER:2023", datetime(2024, 1, 1), None),
    ],
)
def test_dates_are_years_months_or_days(
    text: str, since: datetime | None, until: datetime | None
) -> None:
    assert _tests(text) == [Taken(since, until)]


def test_other_fields_and_their_opposites() -> None:
    assert _tests('folder:"New York" type:JPG is:edited') == [
        InFolder("New York"),
        OfFormat("jpeg"),
        Is(State.EDITED),
    ]
    assert _tests("camera:nikon has:gps HAS:keywords") == [
        ByCamera("nikon"),
        Has(Kept.GPS),
        Has(Kept.KEYWORDS),
    ]
    assert parse("-is:missing").conditions == (Condition(Is(State.MISSING), negated=True),)


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [("4", 4, 4), ("=4", 4, 4), (">=4", 4, 5), (">3", 4, 5), ("<=2", 0, 2), ("<1", 0, 0)],
)
def test_stars_are_compared(text: str, least: int, most: int) -> None:
    assert _tests(f"rating:{text}") == [Rated(least, most)]


@pytest.mark.parametrize(
    "text", ["before:20x4", "on:2024-13", "on:2023-02-29", "is:nice", "has:fun", "rating:9"]
)
def test_a_value_that_makes_no_sense_is_told_and_left_out(text: str) -> None:
    query = parse(f"dog {text}")
    assert [each.text for each in query.alternatives] == ["dog"]
    assert query.conditions == ()
    assert text in query.problems[0]


def test_a_field_that_is_not_known_is_told_and_its_words_are_searched() -> None:
    query = parse("camra:nikon")
    assert query.alternatives[0].text == "camra:nikon"
    assert "camra:" in query.problems[0]


@pytest.mark.parametrize("text", ["", "  ", "before:", "is:", "or", '""', "-"])
def test_what_is_not_finished_asks_for_nothing(text: str) -> None:
    query = parse(text)
    assert query.is_empty
    assert query.problems == ()


@given(st.text(alphabet=st.characters(), max_size=60))
def test_any_text_can_be_taken_apart(text: str) -> None:
    query = parse(text)
    for each in query.alternatives:
        assert each.text.strip()
        each.text.encode()


def test_types_are_asked_for_as_the_decoders_name_them() -> None:
    for said, named in (("heic", "heif"), (".HIF", "heif"), ("tif", "tiff"), ("raw", "raw")):
        assert _tests(f"type:{said}") == [OfFormat(named)]
