"""What is found on this computer, and that a stored verdict is told for its checkpoints only."""

from pathlib import Path

import pytest
import torch

from engine.blip import surveying
from engine.blip.packing import usable_precisions
from engine.blip.surveying import devices_found
from engine.blip.trust import Verdicts, verdict_key
from engine.protocol import CheckpointRef, Precision

_REFS = (CheckpointRef("a/captioner", "1", "/a"), None, None)


def test_the_processor_comes_last_with_what_it_can_compute(tmp_path: Path) -> None:
    *_, processor = devices_found(_REFS, Verdicts(tmp_path / "none.json"))
    assert processor.name == "cpu"
    assert processor.precisions == usable_precisions()
    assert processor.refused == ()


def test_a_refusal_is_told_for_the_checkpoints_that_were_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surveying, "usable_devices", lambda: ("mps", "cpu"))
    verdicts = Verdicts(tmp_path / "accelerators.json")
    key = verdict_key(_REFS, torch.device("mps"), Precision.EXACT)
    verdicts.put(key, agrees=False)
    apple, processor = devices_found(_REFS, verdicts)
    assert apple.refused == (Precision.EXACT,)
    assert apple.precisions == (Precision.EXACT,)
    assert processor.refused == ()
    others = (CheckpointRef("another", "1", "/b"), None, None)
    assert devices_found(others, verdicts)[0].refused == ()
    verdicts.put(key, agrees=True)
    assert devices_found(_REFS, verdicts)[0].refused == ()
