"""A real catalog in a folder of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gallery.catalog import Catalog


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog.open(tmp_path / "catalog.sqlite")
    yield opened
    assert opened.check() == []
    opened.close()
