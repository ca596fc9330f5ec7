from pathlib import Path

import pytest

from gallery.benching import scanning


def test_both_ways_look_at_every_file_and_what_was_made_is_removed(tmp_path: Path) -> None:
    found = scanning.measure(700, turns=1, place=tmp_path)
    assert found["photos"] == 700
    assert found["ratio"] == pytest.approx(found["rclip_s"] / found["scan_s"])
    assert found["files_per_s"] == pytest.approx(700 / found["scan_s"])
    assert list(tmp_path.iterdir()) == []


def test_a_scan_that_finds_changes_is_not_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = scanning._scan

    def after_a_change(*arguments: object) -> int:
        (next(tmp_path.glob("*/photos/*/IMG_0000003.jpg"))).write_bytes(b"other content")
        return scan(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(scanning, "_scan", after_a_change)
    with pytest.raises(RuntimeError, match="changed"):
        scanning.measure(10, turns=1, place=tmp_path)
