"""What is still to be described."""

from pathlib import Path

from sqlalchemy import event

from engine.protocol import CheckpointRef, Reason
from gallery.catalog import Catalog
from gallery.domain import Failure, FoundFile
from tests.gallery.catalog.making import (
    CAPTIONER,
    FOLDER,
    MATCHER,
    describe,
    filled,
    metadata,
    said,
    shown,
)

NEWER = CheckpointRef("tiny-captioner", "r2", "/checkpoints/tiny")


def _ids(catalog: Catalog, **options: object) -> list[int]:
    wanted = {"limit": 99, "sample": False} | options
    return [todo.photo_id for todo in catalog.backlog(CAPTIONER, MATCHER, **wanted)]


def test_only_examined_photos_that_are_there_and_did_not_fail_are_to_be_described(
    catalog: Catalog,
) -> None:
    ids = filled(catalog, 4)
    catalog.add_files(1, [FoundFile(FOLDER / "unexamined.jpg", 1, 1)])
    catalog.set_missing([ids[0]], True)
    catalog.set_failure(ids[1], Failure(Reason.UNREADABLE, "It is damaged."))
    assert _ids(catalog) == ids[2:]
    assert catalog.backlog_count(CAPTIONER, MATCHER, sample=False) == 2


def test_each_photo_says_which_parts_it_lacks(catalog: Catalog) -> None:
    both, caption, vector, nothing = filled(catalog, 4)
    describe(catalog, said(nothing, "a cat"))
    catalog.store_descriptions([said(vector, "a cat")], captioner=CAPTIONER, matcher=None)
    catalog.store_descriptions([said(caption, None)], captioner=None, matcher=MATCHER)
    lacking = {
        todo.photo_id: (todo.caption, todo.vector)
        for todo in catalog.backlog(CAPTIONER, MATCHER, limit=9, sample=False)
    }
    assert lacking == {both: (True, True), caption: (True, False), vector: (False, True)}
    assert catalog.backlog_count(CAPTIONER, MATCHER, sample=False) == 3
    assert catalog.backlog_count(None, MATCHER, sample=False) == 2
    assert catalog.backlog_count(CAPTIONER, None, sample=False) == 2
    assert catalog.backlog_count(None, None, sample=False) == 0


def test_what_is_in_sight_comes_first_and_what_is_in_flight_not_again(catalog: Catalog) -> None:
    ids = filled(catalog, 5)
    chosen = _ids(catalog, limit=3, first=[ids[3], ids[1], ids[3], 999], exclude={ids[0]})
    assert chosen == [ids[3], ids[1], ids[2]]
    assert _ids(catalog, limit=1, first=[ids[4]], exclude={ids[4]}) == [ids[0]]
    assert _ids(catalog, exclude=ids) == []


def test_a_new_captioner_does_its_part_again_and_the_vectors_stay(catalog: Catalog) -> None:
    ids = filled(catalog, 2)
    describe(catalog, *(said(photo_id, "old words") for photo_id in ids))
    todo = catalog.backlog(NEWER, MATCHER, limit=9, sample=False)
    assert [(item.caption, item.vector) for item in todo] == [(True, False)] * 2
    assert shown(catalog, ids[0]) == "old words", "the old ones are shown until then"


def test_going_back_to_an_earlier_captioner_costs_nothing(catalog: Catalog) -> None:
    ids = filled(catalog, 2)
    describe(catalog, *(said(photo_id, "old words") for photo_id in ids))
    describe(catalog, *(said(photo_id, "new words") for photo_id in ids), by=NEWER)
    reopened = Catalog.open(catalog.path)
    assert reopened.backlog_count(CAPTIONER, MATCHER, sample=False) == 0
    assert reopened.backlog(CAPTIONER, MATCHER, limit=9, sample=False) == []
    reopened.close()


def test_the_sample_describes_only_where_it_is_allowed(catalog: Catalog) -> None:
    own = filled(catalog, 2)
    samples = catalog.add_folder(Path("/samples"), is_sample_gallery=True)
    (drawn,) = catalog.add_files(samples.id, [FoundFile(Path("/samples/a.png"), 1, 1)])
    catalog.set_metadata([(drawn, metadata(1))])
    assert _ids(catalog, sample=True) == [drawn]
    assert _ids(catalog, sample=True, first=own) == [drawn]
    assert catalog.backlog_count(CAPTIONER, MATCHER, sample=True) == 1
    assert catalog.blocked_by_sample_count(CAPTIONER, MATCHER) == 2
    catalog.allow_sample(1)
    assert set(_ids(catalog, sample=True)) == {*own, drawn}
    assert catalog.blocked_by_sample_count(CAPTIONER, MATCHER) == 0


def test_a_photo_that_a_describer_has_no_words_for_is_not_asked_about_again(
    catalog: Catalog,
) -> None:
    (photo_id,) = filled(catalog, 1)
    describe(catalog, said(photo_id, ""))
    assert _ids(catalog) == []
    assert shown(catalog, photo_id) is None


def test_a_persons_caption_does_not_take_a_photo_off_the_list(catalog: Catalog) -> None:
    (photo_id,) = filled(catalog, 1)
    catalog.edit_caption(photo_id, "mine")
    assert _ids(catalog) == [photo_id], "its vector is wanted, and what a describer would say"


def test_nothing_that_is_asked_often_walks_through_all_photos(catalog: Catalog) -> None:
    ids = filled(catalog, 3)
    describe(catalog, said(ids[0], "a cat"))
    asked: list[tuple[str, tuple[object, ...]]] = []

    def note(_c: object, _cursor: object, sql: str, values: tuple[object, ...], *_: object) -> None:
        asked.append((sql, values))

    event.listen(catalog._engine, "before_cursor_execute", note)
    catalog.backlog(CAPTIONER, MATCHER, limit=9, first=ids, sample=True)
    catalog.backlog_count(NEWER, MATCHER, sample=True)
    catalog.unexamined(9)
    catalog.photo_ids(failed=True)
    catalog.photos(ids)
    catalog.failures()
    catalog.counts(1)
    catalog.find_missing_by_fingerprint(b"content", 1)
    catalog.vectors_changed(MATCHER, 1)
    event.remove(catalog._engine, "before_cursor_execute", note)
    with catalog._reading() as connection:
        for sql, values in [item for item in asked if item[0].startswith(("SELECT", "UPDATE"))]:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
            for step in (row[3] for row in plan):
                assert step not in ("SCAN photos", "SCAN vectors", "SCAN captions"), sql
                assert "SCAN photos USING INDEX photos_order" not in step, sql
                assert "photos_root_order" not in step or "COVERING" in step, sql
