"""Words and meaning, weighed together."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import update

from engine.protocol import CheckpointRef
from gallery.catalog import Catalog
from gallery.catalog.tables import photos
from gallery.library.ranking import LEAST_MEANING
from gallery.library.searcher import Searcher
from gallery.library.text_vector import TextVector
from tests.gallery.catalog.making import CAPTIONER, MATCHER, describe, filled, found, said

NORTH, EAST, SOUTH = (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog.open(tmp_path / "catalog.sqlite")
    yield opened
    opened.close()


def _pointing(*direction: float, unknown: tuple[str, ...] = ()) -> Callable[[str], TextVector]:
    """A query that always means this direction."""
    vector = np.array(direction, np.float32)
    unit = vector / np.linalg.norm(vector) if len(vector) else vector
    return lambda _text: TextVector(unit, unknown)


def _searcher(catalog: Catalog, *direction: float, unknown: tuple[str, ...] = ()) -> Searcher:
    return Searcher(catalog, _pointing(*direction, unknown=unknown), MATCHER)


def _ids(searcher: Searcher, text: str, limit: int = 99) -> list[int]:
    return [hit.photo_id for hit in searcher.search(text, limit=limit).hits]


def test_a_photo_is_found_by_what_it_looks_like_without_a_common_word(catalog: Catalog) -> None:
    ids = filled(catalog, 3)
    for photo_id, towards in zip(ids, (SOUTH, NORTH, EAST), strict=True):
        describe(catalog, said(photo_id, "something", towards=towards))
    result = _searcher(catalog, *NORTH).search("boat")
    assert result.by_meaning
    (hit,) = result.hits
    assert hit.photo_id == ids[1]
    assert not hit.words
    assert hit.similarity == pytest.approx(1.0, abs=1e-3)


def test_a_caption_with_all_the_words_stands_before_what_only_looks_alike(
    catalog: Catalog,
) -> None:
    ids = filled(catalog, 5)
    captions = ("a dog", "a cat", "a cat", "a bird", "a bird")
    directions = (NORTH, (0.7, 0.7), EAST, SOUTH, SOUTH)
    for photo_id, text, towards in zip(ids, captions, directions, strict=True):
        describe(catalog, said(photo_id, text, towards=towards))
    hits = _searcher(catalog, *NORTH).search("cat").hits
    assert [hit.photo_id for hit in hits] == [ids[1], ids[2], ids[0]]
    assert [hit.words for hit in hits] == [True, True, False]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_the_meaningless_tail_is_cut(catalog: Catalog) -> None:
    ids = filled(catalog, 41)
    rng = np.random.default_rng(1)
    for photo_id in ids[:-1]:
        describe(catalog, said(photo_id, "noise", towards=(0.05, *rng.normal(size=63))))
    describe(catalog, said(ids[-1], "noise", towards=(1.0, *[0.1] * 63)))
    hits = _searcher(catalog, 1.0, *[0.0] * 63).search("boat").hits
    assert hits[0].photo_id == ids[-1]
    assert all(hit.score >= LEAST_MEANING for hit in hits)
    assert len(hits) < 5


def test_a_photo_with_only_words_and_one_with_only_a_vector_are_both_found(
    catalog: Catalog,
) -> None:
    words, looks, other = filled(catalog, 3)
    catalog.edit_caption(words, "a boat in the harbour")
    catalog.store_descriptions([said(looks, None)], captioner=None, matcher=MATCHER)
    catalog.store_descriptions([said(other, None, towards=SOUTH)], captioner=None, matcher=MATCHER)
    by_id = {hit.photo_id: hit for hit in _searcher(catalog, *NORTH).search("boat").hits}
    assert set(by_id) == {words, looks}
    assert (by_id[words].words, by_id[words].similarity) == (True, None)
    assert not by_id[looks].words


def test_without_an_engine_the_words_answer(catalog: Catalog) -> None:
    (photo_id,) = filled(catalog, 1)
    describe(catalog, said(photo_id, "a cat"))
    result = Searcher(catalog, lambda _text: None, MATCHER).search("cats")
    assert [hit.photo_id for hit in result.hits] == [photo_id]
    assert not result.by_meaning
    assert _searcher(catalog, *NORTH).by_words("cats").hits == result.hits


def test_words_that_the_matcher_does_not_know_are_passed_on(catalog: Catalog) -> None:
    (photo_id,) = filled(catalog, 1)
    describe(catalog, said(photo_id, "a cat"))
    assert _searcher(catalog, *NORTH, unknown=("zeppelin",)).search("zeppelin").unknown_words == (
        "zeppelin",
    )
    none_known = _searcher(catalog, unknown=("cat",)).search("cat")
    assert none_known.unknown_words == ("cat",)
    assert not none_known.by_meaning
    assert [hit.photo_id for hit in none_known.hits] == [photo_id]


def test_new_changed_and_removed_vectors_are_seen_by_the_next_search(catalog: Catalog) -> None:
    ids = filled(catalog, 4)
    for photo_id, towards in zip(ids[:3], (NORTH, SOUTH, SOUTH), strict=True):
        describe(catalog, said(photo_id, None, towards=towards))
    searcher = _searcher(catalog, *NORTH)
    assert _ids(searcher, "boat") == [ids[0]]
    describe(catalog, said(ids[3], None, towards=(1.0, 0.1)))
    assert _ids(searcher, "boat") == [ids[0], ids[3]]
    describe(catalog, said(ids[0], None, towards=SOUTH), said(ids[2], None, towards=NORTH))
    assert _ids(searcher, "boat") == [ids[2], ids[3]]
    catalog.update_files([(ids[2], found("IMG_002.jpg", mtime_ns=1))])
    assert _ids(searcher, "boat") == [ids[3]]
    catalog.remove_folder(1)
    assert _ids(searcher, "boat") == []
    (photo_id,) = filled(catalog, 1)
    describe(catalog, said(photo_id, None))
    searcher.refresh()
    assert _ids(searcher, "boat") == [photo_id]


def test_vectors_of_different_matchers_never_mix(catalog: Catalog) -> None:
    first, second = filled(catalog, 2)
    other = CheckpointRef(MATCHER.id, "r2", MATCHER.folder)
    describe(catalog, said(first, None))
    catalog.store_descriptions(
        [said(second, None, towards=(1.0, 0.0, 0.0))], captioner=CAPTIONER, matcher=other
    )
    searcher = _searcher(catalog, *NORTH)
    assert _ids(searcher, "boat") == [first]
    searcher.use_matcher(other)
    assert not searcher.search("boat").by_meaning, "the query's vector has another size"
    searcher.use_matcher(None)
    assert _ids(searcher, "boat") == []


def test_a_missing_photo_is_still_found(catalog: Catalog) -> None:
    (photo_id,) = filled(catalog, 1)
    describe(catalog, said(photo_id, "a cat"))
    catalog.set_missing([photo_id], True)
    assert _ids(_searcher(catalog, *NORTH), "cat") == [photo_id]


@pytest.mark.parametrize("limit", [0, 1, 7, 50])
def test_the_best_are_exact_and_no_more_than_asked_for(catalog: Catalog, limit: int) -> None:
    ids = filled(catalog, 50)
    rng = np.random.default_rng(7)
    directions = rng.normal(size=(50, 16))
    for photo_id, towards in zip(ids, directions, strict=True):
        describe(catalog, said(photo_id, "a thing", towards=tuple(towards)))
    query = rng.normal(size=16)
    hits = _searcher(catalog, *query).search("thing", limit=limit).hits
    units = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    cosines = units @ (query / np.linalg.norm(query))
    nearest = [ids[i] for i in np.argsort(-cosines)]
    half = min(limit, 20)  # from typical down all meanings are 0
    assert len(hits) == limit
    assert [hit.photo_id for hit in hits[:half]] == nearest[:half]


def test_a_vector_that_is_not_a_number_spoils_nothing(catalog: Catalog) -> None:
    good, other, bad = filled(catalog, 3)
    describe(catalog, said(good, None), said(other, None, towards=SOUTH))
    broken = replace(said(bad, None), vector=np.array([np.nan, np.inf], "<f2").tobytes())
    describe(catalog, broken)
    assert _ids(_searcher(catalog, *NORTH), "boat") == [good]


def test_an_empty_box_finds_nothing_and_asks_nobody(catalog: Catalog) -> None:
    def ask(_text: str) -> TextVector:
        raise AssertionError("asked")

    assert Searcher(catalog, ask, MATCHER).search("  ").hits == ()


def test_searches_from_many_threads_while_photos_are_described(catalog: Catalog) -> None:
    ids = filled(catalog, 60)
    searcher = _searcher(catalog, *NORTH)

    def work(number: int) -> int:
        describe(catalog, said(ids[number], "a cat"))
        hits = searcher.search("cat").hits
        assert ids[number] in [hit.photo_id for hit in hits]
        return len(hits)

    with ThreadPoolExecutor(6) as threads:
        assert max(threads.map(work, range(60))) == 60


def test_conditions_narrow_what_words_and_meaning_find(catalog: Catalog) -> None:
    ids = filled(catalog, 3)
    for photo_id, towards in zip(ids, (NORTH, (0.9, 0.1), SOUTH), strict=True):
        describe(catalog, said(photo_id, "a boat", towards=towards))
    catalog.edit_caption(ids[1], "our boat")
    searcher = _searcher(catalog, *NORTH)
    assert _ids(searcher, "boat") == [*ids]
    assert _ids(searcher, "boat is:edited") == [ids[1]]
    assert _ids(searcher, "boat -our") == [ids[0], ids[2]]
    assert _ids(searcher, '"our boat"') == [ids[1]]
    assert _ids(searcher, "boat year:1066") == []
    assert [hit.photo_id for hit in searcher.by_words("boat -is:edited").hits] == [ids[2], ids[0]]


def test_conditions_alone_list_photos_in_the_order_of_the_gallery(catalog: Catalog) -> None:
    ids = filled(catalog, 3)
    catalog.edit_caption(ids[2], "mine")
    catalog.edit_caption(ids[0], "mine too")
    asked: list[str] = []
    searcher = Searcher(catalog, lambda text: asked.append(text), MATCHER)  # type: ignore[func-returns-value]
    result = searcher.search("is:edited")
    assert [hit.photo_id for hit in result.hits] == [ids[0], ids[2]]
    assert result.in_order
    assert not asked
    assert searcher.search("is:edited", limit=1).hits == result.hits[:1]


def test_either_of_two_things_is_found_the_better_score_counting(catalog: Catalog) -> None:
    cat, dog, other = filled(catalog, 3)
    for photo_id, text in ((cat, "a cat"), (dog, "a dog and a cat"), (other, "a tree")):
        describe(catalog, said(photo_id, text, towards=SOUTH))
    result = Searcher(catalog, lambda _text: None, MATCHER).search("dog or cat")
    assert {hit.photo_id for hit in result.hits} == {cat, dog}
    assert len(result.hits) == 2


def test_what_was_not_understood_is_told_with_what_was_found(catalog: Catalog) -> None:
    (photo_id,) = filled(catalog, 1)
    describe(catalog, said(photo_id, "a cat"))
    result = _searcher(catalog, *NORTH).search("cat before:soon")
    assert [hit.photo_id for hit in result.hits] == [photo_id]
    assert "before:soon" in result.problems[0]


def test_what_lies_below_the_floor_of_the_matcher_is_less_likely(catalog: Catalog) -> None:
    near, far, named = filled(catalog, 3)
    describe(catalog, said(near, "a thing", towards=(0.9, 0.1)))
    describe(catalog, said(far, "a thing", towards=(0.5, 0.8)))
    describe(catalog, said(named, "a boat", towards=SOUTH))
    searcher = Searcher(catalog, _pointing(*NORTH), MATCHER, floor=0.8)
    result = searcher.search("boat")
    assert [hit.photo_id for hit in result.hits] == [named, near]
    nothing = Searcher(catalog, _pointing(0.0, -1.0), MATCHER, floor=0.8).search("zebra")
    assert nothing.hits == ()
    assert {hit.photo_id for hit in nothing.less_likely} <= {near, far, named}
    assert nothing.less_likely
    assert _searcher(catalog, 0.0, -1.0).search("zebra").less_likely == ()


def test_the_photos_nearest_to_a_vector_and_the_vector_of_a_photo(catalog: Catalog) -> None:
    ids = filled(catalog, 4)
    for photo_id, towards in zip(ids, (SOUTH, NORTH, (0.6, 0.8)), strict=False):
        describe(catalog, said(photo_id, None, towards=towards))
    searcher = Searcher(catalog, lambda _text: None, MATCHER)
    own = searcher.vector_of(ids[1])
    assert own is not None
    assert own.tolist() == [1.0, 0.0]
    near = searcher.near(own, 2)
    assert near.ids.tolist() == [ids[1], ids[2]]
    assert near.cosines.tolist() == pytest.approx([1.0, 0.6], abs=1e-3)
    assert len(searcher.near(own, 99).ids) == 3
    assert searcher.vector_of(ids[3]) is None, "it was not described"
    assert searcher.near(np.ones(3, np.float32), 2).ids.tolist() == [], "of another size"
    assert Searcher(catalog, lambda _text: None).near(own, 2).ids.tolist() == []


def test_what_is_left_out_is_found_neither_by_meaning_nor_by_words_until_it_is_taken_back(
    catalog: Catalog,
) -> None:
    seen, hidden = filled(catalog, 2)
    for photo_id in (seen, hidden):
        describe(catalog, said(photo_id, "a boat", towards=NORTH))
    searcher = _searcher(catalog, *NORTH)
    assert _ids(searcher, "boat") == [seen, hidden]
    with catalog._writing() as connection:
        connection.execute(update(photos).where(photos.c.id == hidden).values(left_out=True))
    for text in ("boat", "ship"):
        assert _ids(searcher, text) == [seen]
    assert searcher.near(np.array(NORTH, np.float32), 9).ids.tolist() == [seen]
    with catalog._writing() as connection:
        connection.execute(update(photos).values(left_out=False))
    assert _ids(searcher, "ship") == [seen, hidden]
