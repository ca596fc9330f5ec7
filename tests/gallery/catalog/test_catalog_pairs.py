"""RAW and JPEG of one shot: one photo, whoever comes first, vanishes or moves."""

from pathlib import Path

from engine.protocol import Reason
from gallery.catalog import Catalog
from gallery.conditions import Condition, InFolder, OfFormat
from gallery.domain import Facts, Failure, Metadata
from tests.gallery.catalog.making import (
    CAPTIONER,
    FOLDER,
    MATCHER,
    describe,
    filled,
    found,
    metadata,
    said,
    shown,
)


def _added(catalog: Catalog, *names: str) -> list[int]:
    folder = catalog.add_folder(FOLDER)
    ids = [i for name in names for i in catalog.add_files(folder.id, [found(name)])]
    catalog.set_metadata([(i, metadata(n)) for n, i in enumerate(ids)])
    return ids


def _listed(catalog: Catalog) -> list[int]:
    return list(catalog.photo_ids())


def test_a_raw_stands_behind_its_jpeg_whoever_comes_first(catalog: Catalog) -> None:
    raw, jpeg, heic, other, later, alone = _added(
        catalog, "IMG_1.CR2", "IMG_1.JPG", "IMG_2.heic", "IMG_2.dng", "IMG_3.jpg", "IMG_4.nef"
    )
    assert _listed(catalog) == [jpeg, heic, later, alone]
    assert catalog.facts(jpeg).beside == ("IMG_1.CR2",)
    assert catalog.beside([jpeg, heic, later]) == {jpeg: ("IMG_1.CR2",), heic: ("IMG_2.dng",)}
    (new,) = _added(catalog, "IMG_4.jpeg")
    assert _listed(catalog) == [new, jpeg, heic, later]
    assert catalog.facts(raw) == catalog.facts(other) == Facts()


def test_files_of_one_batch_pair_too(catalog: Catalog) -> None:
    folder = catalog.add_folder(FOLDER)
    names = [f"{n}.{kind}" for n in range(700) for kind in ("arw", "jpg")]
    ids = catalog.add_files(folder.id, [found(name) for name in names])
    assert sorted(_listed(catalog)) == ids[1::2]


def test_only_the_same_stem_in_the_same_folder_is_a_pair(catalog: Catalog) -> None:
    ids = _added(
        catalog,
        *("a/IMG_1.cr2", "b/IMG_1.jpg", "IMG_1.jpg", "a/IMG_1.edit.jpg", "a/IMG_10.jpg"),
        *("a/IMG_1.png", "a/IMG_1.tif", "a/IMG_1.cr2.d/x.jpg", "a/img_1.jpg"),
    )
    assert sorted(_listed(catalog)) == ids


def test_the_jpeg_stands_before_the_heic_and_two_raws_stand_behind_one(catalog: Catalog) -> None:
    heic, raw, jpeg, second = _added(catalog, "1.heic", "1.raf", "1.jpg", "1.dng")
    assert sorted(_listed(catalog)) == [heic, jpeg]
    assert catalog.facts(jpeg).beside == ("1.dng", "1.raf")
    catalog.set_missing([jpeg], missing=True)
    assert catalog.facts(heic).beside == ("1.dng", "1.raf")
    assert raw < second


def test_a_raw_whose_jpeg_is_gone_is_shown_and_described_by_itself(catalog: Catalog) -> None:
    raw, jpeg = _added(catalog, "1.cr3", "1.jpg")
    assert [todo.photo_id for todo in _backlog(catalog)] == [jpeg]
    catalog.set_missing([jpeg], missing=True)
    assert sorted(_listed(catalog)) == [raw, jpeg]
    assert [todo.photo_id for todo in _backlog(catalog)] == [raw]
    catalog.set_missing([jpeg], missing=False)
    assert _listed(catalog) == [jpeg]


def test_a_raw_whose_jpeg_moved_away_is_shown_and_pairs_where_both_go(catalog: Catalog) -> None:
    raw, jpeg = _added(catalog, "1.cr3", "1.jpg")
    catalog.move_file(jpeg, found("else/1.jpg"))
    assert sorted(_listed(catalog)) == [raw, jpeg]
    catalog.move_file(raw, found("else/1.cr3"))
    assert _listed(catalog) == [jpeg]


def test_a_pair_of_two_roots_outlives_the_removal_of_the_outer_one(catalog: Catalog) -> None:
    inner = catalog.add_folder(FOLDER / "a")
    (jpeg,) = catalog.add_files(inner.id, [found("a/1.jpg")])
    (raw,) = _added(catalog, "a/1.cr3")
    assert _listed(catalog) == [jpeg]
    catalog.remove_folder(catalog.add_folder(FOLDER).id)
    assert _listed(catalog) == [jpeg]
    assert catalog.facts(jpeg).beside == ("1.cr3",)
    catalog.remove_folder(inner.id)
    assert catalog.photos([raw, jpeg]) == []
    assert catalog.check() == []


