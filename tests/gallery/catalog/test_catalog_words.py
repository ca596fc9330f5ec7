"""Finding photos by their words."""

import pytest

from gallery.catalog import Catalog
from tests.gallery.catalog.making import describe, filled, said


def _found(catalog: Catalog, text: str, limit: int = 99) -> list[int]:
    return [photo_id for photo_id, _ in catalog.ids_with_words(text, limit=limit)]


def _captioned(catalog: Catalog, *texts: str) -> list[int]:
    ids = filled(catalog, len(texts))
    describe(catalog, *(said(i, text) for i, text in zip(ids, texts, strict=True)))
    return ids


def test_accents_capitals_and_plurals_do_not_matter(catalog: Catalog) -> None:
    cafe, cats = _captioned(catalog, "Two Cafés", "a cat")
    assert _found(catalog, "cafe") == [cafe]
    assert _found(catalog, "CAFÉ") == [cafe]
    assert _found(catalog, "cafe\u0301s") == [cafe], "the accent as a character of its own"
    assert _found(catalog, "cats") == [cats]


def test_the_last_word_may_be_unfinished(catalog: Catalog) -> None:
    mouse, _cat = _captioned(catalog, "a grey mouse", "a grey cat")
    assert _found(catalog, "mou") == [mouse]
    assert _found(catalog, "grey mou") == [mouse]


def test_a_finished_word_stands_for_itself(catalog: Catalog) -> None:
    car, carrot = _captioned(catalog, "a red car", "a carrot")
    assert _found(catalog, "car") == [car]
    assert _found(catalog, "cars") == [car]
    assert _found(catalog, "carr") == [carrot]
    assert _found(catalog, "ca") == [carrot, car]


def test_words_as_written_come_before_the_same_words_elsewhere(catalog: Catalog) -> None:
    over, under, _ = _captioned(catalog, "a cat above a dog", "a dog above a cat", "a mouse")
    assert _found(catalog, "a dog above a cat") == [under, over]
    assert _found(catalog, "a cat above a dog") == [over, under]
    assert _found(catalog, "dog the cat") == [under, over], "articles decide nothing"


def test_where_no_photo_has_all_words_those_with_rare_ones_come_first(catalog: Catalog) -> None:
    ids = _captioned(catalog, "a cat", "a cat", "a cat", "a walrus")
    ranked = catalog.ids_with_words("photo of a cat with a walrus", limit=9)
    assert next(photo_id for photo_id, _ in ranked) == ids[3]
    assert {photo_id for photo_id, _ in ranked} == set(ids)
    assert all(rank <= 0.5 for _, rank in ranked)


def test_a_file_name_is_found_by_its_words(catalog: Catalog) -> None:
    ids = filled(catalog, 12)
    assert _found(catalog, "IMG 011") == [ids[11]]
    assert _found(catalog, "img_011.jpg") == [ids[11]]


def test_a_caption_that_is_no_longer_shown_is_no_longer_found(catalog: Catalog) -> None:
    (photo_id,) = _captioned(catalog, "a cat")
    catalog.edit_caption(photo_id, "a walrus")
    assert _found(catalog, "cat") == []
    assert _found(catalog, "walrus") == [photo_id]
    catalog.edit_caption(photo_id, None)
    assert _found(catalog, "cat") == [photo_id]


@pytest.mark.parametrize(
    "text",
    ["", " ", "*", '"', '""', "AND", "OR", "NOT cat", "cat AND", "NEAR(", "NEAR(cat dog)", "^cat",
     "caption:cat", "cat -dog", "(", "')--", "%", "\x00", "cat\x00dog", "a" * 10_000, "é" * 500,
     "🐈", "猫", "cat " * 500, "{a b}: c", "+", "\ud800"],
)  # fmt: skip
def test_nothing_that_can_be_typed_is_an_error(catalog: Catalog, text: str) -> None:
    _captioned(catalog, "a cat and a dog")
    catalog.ids_with_words(text, limit=9)


def test_words_that_look_like_operators_are_words(catalog: Catalog) -> None:
    both, cat = _captioned(catalog, "near and not or", "a cat")
    assert _found(catalog, "NOT NEAR") == [both]
    assert _found(catalog, "caption:cat") == [cat], "the word cat; there is no field"


def test_no_more_are_given_than_asked_for(catalog: Catalog) -> None:
    _captioned(catalog, *["a cat next to a dog"] * 5)
    assert len(_found(catalog, "cat dog", limit=3)) == 3
    assert _found(catalog, "cat", limit=0) == []
