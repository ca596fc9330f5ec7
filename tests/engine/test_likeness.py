"""From where on pictures are alike: what a checkpoint brings, and how it is measured."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.checkpoints import CheckpointError, find_set
from engine.likeness import UNCALIBRATED_LIKENESS, Likeness
from engine.training import alike
from engine.training.reference import Reference
from engine.training.scenes import HELD_OUT_FIRST, sample
from tests.engine.conftest import Make

_SAMPLE = Path(__file__).resolve().parents[2] / "resources" / "checkpoints" / "sample"


def _with(made: Path, folder: Path, told: Any) -> Path:
    shutil.copytree(made, folder)
    config = json.loads((folder / "config.json").read_text())
    config["photo_narrator"]["likeness"] = told
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def test_a_checkpoint_brings_what_was_measured_with_it(
    make_checkpoint: Make, tmp_path: Path
) -> None:
    folder = _with(make_checkpoint("both"), tmp_path / "mine", {"copies": 0.9, "shots": 0.8})
    known = find_set(str(folder), sample_dir=folder).likeness
    assert known == Likeness(0.9, 0.8, calibrated=True)


def test_one_that_nobody_measured_gets_cautious_bounds_told_as_such(make_checkpoint: Make) -> None:
    folder = make_checkpoint("both")
    known = find_set(str(folder), sample_dir=folder).likeness
    assert known is UNCALIBRATED_LIKENESS
    assert not known.calibrated


@pytest.mark.parametrize("told", [{}, [], 7, {"copies": 0.9}, {"copies": 0.5, "shots": 0.9}])
def test_damaged_bounds_are_told(make_checkpoint: Make, tmp_path: Path, told: Any) -> None:
    folder = _with(make_checkpoint("both"), tmp_path / "mine", told)
    with pytest.raises(CheckpointError, match="likeness"):
        find_set(str(folder), sample_dir=folder)


def test_the_samples_bounds_part_copies_from_other_scenes() -> None:
    known = find_set("sample", sample_dir=_SAMPLE).likeness
    scenes = [sample(HELD_OUT_FIRST + 8_000_000 + number) for number in range(10)]
    measured = alike.measured(Reference(_SAMPLE), scenes)
    assert (measured.copies.shape, measured.shots.shape) == ((50,), (20,))
    assert measured.others.shape == (45,)
    assert (measured.copies >= known.copies).mean() > 0.85
    assert (measured.shots >= known.shots).mean() > 0.85
    assert (measured.others < known.shots).all()
    copies, shots = alike.found(measured)
    assert (measured.copies >= copies).mean() >= 0.95
    assert (measured.shots >= shots).mean() >= 0.95
    assert np.median(measured.others) < 0.5
    told = alike.lines_of(measured, (copies, shots))
    assert [line.split()[0] for line in told] == ["copies", "shots"]
