"""The benchmark measures both sides on the same photos and tells whether they agree."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.benching import made_up
from engine.benching.agreement import agreement
from engine.benching.ours import flops_a_photo
from engine.benching.report import lines_of
from engine.blip.describer import BlipDescriber
from engine.blip.shapes import blip_shape
from engine.checkpoints import find_set

Make = Callable[..., Path]
_MACHINE = {"processor": "a processor", "cores": 2, "threads": 1, "torch": "2", "transformers": "5"}


def _run(*options: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "engine.bench", *map(str, options)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)


def test_a_benchmark_tells_times_ratios_and_agreement(
    make_checkpoint: Make, pictures_dir: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.json"
    done = _run(
        *("--checkpoint", make_checkpoint("both"), "--photos", pictures_dir),
        *("--turns", "2", "--careful", "--threads", "1", "--json", out),
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(out.read_text())
    assert (told["photos"], told["turns"], told["machine"]["threads"]) == (8, 2, 1)
    assert [row["name"] for row in told["rows"] if row["ratio"] == 1] == [
        "snippet: caption alone, greedy",
        "snippet: caption alone, beam 3",
    ]
    precisions = [side["precision"] for side in told["sides"]]
    assert precisions[0] == "exact"
    assert len(told["rows"]) == 2 * (1 + 2 * len(precisions))
    assert set(told["memory_mib"]) == {"snippet", *(f"ours, {name}" for name in precisions)}
    assert set(told["service"]) == set(precisions)
    assert all(one["query_during_captioning_s"] > 0 for one in told["service"].values())
    assert all(row["seconds_a_photo"] > 0 and len(row["ratios"]) == 2 for row in told["rows"])
    assert told["equal_captions"] == 8
    assert told["different_captions"] > 1
    for row in told["rows"]:
        assert row["name"] in done.stdout
    for part in told["sides"][0]["parts"]:
        assert part in done.stdout
    if "int8" in precisions:
        assert told["agreement"]["photos"] == 8
        assert "does not know photographs" in done.stdout


def test_rounded_weights_are_held_against_exact_ones(
    make_checkpoint: Make, pictures_dir: Path, tmp_path: Path
) -> None:
    (tmp_path / "torn.jpg").write_bytes(b"\xff\xd8 no more")
    paths = [*sorted(pictures_dir.iterdir()), tmp_path / "torn.jpg"]

    def opened(seed: int) -> BlipDescriber:
        other = make_checkpoint("both", vision_seed=seed)
        chosen = find_set(str(other), sample_dir=other)
        return BlipDescriber(chosen.captioner, chosen.matcher, "cpu")

    same = agreement(lambda: opened(1), lambda: opened(1), paths)
    assert (same["photos"], same["equal_captions"], same["unreadable"]) == (8, 8, 1)
    assert same["least_cosine"] == pytest.approx(1, abs=1e-5)
    assert same["differing"] == []
    others = agreement(lambda: opened(1), lambda: opened(2), paths)
    assert others["least_cosine"] < 0.99
    assert others["equal_captions"] + len(others["differing"]) == 8
    told = {"precision": "int8", "agreement": others, "is_evidence": True}
    lines = "\n".join(lines_of(told | {"checkpoint": "mine", "machine": _MACHINE}))
    assert f"{others['equal_captions']} of 8 captions are equal" in lines
    assert "1 photos could not be read" in lines
    assert "does not know photographs" not in lines
    for one in others["differing"]:
        assert one["path"] in lines


def test_a_benchmark_of_no_captioner_is_refused(make_checkpoint: Make) -> None:
    done = _run("--checkpoint", make_checkpoint("matcher"))
    assert done.returncode == 2
    assert "makes no captions" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without asking it")
def test_a_benchmark_that_is_ended_takes_away_what_it_made(
    make_checkpoint: Make, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "engine.bench", "--checkpoint", str(make_checkpoint("both"))]
    bench = subprocess.Popen(command, env=os.environ | {"TMPDIR": str(tmp_path)})
    try:
        deadline = time.monotonic() + 60
        while not list(tmp_path.glob("*/photos/*.jpg")):
            assert bench.poll() is None
            assert time.monotonic() < deadline
    finally:
        bench.terminate()
        bench.wait(60)
    assert bench.returncode == 128 + signal.SIGTERM
    assert not list(tmp_path.iterdir())


def test_photos_for_a_benchmark_are_as_cameras_make_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(made_up, "_PHOTO_SIZE", (400, 300))
    paths = made_up.make_photos(tmp_path / "photos", 2)
    assert paths[0].read_bytes() != paths[1].read_bytes()
    assert paths[0].stat().st_size > 20_000


def test_the_work_of_a_photo_is_what_the_shape_asks_for() -> None:
    shape = blip_shape(made_up.config())
    assert flops_a_photo(shape) / 1e9 == pytest.approx(133, rel=0.05)
    assert flops_a_photo(blip_shape(made_up.config(large=True))) > 2.5 * flops_a_photo(shape)
