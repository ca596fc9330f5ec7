"""The rounded vectors beside the catalog: made again wherever they cannot be trusted."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.protocol import CheckpointRef
from gallery.catalog import Catalog
from gallery.library import vector_file
from gallery.library.searcher import Searcher
from gallery.library.vectors import Vectors
from tests.gallery.catalog.making import CAPTIONER, MATCHER, describe, filled, said

SIZE = 16
NORTH = np.eye(SIZE, dtype=np.float32)[0]


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog.open(tmp_path / "catalog.sqlite")
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def _rounded_from_the_first_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few photos would be compared exactly, without what is rounded."""
    monkeypatch.setattr("gallery.library.vectors.ALL_EXACT", 0)


def _described(catalog: Catalog, count: int, *, seed: int = 1) -> list[int]:
    """So many photos with vectors in all directions."""
    ids = filled(catalog, count)
    directions = np.random.default_rng(seed).normal(size=(count, SIZE))
    describe(
        catalog, *(said(i, None, towards=tuple(d)) for i, d in zip(ids, directions, strict=True))
    )
    return ids


def _vectors(catalog: Catalog, matcher: CheckpointRef = MATCHER) -> Vectors:
    """Vectors that write their file from ten on, and read what is there."""
    vectors = Vectors(catalog, matcher, few=10)
    vectors.refresh()
    return vectors


def _written(catalog: Catalog) -> Path:
    """Write the file and give its path."""
    vectors = _vectors(catalog)
    vectors.written(vectors.write(vectors.to_write()))
    (path,) = catalog.path.parent.glob("catalog.sqlite.vectors-*")
    return path


def _right(catalog: Catalog, vectors: Vectors) -> bool:
    """Whether they are what the catalog has now, as far as rounding allows."""
    similar = vectors.similarities(NORTH)
    assert similar is not None
    assert 0 < similar.margin < 0.05
    ids, stored = catalog.vectors(vectors.matcher)
    matrix = np.frombuffer(stored, "<f2").reshape(len(ids), SIZE).astype(np.float32)
    expected = dict(zip(ids.tolist(), (matrix @ NORTH).tolist(), strict=True))
    known = dict(zip(similar.ids.tolist(), similar.cosines.tolist(), strict=True))
    return known == pytest.approx(expected, abs=similar.margin)


def _from_file(vectors: Vectors) -> int:
    return len(vectors.to_write().old)


def test_a_file_that_was_written_is_used_again(catalog: Catalog) -> None:
    _described(catalog, 40)
    _written(catalog)
    again = _vectors(catalog)
    assert _from_file(again) == 40
    assert _right(catalog, again)


def test_what_came_since_is_taken_in_and_what_went_is_dropped(catalog: Catalog) -> None:
    ids = _described(catalog, 40)
    _written(catalog)
    describe(catalog, said(ids[3], None, towards=tuple(NORTH)))
    catalog.remove_folder(1)
    ids = _described(catalog, 30, seed=2)
    describe(catalog, said(ids[5], None, towards=tuple(-NORTH)))
    again = _vectors(catalog)
    assert len(again) == 30
    assert _right(catalog, again)
    assert again.wants_writing
    again.written(again.write(again.to_write()))
    assert _from_file(again) == 30
    assert _right(catalog, again)
    assert not again.wants_writing


def _cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _one_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-7] ^= 1
    path.write_bytes(content)


def _no_header(path: Path) -> None:
    path.write_bytes(b"\0" * path.stat().st_size)


def _odd_header(path: Path) -> None:
    path.write_bytes(b'{"kind": [], "source": 3}'.ljust(5000))


