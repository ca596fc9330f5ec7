"""A picture that changed under a person's words."""

from gallery.catalog import Catalog
from gallery.conditions import Condition, Is, State
from tests.gallery.catalog.making import describe, filled, found, said, shown, the_file_says

DOUBTED = [Condition(Is(State.DOUBTED))]


def _changed(catalog: Catalog, photo_id: int) -> None:
    name = catalog.photo(photo_id).name
    catalog.update_files([(photo_id, found(name, size_bytes=2_000, mtime_ns=5))])


def test_a_persons_caption_stays_and_is_doubted_until_they_say_that_it_fits(
    catalog: Catalog,
) -> None:
    mine, models = filled(catalog, 2)
    describe(catalog, said(mine, "a cat"), said(models, "a dog"))
    catalog.edit_caption(mine, "Tom, asleep")
    assert catalog.counts().doubted == 0
    for photo_id in (mine, models):
        _changed(catalog, photo_id)
    assert shown(catalog, mine) == "Tom, asleep"
    assert catalog.photo(mine).caption_doubted
    assert not catalog.photo(models).caption_doubted, "what a model said is withdrawn"
    assert [photo.id for photo in catalog.doubted()] == [mine]
    assert list(catalog.ids_meeting(DOUBTED)) == [mine]
    assert catalog.counts().doubted == 1
    catalog.confirm_caption(mine)
    assert not catalog.photo(mine).caption_doubted
    assert shown(catalog, mine) == "Tom, asleep"
    assert catalog.counts().doubted == 0


def test_an_edit_ends_the_doubt_also_with_the_same_words(catalog: Catalog) -> None:
    for photo_id, words in zip(filled(catalog, 3), ("other words", "mine", None), strict=True):
        catalog.edit_caption(photo_id, "mine")
        _changed(catalog, photo_id)
        catalog.edit_caption(photo_id, words)
        assert not catalog.photo(photo_id).caption_doubted


def test_a_caption_from_a_file_is_read_again_and_not_doubted(catalog: Catalog) -> None:
    (photo_id,) = filled(catalog, 1)
    the_file_says(catalog, photo_id, "from the file")
    _changed(catalog, photo_id)
    assert not catalog.photo(photo_id).caption_doubted
