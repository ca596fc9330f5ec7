"""Search by rounded vectors finds what a comparison with everything finds."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery.benching.exhaustive import Exhaustive
from gallery.catalog import Catalog
from gallery.catalog.importing import ImportedPhoto
from gallery.library.searcher import Searcher
from gallery.library.text_vector import TextVector
from gallery.library.vectors import Similarities, nearest
from tests.gallery.catalog.making import CAPTIONER, FOLDER, MATCHER

PHOTOS, SIZE, GROUPS = 3_000, 48, 12
WORDS = ("red", "blue", "cat", "cats", "dog", "house", "sea", "tree", "old", "walrus")
FIELDS = ("", " year:2011", " -year:2011", " rating:>=4", " is:edited", " -is:edited", " -cat",
          ' "red cat"', " folder:trip", " type:png", " is:described", " camera:nikon")  # fmt: skip


def _photo(
    number: int, vector: npt.NDArray[np.float32], random: np.random.Generator
) -> ImportedPhoto:
    often = np.array([0.3, 0.2, 0.15, 0.05, 0.1, 0.1, 0.05, 0.03, 0.015, 0.005])
    words = random.choice(WORDS, 4, p=often).tolist()
    return ImportedPhoto(
        path=f"{FOLDER}/{'trip' if number % 3 else 'home'} {number // 100}/{number}.jpg".encode(),
        size_bytes=number,
        mtime_ns=number,
        taken_at=datetime(2010, 1, 1) + timedelta(days=number % 1000),
        fingerprint=b"%d" % number,
        caption=" ".join(words),
        vector=(vector / np.linalg.norm(vector)).astype("<f2").tobytes(),
        format="PNG" if number % 7 == 0 else "JPEG",
        by_person=number % 5 == 0,
        camera="NIKON D70" if number % 4 else None,
        rating=number % 6 or None,
    )


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    """Photos in groups that look alike, as those of a collection do."""
    opened = Catalog.open(tmp_path_factory.mktemp("scale") / "catalog.sqlite")
    folder = opened.add_folder(FOLDER)
    random = np.random.default_rng(3)
    middles = random.normal(size=(GROUPS, SIZE))
    vectors = middles[random.integers(0, GROUPS, PHOTOS)] + random.normal(size=(PHOTOS, SIZE)) * 0.5
    items = [_photo(i, vector, random) for i, vector in enumerate(vectors.astype(np.float32))]
    opened.import_photos(folder.id, items, captioner=CAPTIONER, matcher=MATCHER)
    yield opened
    assert opened.check() == []
    opened.close()


@pytest.fixture(scope="module")
def exhaustive(catalog: Catalog) -> Exhaustive:
    return Exhaustive.of(catalog, MATCHER)


def _direction(seed: int) -> npt.NDArray[np.float32]:
    vector = np.random.default_rng(seed).normal(size=SIZE).astype(np.float32)
    unit: npt.NDArray[np.float32] = vector / np.linalg.norm(vector)
    return unit


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(
    words=st.lists(st.sampled_from((*WORDS, "a", "unheard")), min_size=1, max_size=4),
    field=st.sampled_from(FIELDS),
    seed=st.integers(0, 10_000),
    limit=st.sampled_from((1, 10, 50, 500)),
)
def test_the_hits_are_those_of_a_comparison_with_everything(
    catalog: Catalog,
    exhaustive: Exhaustive,
    words: list[str],
    field: str,
    seed: int,
    limit: int,
) -> None:
    text, vector = " ".join(words) + field, _direction(seed)
    searcher = Searcher(catalog, lambda _text: TextVector(vector, ()), MATCHER)
    found = searcher.search(text, limit=limit).hits
    scores = exhaustive.scores(text, vector)
    best = sorted(scores.values(), reverse=True)[:limit]
    # Typical is a median of rounded cosines, which moves a score by less than this.
    near = 5e-3
    edge = sum(score < 0.6 + near for score in best)  # just enough meaning, or just not
    assert abs(len(found) - len(best)) <= edge
    assert len({hit.photo_id for hit in found}) == len(found)
    for hit, expected in zip(found, best, strict=False):
        assert hit.score == pytest.approx(expected, abs=near)
        assert scores[hit.photo_id] == pytest.approx(hit.score, abs=near)
    cosines = exhaustive.matrix @ vector
    place = {photo_id: i for i, photo_id in enumerate(exhaustive.ids.tolist())}
    for hit in found:
        assert hit.similarity == pytest.approx(cosines[place[hit.photo_id]], abs=1e-5), "exact"


def test_the_nearest_are_exactly_the_nearest(catalog: Catalog, exhaustive: Exhaustive) -> None:
    searcher = Searcher(catalog, lambda _text: None, MATCHER)
    for seed in range(40):
        vector = _direction(seed)
        cosines = exhaustive.matrix @ vector
        near = searcher.near(vector, 50)
        expected = exhaustive.ids[np.argsort(-cosines, kind="stable")[:50]]
        assert set(near.ids.tolist()) == set(expected.tolist())
        assert near.cosines.tolist() == pytest.approx(sorted(cosines, reverse=True)[:50], abs=1e-5)


@pytest.mark.parametrize("count", [1, 7, 300, 5_000])
@pytest.mark.parametrize("limit", [1, 5, 256])
def test_whoever_may_be_among_the_nearest_is_nominated(count: int, limit: int) -> None:
    cosines = np.random.default_rng(count).normal(size=count).astype(np.float32)
    similar = Similarities(np.arange(count), cosines, 0.01)
    places = set(nearest(similar, limit).tolist())
    least = sorted(cosines.tolist(), reverse=True)[:limit][-1]
    assert places == set(np.flatnonzero(cosines >= least - 0.02).tolist())


def test_alike_photos_are_alike_in_meaning_however_many(tmp_path: Path) -> None:
    opened = Catalog.open(tmp_path / "catalog.sqlite")
    try:
        folder = opened.add_folder(FOLDER)
        random, vector = np.random.default_rng(1), _direction(1)
        items = [_photo(i, vector, random) for i in range(1_500)]
        opened.import_photos(folder.id, items, captioner=CAPTIONER, matcher=MATCHER)
        searcher = Searcher(opened, lambda _text: TextVector(vector, ()), MATCHER)
        hits = searcher.search("nowhere", limit=20).hits
        assert [hit.score for hit in hits] == [1.0] * 20
        assert [hit.photo_id for hit in hits] == list(opened.vector_ids(MATCHER))[:20]
    finally:
        opened.close()
