"""What files tell about themselves, kept beside what people and describers say."""

from dataclasses import replace

from gallery.catalog import Catalog
from gallery.domain import Facts, Origin
from tests.gallery.catalog.making import describe, filled, found, metadata, said, shown

TOLD = Facts(
    camera="Canon EOS 40D",
    lens="EF 85mm",
    exposure="1/160 s",
    latitude=38.7,
    longitude=-9.1,
    rating=5,
    keywords=("Lisbon", "tram 28"),
    caption="The old tram",
    caption_language="en",
)


def _told(catalog: Catalog, photo_id: int, facts: Facts) -> None:
    catalog.set_metadata([(photo_id, replace(metadata(1), facts=facts))])


def test_facts_are_kept_and_replaced_when_the_file_is_read_again(catalog: Catalog) -> None:
    photo_id, other = filled(catalog, 2)
    _told(catalog, photo_id, TOLD)
    assert catalog.facts(photo_id) == replace(TOLD, caption=None, caption_language="und")
    assert catalog.facts(other) == Facts()
    _told(catalog, photo_id, Facts(camera="another"))
    assert catalog.facts(photo_id) == Facts(camera="another")


def test_a_caption_in_the_file_stands_above_a_describers_and_below_a_persons(
    catalog: Catalog,
) -> None:
    (photo_id,) = filled(catalog, 1)
    describe(catalog, said(photo_id, "a vehicle"))
    _told(catalog, photo_id, TOLD)
    caption = catalog.photo(photo_id).caption
    assert caption is not None
    assert (caption.text, caption.origin, caption.language) == ("The old tram", Origin.FILE, "en")
    catalog.edit_caption(photo_id, "Our tram")
    _told(catalog, photo_id, replace(TOLD, caption="Another tram"))
    assert shown(catalog, photo_id) == "Our tram"
    catalog.edit_caption(photo_id, None)
    assert shown(catalog, photo_id) == "Another tram"
    _told(catalog, photo_id, replace(TOLD, caption=None))
    assert shown(catalog, photo_id) == "a vehicle"


def test_reading_a_file_again_adds_nothing_to_the_history(catalog: Catalog) -> None:
    (photo_id,) = filled(catalog, 1)
    for _ in range(3):
        _told(catalog, photo_id, TOLD)
    assert [caption.text for caption in catalog.history(photo_id)] == ["The old tram"]


def test_keywords_of_files_are_searched_as_words(catalog: Catalog) -> None:
    photo_id, _ = filled(catalog, 2)
    _told(catalog, photo_id, TOLD)
    assert [i for i, _ in catalog.ids_with_words("tram 28", limit=9)] == [photo_id]
    _told(catalog, photo_id, Facts())
    assert catalog.ids_with_words("lisbon", limit=9) == []
    assert catalog.check() == []


def test_facts_go_with_their_photo(catalog: Catalog) -> None:
    (photo_id,) = filled(catalog, 1)
    _told(catalog, photo_id, TOLD)
    catalog.remove_folder(1)
    assert catalog.check() == []
    again = catalog.add_folder(found("x").path.parent)
    assert catalog.facts(photo_id) == Facts()
    assert catalog.photo_ids(folder_id=again.id).tolist() == []
