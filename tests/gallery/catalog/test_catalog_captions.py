"""Whose caption is shown."""

from engine.protocol import CheckpointRef
from gallery.catalog import Catalog
from gallery.domain import Origin
from tests.gallery.catalog.making import (
    CAPTIONER,
    MATCHER,
    describe,
    filled,
    said,
    shown,
    the_file_says,
)

BETTER = CheckpointRef("better-captioner", "r1", "/checkpoints/better")


def test_a_persons_caption_stands_before_a_files_before_a_describers(catalog: Catalog) -> None:
    (photo_id,) = filled(catalog, 1)
    describe(catalog, said(photo_id, "a cat"))
    the_file_says(catalog, photo_id, "Tom, 2024")
    assert shown(catalog, photo_id) == "Tom, 2024"
    assert catalog.edit_caption(photo_id, "Tom asleep").text == "Tom asleep"
    describe(catalog, said(photo_id, "a sleeping cat"), by=BETTER)
    assert shown(catalog, photo_id) == "Tom asleep"
    assert catalog.edit_caption(photo_id, None).origin is Origin.FILE
    the_file_says(catalog, photo_id, None)
    assert shown(catalog, photo_id) == "a sleeping cat"


def test_of_describers_the_sure_one_stands_before_the_newer_one(catalog: Catalog) -> None:
    (photo_id,) = filled(catalog, 1)
    describe(catalog, said(photo_id, "guessed", unsure=True))
    describe(catalog, said(photo_id, "known"), by=BETTER)
    describe(catalog, said(photo_id, "guessed again", unsure=True, settings="beam 3"))
    assert shown(catalog, photo_id) == "known"
    describe(catalog, said(photo_id, "known better", settings="beam 3"), by=BETTER)
    assert shown(catalog, photo_id) == "known better"


def test_a_caption_keeps_who_said_it_and_how(catalog: Catalog) -> None:
    (photo_id,) = filled(catalog, 1)
    describe(catalog, said(photo_id, "a cat", unsure=True, settings="beam 3"))
    caption = catalog.photo(photo_id).caption
    assert (caption.origin, caption.language) == (Origin.MODEL, "en")
    assert (caption.checkpoint_id, caption.revision) == (CAPTIONER.id, CAPTIONER.revision)
    assert (caption.settings, caption.score, caption.unsure) == ("beam 3", 0.9, True)
    assert caption.created_at.tzinfo is not None
    assert catalog.history(photo_id) == (caption,)


def test_every_edit_stays_in_the_history(catalog: Catalog) -> None:
    (photo_id,) = filled(catalog, 1)
    for text in ("one", "two", "two", None, "  ", "three "):
        catalog.edit_caption(photo_id, text)
    assert [caption.text for caption in catalog.history(photo_id)] == ["three", "two", "one"]
    assert catalog.person_caption(photo_id) == "three"
    catalog.edit_caption(photo_id, None)
    assert catalog.person_caption(photo_id) is None
    assert shown(catalog, photo_id) is None


def test_a_description_sent_again_adds_nothing(catalog: Catalog) -> None:
    (photo_id,) = filled(catalog, 1)
    for _ in range(2):
        describe(catalog, said(photo_id, "a cat"))
    assert len(catalog.history(photo_id)) == 1
    assert list(catalog.vectors(MATCHER)[0]) == [photo_id]


def test_a_photo_removed_while_it_was_described_does_not_sink_the_batch(catalog: Catalog) -> None:
    (photo_id,) = filled(catalog, 1)
    describe(catalog, said(photo_id, "a cat"), said(photo_id + 1_000, "a ghost"))
    assert shown(catalog, photo_id) == "a cat"


def test_counts_tell_how_the_catalog_stands(catalog: Catalog) -> None:
    ids = filled(catalog, 4)
    describe(catalog, said(ids[0], "a cat"), said(ids[1], None))
    catalog.edit_caption(ids[2], "mine")
    for counts in (catalog.counts(), catalog.counts(1)):
        assert (counts.photos, counts.captioned, counts.embedded, counts.edited) == (4, 2, 2, 1)
    assert catalog.counts(99).photos == 0


def test_the_version_token_changes_with_every_write_and_not_by_reading(catalog: Catalog) -> None:
    (photo_id,) = filled(catalog, 1)
    before = catalog.version_token()
    catalog.photo(photo_id)
    assert catalog.version_token() == before
    catalog.edit_caption(photo_id, "mine")
    assert catalog.version_token() != before


def test_a_caption_typed_in_another_encoding_is_kept_as_far_as_it_can_be_read(
    catalog: Catalog,
) -> None:
    (photo_id,) = filled(catalog, 1)
    assert catalog.edit_caption(photo_id, "caf\udce9 \ud83d\ude00").text == "caf\ufffd \U0001f600"
