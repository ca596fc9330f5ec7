"""What is typed is completed by the words and names that the catalog has."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gallery.catalog import Catalog
from gallery.conditions import State
from gallery.domain import Facts, SearchWords
from gallery.library.completion import Completer
from tests.gallery.catalog.making import describe, filled, metadata, said

_WORDS = SearchWords(
    words={"beach": 90, "bear": 20, "bee": 50, "café": 7, "car": 30, "castle": 40},
    folders=("Lisbon", "New York", "Old Lisbon"),
    cameras=("NIKON D90",),
    years=("2024", "2023"),
    albums=("Summer in Rome",),
)


def _completed(text: str, cursor: int | None = None) -> list[str]:
    at = len(text) if cursor is None else cursor
    found = Completer(_WORDS).complete(text, at)
    return [text[: found.start] + item.text + text[found.end :] for item in found.items]


def test_the_word_under_the_cursor_is_completed_frequent_words_first() -> None:
    assert _completed("be") == ["beach", "bee", "bear", "before:"]
    assert _completed("a dog, be")[:2] == ["a dog, beach", "a dog, bee"]
    assert _completed("be dog", 2)[0] == "beach dog"
    assert _completed("CAFE") == ["café"]
    assert _completed("-cast") == ["-castle"]


def test_nothing_is_offered_for_one_letter_between_words_or_for_what_is_complete() -> None:
    for text in ("b", "", "beach ", "castle", '"', "-"):
        assert _completed(text) == []


def test_fields_and_their_values_are_completed() -> None:
    assert "folder:" in _completed("fo")
    assert _completed("folder:lis") == ["folder:Lisbon", 'folder:"Old Lisbon"']
    assert _completed("folder:new") == ['folder:"New York"']
    assert _completed('folder:"new y') == ['folder:"New York"']
    assert _completed("album:rom") == ['album:"Summer in Rome"']
    assert _completed("camera:d90") == ['camera:"NIKON D90"']
    assert _completed("dog is:") == [f"dog is:{state}" for state in State]
    assert _completed("-is:mi") == ["-is:missing"]
    assert _completed("before:") == ["before:2024", "before:2023"]
    assert _completed("unknown:x") == []


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog.open(tmp_path / "catalog.sqlite")
    yield opened
    opened.close()


def test_the_words_of_a_catalog_are_spelt_as_people_spell_them(catalog: Catalog) -> None:
    ids = filled(catalog, 4)
    captions = ("happy dogs in a café", "two happy dogs", "a happy dog", "puppies on a mountain")
    for photo_id, caption in zip(ids, captions, strict=True):
        describe(catalog, said(photo_id, caption))
    words = catalog.search_words().words
    assert words["happy"] == 3
    assert words["dogs"] == 3  # the commonest spelling of what is one word to a search
    assert words["café"] == 1
    assert {"puppies", "mountain"} <= set(words)
    assert not {"happi", "puppi"} & set(words)
    assert not any(character.isdigit() for word in words for character in word)  # IMG_001


def test_only_so_many_words_are_kept_the_frequent_ones(catalog: Catalog) -> None:
    ids = filled(catalog, 3)
    for photo_id, caption in zip(ids, ("dog", "dog dog", "cat dog"), strict=True):
        describe(catalog, said(photo_id, caption))
    assert set(catalog.search_words(limit=3).words) == {"img", "jpg", "dog"}


def test_names_are_read_with_the_words(catalog: Catalog) -> None:
    first, *_ = filled(catalog, 2)
    catalog.set_metadata([(first, replace(metadata(400), facts=Facts(camera="NIKON D90")))])
    catalog.create_album("Rome")
    found = catalog.search_words()
    assert found.albums == ("Rome",)
    assert found.cameras == ("NIKON D90",)
    assert found.folders == ("pictures",)
    assert found.types == ("jpeg",)
    assert found.years == ("2025", "2024")


def test_reading_ends_where_nobody_wants_the_words_any_more(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gallery.catalog.vocabulary._STEPS", 1)
    filled(catalog, 2)
    assert catalog.search_words(is_wanted=lambda: False) == SearchWords()
    assert catalog.search_words().words == {"img": 2, "jpg": 2}


def test_an_empty_catalog_has_no_words(catalog: Catalog) -> None:
    assert catalog.search_words() == SearchWords()
