"""An accelerator is held against the processor, once.

None is here, so the processor's own first device ("cpu:0") stands for one; where it is to lie, it
has other weights.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.blip import describer
from engine.blip.describer import BlipDescriber
from engine.blip.parts import Parts, load_parts
from engine.blip.trust import Verdicts, verdict_key
from engine.checkpoints import CheckpointError, DescriberSet, find_set
from engine.environment import cache_dir
from engine.protocol import CheckpointRef, Precision

Make = Callable[..., Path]
_FAKE = torch.device("cpu", 0)


class _Computer:
    """A computer with an accelerator; counts what is loaded on which device."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, liar: DescriberSet | None) -> None:
        self.loaded: list[torch.device] = []
        self._liar = liar
        monkeypatch.setattr(describer, "choose_device", self._choose)
        monkeypatch.setattr(describer, "load_parts", self._load)

    def _choose(self, wanted: str) -> torch.device:
        return torch.device("cpu") if wanted == "cpu" else _FAKE

    def _load(
        self,
        captioner: CheckpointRef | None,
        matcher: CheckpointRef | None,
        device: torch.device,
        *more: Any,
        **named: Any,
    ) -> Parts:
        self.loaded.append(device)
        if device == _FAKE and self._liar is not None:
            captioner, matcher = self._liar.captioner, self._liar.matcher
        return load_parts(captioner, matcher, device, *more, **named)


def _set(folder: Path) -> DescriberSet:
    return find_set(str(folder), sample_dir=folder)


def _opened(chosen: DescriberSet, device: str = "auto") -> BlipDescriber:
    return BlipDescriber(chosen.captioner, chosen.matcher, device)


def test_an_accelerator_that_agrees_is_checked_once_for_a_checkpoint(
    make_checkpoint: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    computer = _Computer(monkeypatch, liar=None)
    chosen, other = _set(make_checkpoint("both")), _set(make_checkpoint("both", vision_seed=2))
    for _ in range(2):
        _opened(chosen)
    assert computer.loaded == [_FAKE, torch.device("cpu"), _FAKE]
    assert list(json.loads((cache_dir() / "accelerators.json").read_text()).values()) == [True]
    _opened(other, "cuda")
    assert computer.loaded[3:] == [_FAKE, torch.device("cpu")]


def test_an_accelerator_that_says_other_things_is_not_used(
    make_checkpoint: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    liar = _set(make_checkpoint("both", vision_seed=2))
    computer = _Computer(monkeypatch, liar=liar)
    chosen = _set(make_checkpoint("both"))
    for _ in range(2):
        _opened(chosen)
        assert computer.loaded == [_FAKE, torch.device("cpu")]
        computer.loaded.clear()
    with pytest.raises(CheckpointError, match="describes pictures otherwise than the processor"):
        _opened(chosen, "cuda")
    assert computer.loaded == [_FAKE]  # what was found is remembered


def test_a_verdict_is_for_one_revision_device_and_precision() -> None:
    one, other = (CheckpointRef("blip", revision, "/somewhere") for revision in ("1", "2"))
    keys = {
        verdict_key((one, one), _FAKE, Precision.EXACT),
        verdict_key((other, one), _FAKE, Precision.EXACT),
        verdict_key((one, None), _FAKE, Precision.EXACT),
        verdict_key((one, one), torch.device("mps"), Precision.EXACT),
        verdict_key((one, one), _FAKE, Precision.FP16),
    }
    assert len(keys) == 5


def test_rubbish_in_the_file_is_as_if_nothing_was_known(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "accelerators.json"
    verdicts = Verdicts(path)
    assert verdicts.get("a") is None
    verdicts.put("a", agrees=True)
    verdicts.put("b", agrees=False)
    assert (verdicts.get("a"), verdicts.get("b"), verdicts.get("c")) == (True, False, None)
    assert [item.name for item in path.parent.iterdir()] == ["accelerators.json"]
    for rubbish in ("", "[1]", '{"a": "yes"}', "\x00"):
        path.write_text(rubbish)
        assert verdicts.get("a") is None
    verdicts.put("a", agrees=False)
    assert verdicts.get("a") is False


def test_where_nothing_can_be_written_the_check_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    verdicts = Verdicts(tmp_path / "file" / "accelerators.json")
    verdicts.put("a", agrees=True)
    assert verdicts.get("a") is None
