"""The floor keeps what matches, also short queries, and tells where nothing does."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.checkpoints import CheckpointError, find_set
from engine.training.floor import (
    RECALL,
    FloorFigures,
    Likeness,
    as_config,
    found_floor,
    how_it_holds,
)

_SAMPLE = Path(__file__).resolve().parents[3] / "resources" / "checkpoints" / "sample"


def _likeness(seed: int, *, matching: bool = True) -> Likeness:
    """True pairs lie around 0.55, others around 0.2; one query in three is short: 0.1 lower."""
    rng = np.random.default_rng(seed)
    true = rng.random((60, 500)) < 0.03 if matching else np.zeros((60, 500), bool)
    short = np.where(np.arange(60) % 3 == 0, 0.1, 0.0)[:, None]
    cosine = np.where(true, 0.55 - short, 0.2) + rng.normal(0, 0.05, true.shape)
    return Likeness(cosine, true)


def test_the_floor_keeps_what_it_promises_on_other_scenes() -> None:
    floor = found_floor(_likeness(1))
    figures = how_it_holds(floor, _likeness(2))
    assert 0.35 < floor < 0.45
    assert figures.recall >= 100 * (RECALL - 0.03)
    assert figures.precision > 90
    higher = how_it_holds(floor + 0.05, _likeness(2))
    assert higher.recall < figures.recall


def test_where_nothing_matches_mostly_nothing_is_above_the_floor() -> None:
    floor = found_floor(_likeness(1))
    assert how_it_holds(floor, _likeness(3, matching=False)).nothing > 75
    assert how_it_holds(0.0, _likeness(3, matching=False)).nothing == 0


def _copy(tmp_path: Path, floor: object) -> str:
    shutil.copytree(_SAMPLE, tmp_path / "copy")
    path = tmp_path / "copy" / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config["photo_narrator"] |= {"search_floor": floor}
    path.write_text(json.dumps(config), encoding="utf-8")
    return str(tmp_path / "copy")


def test_a_floor_in_the_configuration_is_read(tmp_path: Path) -> None:
    kept = as_config(0.43, 100, FloorFigures(95.0, 60.0, 50.0))
    assert find_set(_copy(tmp_path, kept), sample_dir=_SAMPLE).search_floor == 0.43


@pytest.mark.parametrize("floor", [{}, {"cosine": "high"}, {"cosine": 3}, 0.4])
def test_a_floor_that_is_none_is_refused(tmp_path: Path, floor: object) -> None:
    with pytest.raises(CheckpointError, match="search_floor"):
        find_set(_copy(tmp_path, floor), sample_dir=_SAMPLE)
