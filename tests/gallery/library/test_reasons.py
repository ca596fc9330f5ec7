"""Each hit tells why it is there: by its own words, and by how much it looks like it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gallery.catalog import Catalog
from gallery.domain import Facts, FoundWords, Hit
from gallery.library.reasons import Likeness, Reasons, Why, likeness
from gallery.library.searcher import Searcher
from gallery.library.text_vector import TextVector
from tests.gallery.catalog.making import MATCHER, describe, filled, metadata, said


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog.open(tmp_path / "catalog.sqlite")
    yield opened
    opened.close()


def whys(catalog: Catalog, text: str) -> dict[int, Why]:
    """Of everything that the words find."""
    result = Searcher(catalog, lambda _: None).by_words(text)
    return Reasons(catalog, None).of(result, [hit.photo_id for hit in result.hits])


def test_the_words_are_told_as_they_stand_in_the_photo(catalog: Catalog) -> None:
    first, second, _ = filled(catalog)
    describe(catalog, said(first, "Two Dogs in a café"), said(second, "a cat"))
    assert whys(catalog, "a dog in the CAFE")[first].words == FoundWords(caption=("Dogs", "café"))
    assert whys(catalog, "cats")[second].words == FoundWords(caption=("cat",))


def test_it_is_told_where_the_words_stand(catalog: Catalog) -> None:
    first, *_ = filled(catalog, 1)
    facts = Facts(keywords=("holidays", "Lisbon"))
    catalog.set_metadata([(first, replace(metadata(1), facts=facts))])
    describe(catalog, said(first, "a lisbon tram"))
    assert whys(catalog, "img holiday lisbon")[first].words == FoundWords(
        caption=("lisbon",), name=("IMG",), keywords=("holidays", "Lisbon")
    )


def test_an_unfinished_last_word_marks_the_word_that_it_begins(catalog: Catalog) -> None:
    first, second, _ = filled(catalog)
    describe(catalog, said(first, "a dog on a mountain"), said(second, "a car full of carrots"))
    assert whys(catalog, "dog mou")[first].words.caption == ("dog", "mountain")
    assert whys(catalog, "car")[second].words.caption == ("car",)


def test_the_words_of_every_alternative_count_and_conditions_are_told(catalog: Catalog) -> None:
    first, second, third = filled(catalog)
    describe(catalog, said(first, "a dog"), said(second, "a cat"), said(third, "a bird"))
    found = whys(catalog, 'dog or "a cat" year:2024')
    assert {photo_id: why.words.caption for photo_id, why in found.items()} == {
        first: ("dog",),
        second: ("cat",),
    }
    assert all(why.conditions for why in found.values())
    listed = whys(catalog, "year:2024")
    assert set(listed) == {first, second, third}
    assert listed[third] == Why(conditions=True)


def test_only_the_photos_that_are_asked_about_are_looked_at(catalog: Catalog) -> None:
    first, second, _ = filled(catalog)
    describe(catalog, said(first, "a dog"), said(second, "a dog"))
    result = Searcher(catalog, lambda _: None).by_words("dog")
    assert set(Reasons(catalog, None).of(result, [second, 999])) == {second}


def test_what_only_looks_like_it_claims_no_words(catalog: Catalog) -> None:
    first, second, _ = filled(catalog)
    describe(catalog, said(first, "a dog", towards=(1, 0)), said(second, "?", towards=(0.9, 0.2)))
    vector = TextVector(np.array([1, 0], np.float32), ())
    searcher = Searcher(catalog, lambda _: vector, MATCHER, floor=0.5)
    result = searcher.search("boat")
    why = Reasons(catalog, 0.5).of(result, [first, second])
    assert why[first] == Why(likeness=Likeness.NEAREST)
    assert why[first].words == FoundWords()


@pytest.mark.parametrize(
    ("similarity", "floor", "words", "told"),
    [
        (0.8, 0.4, False, Likeness.NEAREST),
        (0.6, 0.4, False, Likeness.LIKE),
        (0.3, 0.4, False, Likeness.A_LITTLE),
        (0.3, 0.4, True, None),  # it is here for its words
        (0.6, 0.4, True, Likeness.LIKE),
        (0.6, None, False, Likeness.MORE_THAN_MOST),
        (0.6, None, True, None),  # nobody measured what that means
        (None, 0.4, True, None),
    ],
)
def test_likeness_is_told_only_as_far_as_it_was_measured(
    similarity: float | None, floor: float | None, words: bool, told: Likeness | None
) -> None:
    hit = Hit(1, 1.0, words=words, similarity=similarity)
    assert likeness(hit, floor=floor, best=0.8) is told
