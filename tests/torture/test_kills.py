"""Kill -9 at seeded moments, briefly; ``python -m tests.torture`` goes on for as long as told."""

from pathlib import Path

import pytest

from tests.torture.killing import kill_catalogs
from tests.torture.killing_programs import kill_programs


def test_a_catalog_whose_programs_are_killed_loses_nothing_and_doubles_nothing(
    tmp_path: Path,
) -> None:
    figures = kill_catalogs(tmp_path / "catalog", seed=7, kills=10)
    assert figures.losses == []
    assert figures.all_kills == 10


@pytest.mark.parametrize("kind", ["library", "window"])
def test_a_program_and_its_children_may_be_killed_at_any_time(tmp_path: Path, kind: str) -> None:
    figures = kill_programs(tmp_path / "world", seed=3, kind=kind, lives=1)
    assert figures.losses == []
    assert figures.kills[f"{kind}, the program"] == 1