def test_a_missing_raw_is_not_told_beside_its_jpeg(catalog: Catalog) -> None:
    raw, jpeg = _added(catalog, "1.cr3", "1.jpg")
    catalog.set_missing([raw], missing=True)
    assert catalog.facts(jpeg).beside == ()
    assert catalog.counts().missing == 0
    assert _listed(catalog) == [jpeg]


def test_what_stands_behind_counts_nowhere(catalog: Catalog) -> None:
    raw, jpeg, failing = _added(catalog, "1.nef", "1.jpg", "2.nef")
    describe(catalog, said(failing, "a boat"))
    catalog.edit_caption(failing, "our boat")
    catalog.set_failure(failing, Failure(Reason.UNREADABLE, "damaged"))
    catalog.set_failure(raw, Failure(Reason.UNREADABLE, "damaged"))
    _added(catalog, "2.jpg")
    for folder_id in (None, catalog.folders()[0].id):
        counts = catalog.counts(folder_id)
        assert (counts.photos, counts.failed, counts.missing) == (2, 0, 0)
        assert (counts.embedded, counts.edited) == (0, 1), "the edited one is the JPEG now"
    assert catalog.failures() == []
    assert list(catalog.photo_ids(failed=True)) == []
    assert jpeg in catalog.photo_ids(failed=False)
    assert catalog.folders()[0].photo_count == 2


def test_what_stands_behind_is_not_found(catalog: Catalog) -> None:
    (raw,) = _added(catalog, "pier.nef")
    describe(catalog, said(raw, "a boat at a pier"))
    assert [i for i, _ in catalog.ids_with_words("pier", limit=1)] == [raw]
    (jpeg,) = _added(catalog, "pier.jpg")
    assert [i for i, _ in catalog.ids_with_words("pier", limit=1)] == [jpeg]
    assert catalog.ids_with_words("a boat at a pier", limit=9) == [(jpeg, 0.5)]
    assert list(catalog.vectors(MATCHER)[0]) == []
    assert list(catalog.ids_meeting([Condition(InFolder("pictures"))])) == [jpeg]


def test_type_raw_finds_what_has_one(catalog: Catalog) -> None:
    raw, jpeg, alone, plain = _added(catalog, "1.nef", "1.jpg", "2.NEF", "3.jpg")
    catalog.set_metadata([(i, _of_format("NEF")) for i in (raw, alone)])
    assert sorted(catalog.ids_meeting([Condition(OfFormat("raw"))])) == [jpeg, alone]
    assert list(catalog.ids_meeting([Condition(OfFormat("raw"), negated=True)])) == [plain]
    assert list(catalog.ids_meeting([Condition(OfFormat("nef"))])) == [alone]
    catalog.set_missing([raw], missing=True)
    assert list(catalog.ids_meeting([Condition(OfFormat("raw"))])) == [alone]


def test_a_persons_words_for_a_raw_go_over_to_its_jpeg(catalog: Catalog) -> None:
    first, second = _added(catalog, "1.nef", "2.nef")
    catalog.edit_caption(first, "Tom on the pier")
    jpeg, other = _added(catalog, "1.jpg", "2.jpg")
    assert shown(catalog, jpeg) == "Tom on the pier"
    assert shown(catalog, other) is None
    assert shown(catalog, first) == "Tom on the pier", "and stay with the RAW"
    catalog.edit_caption(jpeg, "Tom and Ann")
    catalog.set_missing([jpeg], missing=True)
    catalog.set_missing([jpeg], missing=False)
    assert shown(catalog, jpeg) == "Tom and Ann"
    assert second < jpeg


def test_names_that_are_no_utf8_pair(catalog: Catalog) -> None:
    raw = FOLDER / b"caf\xe9.dng".decode("utf-8", "surrogateescape")
    ids = _added(catalog, raw.name, raw.with_suffix(".jpg").name)
    assert _listed(catalog) == ids[1:]


def test_adding_reads_no_more_than_its_own_stems(catalog: Catalog, tmp_path: Path) -> None:
    filled(catalog, 50)
    with catalog._reading() as connection:
        cursor = connection.connection.cursor()
        plan = cursor.execute(
            "EXPLAIN QUERY PLAN WITH stems (first, behind) AS (VALUES (?, ?))"
            " SELECT p.id FROM stems CROSS JOIN photos AS p"
            " ON p.path >= first AND p.path < behind",
            (b"/a.", b"/a/"),
        ).fetchall()
        cursor.close()
    assert any("path>? AND path<?" in row[3] for row in plan), plan


def _of_format(name: str) -> Metadata:
    told = metadata(0)
    return Metadata(name, 640, 480, told.taken_at, "exif", b"raw")


def _backlog(catalog: Catalog) -> list[object]:
    return catalog.backlog(CAPTIONER, MATCHER, sample=False, limit=99)
