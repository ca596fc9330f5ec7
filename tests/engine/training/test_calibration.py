"""Bands that were found hold, also where the captioner believes itself; and they are written."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.checkpoints import find_set, read_json
from engine.match_bands import NEVER, UNCALIBRATED, MatchBands, MatchWord
from engine.training import calibrate
from engine.training.calibration import (
    CERTAIN,
    PROBABLY,
    Pairs,
    as_config,
    found_bands,
    halves,
    holds,
    how_they_hold,
)
from engine.training.scenes import HELD_OUT_FIRST, sample

_SAMPLE = Path(__file__).resolve().parents[3] / "resources" / "checkpoints" / "sample"


def _pairs(count: int, *, own_trust: float = 1.0, seed: int = 1) -> Pairs:
    """A matcher that says p where the share of true ones is p, and own_trust x p of own ones."""
    rng = np.random.default_rng(seed)
    probability = rng.random(count)
    own = rng.random(count) < 1 / 3
    chance = np.where(own, own_trust * probability, probability)
    scene = rng.integers(0, count // 3, count)
    return Pairs(probability, rng.random(count) < chance, own, scene)


def _precise(pairs: Pairs, low: float, high: float) -> float:
    inside = (pairs.probability >= low) & (pairs.probability < high)
    return float(pairs.true[inside].mean())


def test_found_bands_are_as_wide_as_what_they_promise_allows() -> None:
    bands = found_bands(_pairs(400_000))
    assert bands.calibrated
    # shares of true ones are p here: 95 % from 0.9 on, 75 % between 0.6 and 0.9
    assert bands.certain == pytest.approx(0.9, abs=0.03)
    assert bands.probably == pytest.approx(0.6, abs=0.06)


@pytest.mark.parametrize("seed", range(8))
def test_bands_hold_on_scenes_they_were_not_found_on(seed: int) -> None:
    first, second = halves(_pairs(60_000, seed=seed))
    assert set(first.scene).isdisjoint(second.scene)
    bands = found_bands(first)
    assert _precise(second, bands.certain, 2) >= CERTAIN - 0.02
    assert _precise(second, bands.probably, bands.certain) >= PROBABLY - 0.03


def test_a_captioner_that_believes_itself_makes_the_bands_narrower() -> None:
    plain, vain = (found_bands(_pairs(60_000, own_trust=trust)) for trust in (1.0, 0.97))
    assert vain.certain > plain.certain
    pairs = _pairs(60_000, own_trust=0.97, seed=2)
    own = pairs.among(pairs.own)
    assert _precise(own, vain.certain, 2) >= CERTAIN - 0.02


def test_words_that_cannot_be_had_are_never_said() -> None:
    rng = np.random.default_rng(3)
    chance = Pairs(
        rng.random(600), rng.random(600) < 0.5, rng.random(600) < 0.3, np.arange(600) // 3
    )
    bands = found_bands(chance)
    assert bands == MatchBands(NEVER, NEVER, calibrated=True)
    assert bands.word(1.0) is MatchWord.UNSURE
    figures = how_they_hold(bands, chance)
    assert figures["unsure"]["share"] == 100
    assert as_config(bands, 200, figures)["true_of_certain"] is None


def test_how_bands_hold_is_counted_for_each_word() -> None:
    pairs = Pairs(
        np.array([0.99, 0.95, 0.7, 0.6, 0.1]),
        np.array([True, False, True, True, False]),
        np.array([True, False, False, True, True]),
        np.arange(5),
    )
    figures = how_they_hold(MatchBands(0.9, 0.5, calibrated=True), pairs)
    assert figures == {
        "certain": {"share": 40.0, "true": 50.0, "true among own captions": 100.0},
        "probably": {"share": 40.0, "true": 100.0, "true among own captions": 100.0},
        "unsure": {"share": 20.0, "true": 0.0, "true among own captions": 0.0},
    }


def test_a_text_holds_where_all_it_says_is_so() -> None:
    scene = next(s for s in (sample(HELD_OUT_FIRST + i) for i in range(50)) if s.kind == "pair")
    assert holds(scene, scene.caption)
    assert holds(scene, scene.content.setting)
    assert not holds(scene, "a zeppelin on a beach")
    assert not holds(scene, "")


def test_the_command_writes_bands_that_the_checkpoint_is_then_read_with(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(_SAMPLE, folder)
    before = read_json(folder / "config.json")
    for name in ("match_bands", "search_floor"):
        before["photo_narrator"].pop(name, None)
    (folder / "config.json").write_text(json.dumps(before))
    assert find_set(str(folder), sample_dir=folder).match_bands == UNCALIBRATED
    threads = torch.get_num_threads()
    try:
        arguments = ["--checkpoint", str(folder), "--scenes", "24", "--threads", "1"]
        assert calibrate.main([*arguments, "--dry-run"]) == 0
        assert read_json(folder / "config.json") == before
        assert calibrate.main(arguments) == 0
    finally:
        torch.set_num_threads(threads)
    bands = find_set(str(folder), sample_dir=folder).match_bands
    assert bands.calibrated
    after = read_json(folder / "config.json")
    assert after["photo_narrator"].pop("match_bands")["scenes"] == 24
    floor = after["photo_narrator"].pop("search_floor")["cosine"]
    assert find_set(str(folder), sample_dir=folder).search_floor == floor
    assert after == before, "nothing else changed"
    assert {path.name for path in folder.iterdir()} == {path.name for path in _SAMPLE.iterdir()}
    assert "on the other half" in capsys.readouterr().out


def test_a_checkpoint_of_photographs_cannot_be_measured_on_drawn_scenes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(_SAMPLE, folder)
    config = read_json(folder / "config.json")
    del config["photo_narrator"]
    (folder / "config.json").write_text(json.dumps(config))
    assert calibrate.main(["--checkpoint", str(folder)]) == 2
    assert "only on these it can be measured" in capsys.readouterr().err
    assert read_json(folder / "config.json") == config
