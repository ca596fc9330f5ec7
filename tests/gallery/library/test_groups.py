"""Photos that belong together, found without comparing each with each."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from engine.likeness import Likeness
from gallery.catalog import Catalog
from gallery.domain import DescribedPhoto, Facts, GroupKind, PhotoGroup
from gallery.library.groups import groups
from gallery.library.joined import Joined
from gallery.library.near_pairs import join_near
from tests.gallery.catalog.making import FOLDER, MATCHER, found, metadata

LIKENESS = Likeness(0.98, 0.9, calibrated=True)
MOMENT = datetime.fromisoformat("2024-05-01T12:00:00")


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog.open(tmp_path / "catalog.sqlite")
    yield opened
    opened.close()


def _photo(
    catalog: Catalog,
    name: str,
    angle: float | None,
    *,
    after_s: float = 0,
    camera: str | None = None,
    content: str | None = None,
    rating: int | None = None,
    width_px: int = 640,
    source: str = "exif",
) -> int:
    """A photo whose vector points ``angle`` degrees from the first axis."""
    (photo_id,) = catalog.add_files(catalog.add_folder(FOLDER).id, [found(name)])
    told = replace(
        metadata(0, taken_at=MOMENT + timedelta(seconds=after_s)),
        taken_source=source,
        width_px=width_px,
        fingerprint=(content or name).encode(),
        facts=Facts(camera=camera, rating=rating),
    )
    catalog.set_metadata([(photo_id, told)])
    if angle is not None:
        turned = np.deg2rad(angle)
        vector = np.array([np.cos(turned), np.sin(turned)], "<f2").tobytes()
        said = DescribedPhoto(photo_id, None, None, "", vector, unsure=False)
        catalog.store_descriptions([said], captioner=None, matcher=MATCHER)
    return photo_id


def _found(catalog: Catalog, *, bursts: bool = True) -> list[PhotoGroup]:
    return list(groups(catalog, MATCHER, LIKENESS, bursts=bursts))


def test_the_same_content_is_one_group_also_before_anything_is_described(catalog: Catalog) -> None:
    a = _photo(catalog, "a.jpg", None, content="x")
    _photo(catalog, "b.jpg", None)
    c = _photo(catalog, "c.jpg", 40, content="x")
    assert _found(catalog) == [PhotoGroup(GroupKind.SAME, (a, c))]
    assert list(groups(catalog, None, LIKENESS)) == [PhotoGroup(GroupKind.SAME, (a, c))]


def test_of_copies_the_best_rated_then_the_largest_leads(catalog: Catalog) -> None:
    small = _photo(catalog, "a.jpg", 0, width_px=320)
    large = _photo(catalog, "b.jpg", 3, after_s=900, width_px=4000)
    _photo(catalog, "c.jpg", 60, after_s=1000)
    assert _found(catalog) == [PhotoGroup(GroupKind.ALIKE, (large, small))]
    rated = _photo(catalog, "d.jpg", 2, after_s=2000, rating=5, width_px=100)
    assert _found(catalog) == [PhotoGroup(GroupKind.ALIKE, (rated, small, large))]


def test_a_burst_is_one_cameras_shots_within_seconds_that_look_alike(catalog: Catalog) -> None:
    first = _photo(catalog, "a.jpg", 0, camera="Nikon")
    _photo(catalog, "b.jpg", -20, after_s=1, camera="Canon")
    second = _photo(catalog, "c.jpg", 14, after_s=2, camera="Nikon")
    third = _photo(catalog, "d.jpg", 28, after_s=5, camera="Nikon")
    _photo(catalog, "e.jpg", 120, after_s=6, camera="Nikon")  # another scene
    _photo(catalog, "f.jpg", 46, after_s=9, camera="Nikon")  # too late
    assert _found(catalog) == [PhotoGroup(GroupKind.BURST, (first, second, third))]
    assert _found(catalog, bursts=False) == []


def test_without_a_cameras_own_time_nothing_is_a_burst(catalog: Catalog) -> None:
    for name, source, camera in (
        ("a.jpg", "file", "Nikon"),
        ("b.jpg", "file", "Nikon"),
        ("c.jpg", "exif", None),
        ("d.jpg", "exif", None),
    ):
        _photo(catalog, name, 14.0 * ord(name[0]), camera=camera, source=source)
    assert _found(catalog) == []


def test_a_chain_of_likenesses_is_cut_where_its_ends_differ(catalog: Catalog) -> None:
    ids = [_photo(catalog, f"{at}.jpg", 9.0 * at, after_s=100 * at) for at in range(5)]
    together = [group.photo_ids for group in _found(catalog)]
    assert together == [tuple(ids[0:2]), tuple(ids[2:4])]


def test_missing_photos_are_in_no_group_and_a_choice_can_be_given(catalog: Catalog) -> None:
    a, b, c = (_photo(catalog, f"{name}.jpg", 0, content="x") for name in "abc")
    catalog.set_missing([b], missing=True)
    assert _found(catalog) == [PhotoGroup(GroupKind.SAME, (a, c))]
    assert groups(catalog, MATCHER, LIKENESS, among=[a]) == ()
    assert groups(catalog, MATCHER, LIKENESS, is_cancelled=lambda: True) == ()


def _cone(count: int, seed: int = 1, size: int = 64) -> np.ndarray:
    """Unit vectors in a narrow cone, as those of BLIP lie, each with a near copy behind it."""
    random = np.random.default_rng(seed)
    middle = random.standard_normal(size)
    vectors = 0.8 * middle + random.standard_normal((count, size))
    copies = vectors + 0.1 * random.standard_normal((count, size))
    both = np.concatenate([vectors, copies])
    return (both / np.linalg.norm(both, axis=1, keepdims=True)).astype(np.float16)


def test_nearly_all_copies_among_many_are_found_and_nothing_else() -> None:
    count = 5_000
    vectors = _cone(count)
    joined = Joined(2 * count)
    join_near(vectors, 0.98, joined)
    whole = vectors.astype(np.float32)
    near = (whole[:count] * whole[count:]).sum(1) >= 0.98
    there = ~joined.are_apart(np.arange(count), np.arange(count) + count)
    assert near.mean() > 0.9
    assert there[near].mean() > 0.99
    assert not there[~near].any()
    assert all(len(some) == 2 for some in joined.sets())


def test_where_very_many_are_alike_they_are_one_set() -> None:
    random = np.random.default_rng(2)
    vectors = np.ones((3_000, 8)) + 1e-3 * random.standard_normal((3_000, 8))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)
    joined = Joined(3_000)
    join_near(vectors, 0.99, joined)
    (together,) = joined.sets()
    assert len(together) > 2_990


@pytest.mark.parametrize("pairs", [[], [(0, 1)], [(3, 2), (2, 1), (4, 5), (1, 0)]])
def test_joined_places_are_the_sets_that_pairs_make(pairs: Sequence[tuple[int, int]]) -> None:
    joined = Joined(6)
    joined.join(np.array([a for a, _ in pairs], int), np.array([b for _, b in pairs], int))
    expected = {0: [], 1: [[0, 1]], 4: [[0, 1, 2, 3], [4, 5]]}[len(pairs)]
    assert [each.tolist() for each in joined.sets()] == expected


@pytest.mark.parametrize("bounds", [(0.9, 0.95), (1.2, 0.5), (0.5, -2.0)])
def test_bounds_that_make_no_sense_are_refused(bounds: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="bounds"):
        Likeness(*bounds, calibrated=True)
