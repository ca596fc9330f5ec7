from pathlib import Path

from tests.torture.loading import load


def test_work_at_full_speed_takes_no_more_and_more(tmp_path: Path) -> None:
    figures = load(tmp_path / "load", photos=3_000, describe=3_000)
    assert figures.losses == []
    assert figures.facts["photos described"] == 3_000
