from pathlib import Path

import pytest

from gallery.catalog import Catalog
from gallery.domain import Origin, Photo
from gallery.library.rewording import Append, Change, Clear, Replace, SetTo, reworded, states
from tests.gallery.catalog.making import describe, filled, said, shown


@pytest.fixture
def catalog(tmp_path: Path):  # type: ignore[no-untyped-def]
    catalog = Catalog.open(tmp_path / "catalog.sqlite")
    yield catalog
    catalog.close()


@pytest.fixture
def photos(catalog: Catalog) -> list[Photo]:
    """One that a describer described, one in a person's words, one without a caption."""
    ids = filled(catalog, 3)
    describe(catalog, said(ids[0], "A dog and a hotdog"))
    catalog.edit_caption(ids[1], "our dog")
    return catalog.photos(ids)


@pytest.mark.parametrize(
    ("change", "after"),
    [
        (SetTo("  Rex \n at home "), ["Rex at home"] * 3),
        (SetTo("our dog"), ["our dog", "-", "our dog"]),
        (Append(" in 1998"), ["A dog and a hotdog in 1998", "our dog in 1998", "in 1998"]),
        (Replace("DOG", "cat"), ["A cat and a hotcat", "our cat", "-"]),
        (Replace("DOG", "cat", match_case=True), ["-", "-", "-"]),
        (Replace("dog", "cat", whole_words=True), ["A cat and a hotdog", "our cat", "-"]),
        (Replace("dog", r"\1 (x)"), [r"A \1 (x) and a hot\1 (x)", r"our \1 (x)", "-"]),
        (Replace("our dog", ""), ["-", None, "-"]),
        (Replace("", "x"), ["-", "-", "-"]),
        (Clear(), ["-", None, "-"]),
    ],
    ids=str,
)
def test_what_each_caption_would_say(
    photos: list[Photo], change: Change, after: list[str | None]
) -> None:
    changes = {one.photo.id: one.after for one in reworded(photos, change)}
    assert [changes.get(photo.id, "-") for photo in photos] == after


def test_what_was_previewed_is_stored_as_a_persons_words(
    catalog: Catalog, photos: list[Photo]
) -> None:
    catalog.set_caption_states(states(reworded(photos, Replace("dog", "cat"))))
    assert [shown(catalog, photo.id) for photo in photos] == ["A cat and a hotcat", "our cat", None]
    first = catalog.photo(photos[0].id).caption
    assert first is not None
    assert first.origin is Origin.PERSON
