"""Photos by the conditions of a search."""

import os
from datetime import datetime
from pathlib import Path

import pytest

from engine.protocol import Reason
from gallery.catalog import Catalog
from gallery.conditions import (
    ByCamera,
    Condition,
    Has,
    HasWords,
    InFolder,
    Is,
    Kept,
    OfFormat,
    Rated,
    State,
    Taken,
    Test,
)
from gallery.domain import Facts, Failure, FoundFile, Metadata
from tests.gallery.catalog.making import describe, said

DAY_NS = 86_400 * 10**9
NAMES = ("Lisbon/a.jpg", "Lisbon/b.png", "Kraków/c.jpg", "lisbon.jpg")


@pytest.fixture
def ids(catalog: Catalog) -> dict[str, int]:
    """Four photos, taken on the first of January to April 2024."""
    root = Path("/pictures")
    folder = catalog.add_folder(root)
    files = [FoundFile(root / name, 1000, 700 * DAY_NS) for name in NAMES]
    found = dict(zip(NAMES, catalog.add_files(folder.id, files), strict=True))
    for month, (name, photo_id) in enumerate(found.items(), 1):
        kind = "PNG" if name.endswith("png") else "JPEG"
        taken = datetime(2024, month, 1)
        told = Metadata(kind, 40, 30, taken, "exif", b"%d" % photo_id)
        catalog.set_metadata([(photo_id, told)])
    return found


def _meeting(catalog: Catalog, ids: dict[str, int], *tests: Test, negated: bool = False) -> str:
    found = catalog.ids_meeting([Condition(test, negated) for test in tests])
    names = {photo_id: name for name, photo_id in ids.items()}
    return " ".join(names[photo_id] for photo_id in found)


def test_by_date_in_the_order_of_the_gallery(catalog: Catalog, ids: dict[str, int]) -> None:
    spring = Taken(datetime(2024, 2, 1), datetime(2024, 4, 1))
    assert _meeting(catalog, ids, spring) == "Lisbon/b.png Kraków/c.jpg"
    assert _meeting(catalog, ids, spring, negated=True) == "Lisbon/a.jpg lisbon.jpg"
    assert _meeting(catalog, ids, Taken(datetime(2024, 4, 1), None)) == "lisbon.jpg"


def test_by_a_folder_around_it_not_by_its_own_name(catalog: Catalog, ids: dict[str, int]) -> None:
    assert _meeting(catalog, ids, InFolder("LISB")) == "Lisbon/a.jpg Lisbon/b.png"
    assert _meeting(catalog, ids, InFolder("kraków")) == "Kraków/c.jpg"
    assert _meeting(catalog, ids, InFolder("KRAKÓW")) == "Kraków/c.jpg"
    assert _meeting(catalog, ids, InFolder("krako%")) == ""


def test_a_folder_whose_name_is_not_utf8_disturbs_no_search(
    catalog: Catalog, ids: dict[str, int]
) -> None:
    odd = Path(os.fsdecode(b"/pictures/gr\xfcn/d.jpg"))
    (photo_id,) = catalog.add_files(1, [FoundFile(odd, 1000, 900 * DAY_NS)])
    assert list(catalog.ids_meeting([Condition(InFolder("gr"))])) == [photo_id]


def test_by_format_and_by_how_it_stands(catalog: Catalog, ids: dict[str, int]) -> None:
    a, b, c, d = ids.values()
    assert _meeting(catalog, ids, OfFormat("png")) == "Lisbon/b.png"
    assert _meeting(catalog, ids, OfFormat("it's")) == ""
    catalog.edit_caption(a, "mine")
    describe(catalog, said(b, "a dog"))
    catalog.set_missing([c], missing=True)
    catalog.set_failure(d, Failure(Reason.UNREADABLE, "It is cut off."))
    for state, name in (
        (State.EDITED, "Lisbon/a.jpg"),
        (State.DESCRIBED, "Lisbon/a.jpg Lisbon/b.png"),
        (State.MISSING, "Kraków/c.jpg"),
        (State.FAILED, "lisbon.jpg"),
        (State.UNSURE, ""),
    ):
        assert _meeting(catalog, ids, Is(state)) == name
        others = [other for other in NAMES if other not in name.split()]
        assert _meeting(catalog, ids, Is(state), negated=True) == " ".join(others)


def test_by_words_one_behind_the_other(catalog: Catalog, ids: dict[str, int]) -> None:
    a, b, *_ = ids.values()
    catalog.edit_caption(a, "a red car at the sea")
    catalog.edit_caption(b, "a car, red")
    assert _meeting(catalog, ids, HasWords("Red Cars")) == "Lisbon/a.jpg"
    assert _meeting(catalog, ids, HasWords("red"), HasWords("car")) == "Lisbon/a.jpg Lisbon/b.png"
    assert _meeting(catalog, ids, HasWords("red"), negated=True) == "Kraków/c.jpg lisbon.jpg"


def test_by_what_the_files_tell(catalog: Catalog, ids: dict[str, int]) -> None:
    a, b, *_ = ids.values()
    told = {
        a: Facts(camera="NIKON D70", rating=4, keywords=("Grandma", "garden")),
        b: Facts(lens="Nikkor 50mm", rating=2, latitude=1.0, longitude=2.0),
    }
    for photo_id, known in told.items():
        catalog.set_metadata([(photo_id, Metadata("JPEG", 4, 3, None, "file", b"x", known))])
    assert _meeting(catalog, ids, ByCamera("nik")) == "Lisbon/a.jpg Lisbon/b.png"
    assert _meeting(catalog, ids, ByCamera("D70")) == "Lisbon/a.jpg"
    assert _meeting(catalog, ids, Rated(3, 5)) == "Lisbon/a.jpg"
    assert _meeting(catalog, ids, Has(Kept.GPS)) == "Lisbon/b.png"
    assert _meeting(catalog, ids, Has(Kept.KEYWORDS)) == "Lisbon/a.jpg"
    assert _meeting(catalog, ids, Has(Kept.GPS), negated=True).split()[0] != "Lisbon/b.png"
    assert _meeting(catalog, ids, HasWords("grandma")) == "Lisbon/a.jpg"
