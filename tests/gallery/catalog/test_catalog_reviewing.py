"""Stars, captions said for many, and which captions a person should look at."""

from dataclasses import replace

from gallery.catalog import Catalog
from gallery.conditions import Condition, Rated
from gallery.domain import CaptionState, Doubt, Facts
from tests.gallery.catalog.making import MATCHER, describe, filled, metadata, said, shown


def rated(catalog: Catalog, least: int, most: int = 5) -> list[int]:
    return list(catalog.ids_meeting([Condition(Rated(least, most))]))


def review(catalog: Catalog, below: float = 0.5) -> dict[str, list[int]]:
    found = catalog.to_review(MATCHER, below=below)
    assert catalog.to_review_count(MATCHER, below=below) == sum(map(len, found.values()))
    return {doubt.value: list(ids) for doubt, ids in found.items() if ids}


def test_a_persons_stars_stand_above_the_files_until_they_are_taken_back(catalog: Catalog) -> None:
    one, two, three = filled(catalog, 3)
    catalog.set_metadata(
        [(i, replace(metadata(i), facts=Facts(rating=stars))) for i, stars in ((one, 2), (two, 5))]
    )
    assert [photo.rating for photo in catalog.photos([one, two, three])] == [2, 5, None]
    before = catalog.set_ratings({one: 4, two: 0, three: 3})
    assert before == {one: None, two: None, three: None}
    assert [photo.rating for photo in catalog.photos([one, two, three])] == [4, 0, 3]
    assert rated(catalog, 3) == [one, three]
    assert rated(catalog, 0, 0) == [two]
    catalog.set_ratings(before)
    assert rated(catalog, 3) == [two]


def test_setting_the_stars_that_are_there_changes_nothing(catalog: Catalog) -> None:
    (one,) = filled(catalog, 1)
    catalog.set_ratings({one: 4})
    assert catalog.set_ratings({one: 4, 999: 2}) == {}
    assert catalog.ratings([one, 999]) == {one: 4}


def test_many_captions_are_said_and_taken_back_in_one_step(catalog: Catalog) -> None:
    one, two, three = filled(catalog, 3)
    catalog.edit_caption(one, "mine")
    before = catalog.set_caption_states({i: CaptionState("ours") for i in (one, two, three)})
    assert before == {one: CaptionState("mine"), two: CaptionState(None), three: CaptionState(None)}
    assert [shown(catalog, i) for i in (one, two, three)] == ["ours"] * 3
    catalog.set_caption_states(before)
    assert [shown(catalog, i) for i in (one, two, three)] == ["mine", None, None]
    assert [caption.text for caption in catalog.history(one)] == ["mine", "ours", "mine"]


def test_unsure_captions_are_to_be_reviewed_until_a_person_says_something(
    catalog: Catalog,
) -> None:
    one, two, three = filled(catalog, 3)
    describe(catalog, said(one, "a dog", unsure=True), said(two, "a cat", unsure=True))
    describe(catalog, said(three, "a boat"))
    assert review(catalog) == {"unsure": [one, two]}
    catalog.edit_caption(one, "our dog")
    assert review(catalog) == {"unsure": [two]}


def test_a_mismatch_that_a_person_lets_stand_does_not_come_again(catalog: Catalog) -> None:
    one, two = filled(catalog, 2)
    for photo_id in (one, two):
        catalog.edit_caption(photo_id, "our dog")
    judged = {item.caption.id: 0.1 for item in catalog.said_captions(MATCHER)}
    catalog.store_scores(judged, matcher=MATCHER)
    assert review(catalog) == {"mismatch": [one, two]}
    assert review(catalog, below=0.05) == {}
    before = catalog.set_caption_states({one: CaptionState("our dog", accepted=True)})
    assert review(catalog) == {"mismatch": [two]}
    assert len(catalog.history(one)) == 1
    catalog.store_scores(judged, matcher=MATCHER)
    assert review(catalog) == {"mismatch": [two]}
    catalog.set_caption_states(before)
    assert review(catalog) == {"mismatch": [one, two]}


def test_a_caption_of_an_older_content_is_reviewed_once_and_first(catalog: Catalog) -> None:
    one, two = filled(catalog, 2)
    describe(catalog, said(two, "a cat", unsure=True))
    catalog.set_caption_states({one: CaptionState("our dog", doubted=True)})
    assert review(catalog) == {"changed": [one], "unsure": [two]}
    assert list(catalog.to_review(MATCHER, below=0.5)) == list(Doubt)
    catalog.set_caption_states({one: CaptionState("our dog", accepted=True)})
    assert review(catalog) == {"unsure": [two]}


def test_the_unsure_ones_are_found_by_their_index(catalog: Catalog) -> None:
    filled(catalog, 3)
    with catalog._reading() as connection:
        plan = " ".join(
            str(row)
            for row in connection.exec_driver_sql(
                "EXPLAIN QUERY PLAN SELECT photos.id FROM captions JOIN photos"
                " ON photos.id = captions.photo_id AND photos.caption_id = captions.id"
                " WHERE captions.unsure = 1"
            )
        )
    assert "captions_unsure" in plan
