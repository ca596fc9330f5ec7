"""The command that holds the describer against transformers: it passes, and it can fail."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from engine import parity as command
from engine.benching import parity
from engine.benching.parity import Check, compare, make_photos
from engine.checkpoints import CheckpointError, DescriberSet, find_set

Make = Callable[..., Path]


@pytest.fixture(autouse=True)
def _same_threads() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return make_photos(tmp_path_factory.mktemp("parity") / "photos")


def _set(captioner: Path, matcher: Path) -> DescriberSet:
    one, other = (find_set(str(folder), sample_dir=folder) for folder in (captioner, matcher))
    return dataclasses.replace(one, captioner=one.captioner, matcher=other.matcher)


def test_the_photos_are_of_every_kind(photos: list[Path]) -> None:
    sizes = []
    for path in photos:
        with Image.open(path) as image:
            sizes.append(image.size)
            assert (image.getexif().get(0x0112, 1) == 6) == ("EXIF" in path.name)
    assert min(max(size) for size in sizes) < 384
    assert max(wide / high for wide, high in sizes) == 10
    assert any(wide < high for wide, high in sizes)


@pytest.mark.parametrize("layout", ["one folder", "two folders", "two sizes"])
def test_everything_is_as_transformers_has_it(
    make_checkpoint: Make, photos: list[Path], layout: str
) -> None:
    if layout == "one folder":
        folder = make_checkpoint("both")
        chosen = _set(folder, folder)
    else:
        other = {"image_px": 64} if layout == "two sizes" else {"vision_seed": 2}
        chosen = _set(make_checkpoint("captioner"), make_checkpoint("matcher", **other))
    told: list[str] = []
    checks = compare(chosen, photos, told.append)
    assert [check for check in checks if not check.passed] == []
    names = [check.name for check in checks]
    assert len(names) == len(set(names)) == 24
    for part in ("panorama", "smaller", "EXIF", "beam 3, prompt, batch 1", "ITC", "ITM", "order"):
        assert any(part in name for name in names), part
    assert told == ["transformers writes captions", "transformers matches texts", told[2]]


def test_other_weights_are_noticed(
    make_checkpoint: Make,
    photos: list[Path],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder, other = make_checkpoint("both"), make_checkpoint("both", vision_seed=2)
    wrong = find_set(str(other), sample_dir=other)
    load = parity.load_parts

    def load_wrong(captioner: Any, matcher: Any, device: torch.device) -> Any:
        return load(wrong.captioner, wrong.matcher, device)

    monkeypatch.setattr(parity, "load_parts", load_wrong)
    out = tmp_path / "parity.json"
    assert command.main(["--checkpoint", str(folder), "--json", str(out)]) == 1
    said = capsys.readouterr().out
    rows = {row["name"]: row for row in json.loads(out.read_text())["checks"]}
    for name in (
        "captions' tokens, greedy, no prompt, batch 8",
        "ITC, cosine of photo and text",
        "ITM, logits with [ENC]",
    ):
        assert not rows[name]["passed"]
        assert rows[name]["difference"] > rows[name]["allowed"]
        assert next(line for line in said.splitlines() if line.startswith(name)).endswith(
            "DIFFERENT"
        )
    assert rows["batch = single: ITC vectors"]["passed"]
    assert "checks differ" in said


def test_the_command_tells_what_passes_and_what_cannot_be_used(
    make_checkpoint: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["--checkpoint", str(make_checkpoint("both"))]) == 0
    assert "all 24 pass" in capsys.readouterr().out
    assert command.main(["--checkpoint", str(make_checkpoint("captioner"))]) == 2
    assert "has not both parts" in capsys.readouterr().err


def test_what_is_no_number_does_not_pass() -> None:
    assert not Check("x", 1, float("nan"), 1e-4).passed
    assert Check("x", 1, 0, 0).passed


def test_a_set_without_both_parts_is_refused(make_checkpoint: Make, photos: list[Path]) -> None:
    folder = make_checkpoint("matcher")
    chosen = find_set(str(folder), sample_dir=folder)
    with pytest.raises(CheckpointError, match="has not both parts"):
        compare(chosen, photos, print)
