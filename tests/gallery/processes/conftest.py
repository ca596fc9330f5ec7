from collections.abc import Iterator

import pytest

from tests.leaks import watch_for_leaks


@pytest.fixture(autouse=True)
def _nothing_leaks() -> Iterator[None]:
    yield from watch_for_leaks()
