"""Scores in words, and the bands that a checkpoint brings."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.checkpoints import CheckpointError, find_set
from engine.match_bands import NEVER, UNCALIBRATED, MatchBands, MatchWord

Make = Callable[..., Path]
_BANDS = MatchBands(0.9, 0.5, calibrated=True)


@pytest.mark.parametrize(
    ("score", "word"),
    [
        (None, MatchWord.UNSURE),
        (0.0, MatchWord.UNSURE),
        (0.4999, MatchWord.UNSURE),
        (0.5, MatchWord.PROBABLY),
        (0.8999, MatchWord.PROBABLY),
        (0.9, MatchWord.CERTAIN),
        (1.0, MatchWord.CERTAIN),
    ],
)
def test_a_score_is_told_in_a_word(score: float | None, word: MatchWord) -> None:
    assert _BANDS.word(score) is word


def test_a_band_may_be_empty() -> None:
    assert MatchBands(0.5, 0.5, calibrated=True).word(0.5) is MatchWord.CERTAIN
    assert MatchBands(NEVER, 0.5, calibrated=True).word(1.0) is MatchWord.PROBABLY


@pytest.mark.parametrize("pair", [(0.5, 0.6), (0.5, -0.1), (3.0, 0.5), (float("nan"), 0.5)])
def test_bands_out_of_order_are_refused(pair: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="are no bands"):
        MatchBands(*pair, calibrated=True)


def _with_bands(made: Path, folder: Path, bands: Any) -> Path:
    shutil.copytree(made, folder)
    config = json.loads((folder / "config.json").read_text())
    config["photo_narrator"]["match_bands"] = bands
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def test_a_checkpoint_brings_the_bands_that_were_measured_with_it(
    make_checkpoint: Make, tmp_path: Path
) -> None:
    told = {"certain": 0.97, "probably": 0.6, "scenes": 2000}
    folder = _with_bands(make_checkpoint("both"), tmp_path / "mine", told)
    bands = find_set(str(folder), sample_dir=folder).match_bands
    assert bands == MatchBands(0.97, 0.6, calibrated=True)


def test_a_checkpoint_that_nobody_measured_gets_cautious_ones_told_as_such(
    make_checkpoint: Make,
) -> None:
    for parts in ("both", "matcher", "captioner"):
        folder = make_checkpoint(parts)
        bands = find_set(str(folder), sample_dir=folder).match_bands
        assert bands is UNCALIBRATED
        assert not bands.calibrated
        assert bands.word(0.89) is MatchWord.UNSURE


@pytest.mark.parametrize("told", [{}, [], 7, {"certain": "high", "probably": 0}, {"certain": 0.1}])
def test_damaged_bands_are_told(make_checkpoint: Make, tmp_path: Path, told: Any) -> None:
    folder = _with_bands(make_checkpoint("both"), tmp_path / "mine", told)
    with pytest.raises(CheckpointError, match="no bands of scores"):
        find_set(str(folder), sample_dir=folder)