def _empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [_cut_off, _one_bit, _no_header, _odd_header, _empty])
def test_a_damaged_file_is_not_used(
    catalog: Catalog, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    _described(catalog, 40)
    damage(_written(catalog))
    again = _vectors(catalog)
    assert _from_file(again) == 0
    assert _right(catalog, again)


def test_a_file_of_another_catalog_is_not_used(catalog: Catalog, tmp_path: Path) -> None:
    _described(catalog, 40)
    path = _written(catalog)
    other = Catalog.open(tmp_path / "other.sqlite")
    try:
        _described(other, 40, seed=2)
        mine = tmp_path / path.name.replace("catalog", "other")
        mine.write_bytes(path.read_bytes())
        vectors = _vectors(other)
        assert _from_file(vectors) == 0
        assert _right(other, vectors)
    finally:
        other.close()


def test_a_file_that_is_ahead_of_the_catalog_is_not_used(catalog: Catalog) -> None:
    _described(catalog, 40)
    path = _written(catalog)
    held = vector_file.read(path, _source(catalog))
    assert held is not None
    parts = vector_file.Parts(
        held.mapped, np.zeros(40, np.bool_), vector_file.Rows.none(SIZE), held.last + 1
    )
    vector_file.write(path, _source(catalog), parts)
    again = _vectors(catalog)
    assert _from_file(again) == 0
    assert _right(catalog, again)


def test_a_file_with_other_numbers_than_the_catalog_is_not_used(catalog: Catalog) -> None:
    _described(catalog, 40)
    path = _written(catalog)
    held = vector_file.read(path, _source(catalog))
    assert held is not None
    turned = vector_file.Rows(held.mapped.ids, held.mapped.scales, -np.asarray(held.mapped.rows))
    none = vector_file.Rows.none(SIZE)
    vector_file.write(
        path, _source(catalog), vector_file.Parts(turned, np.zeros(40, np.bool_), none, held.last)
    )
    again = _vectors(catalog)
    assert _from_file(again) == 0
    assert _right(catalog, again)


def test_a_file_that_lacks_photos_is_made_again(catalog: Catalog) -> None:
    _described(catalog, 40)
    path = _written(catalog)
    held = vector_file.read(path, _source(catalog))
    assert held is not None
    lacking = np.zeros(40, np.bool_)
    lacking[7] = True
    parts = vector_file.Parts(held.mapped, lacking, vector_file.Rows.none(SIZE), held.last)
    vector_file.write(path, _source(catalog), parts)
    again = _vectors(catalog)
    assert len(again) == 40
    assert _right(catalog, again)


def test_each_matcher_has_a_file_of_its_own(catalog: Catalog) -> None:
    ids = _described(catalog, 40)
    _written(catalog)
    other = CheckpointRef(MATCHER.id, "r2", MATCHER.folder)
    items = [said(i, None, towards=tuple(-NORTH)) for i in ids]
    catalog.store_descriptions(items, captioner=CAPTIONER, matcher=other)
    vectors = _vectors(catalog, other)
    vectors.written(vectors.write(vectors.to_write()))
    assert len(list(catalog.path.parent.glob("catalog.sqlite.vectors-*"))) == 2
    assert _right(catalog, _vectors(catalog, other))
    assert _right(catalog, _vectors(catalog))


def test_without_photos_there_is_no_file(catalog: Catalog) -> None:
    _described(catalog, 40)
    path = _written(catalog)
    vectors = _vectors(catalog)
    catalog.remove_folder(1)
    vectors.refresh()
    assert len(vectors) == 0
    assert not path.exists()


def test_where_it_cannot_be_written_search_goes_on(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    _described(catalog, 40)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(vector_file, "write", full)
    vectors = _vectors(catalog)
    vectors.written(vectors.write(vectors.to_write()))
    assert _right(catalog, vectors)
    assert not vectors.wants_writing, "it is not tried at each search"
    assert list(catalog.path.parent.glob("*.new")) == []


def test_what_has_become_much_is_written_beside_searches(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gallery.library.searcher.Vectors", lambda *of: Vectors(*of, few=10))
    _described(catalog, 40)
    searcher = Searcher(catalog, lambda _text: None, MATCHER)
    first = searcher.near(NORTH, 5)
    searcher.close()  # waits for the writing
    (path,) = catalog.path.parent.glob("catalog.sqlite.vectors-*")
    held = vector_file.read(path, _source(catalog))
    assert held is not None
    assert len(held.mapped) == 40
    second = searcher.near(NORTH, 5)
    assert second.ids.tolist() == first.ids.tolist()
    assert second.cosines.tolist() == first.cosines.tolist()


def _source(catalog: Catalog) -> vector_file.Source:
    return vector_file.Source(catalog.identity(), MATCHER.id, MATCHER.revision)
