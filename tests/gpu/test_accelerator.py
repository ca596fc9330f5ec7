"""What only an accelerator can show; skipped with a reason where there is none."""

import multiprocessing
import queue
from pathlib import Path

import pytest
import torch

from engine.blip.describer import BlipDescriber
from engine.checkpoints import sample_set
from engine.describer import Wish
from engine.protocol import Precision
from gallery.library.engine_client import EngineClient
from gallery.library.events import EngineChanged, EventBus

_ROOT = Path(__file__).parents[2]
_SAMPLE = sample_set(_ROOT / "resources" / "checkpoints" / "sample")
_BOTH = Wish(caption=True, vector=True)
pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA or AMD GPU"),
]


def _photos() -> list[Path]:
    return sorted((_ROOT / "resources" / "samples").rglob("*.jpg"))[:8]


def _opened(device: str, precision: Precision = Precision.EXACT) -> BlipDescriber:
    return BlipDescriber(_SAMPLE.captioner, _SAMPLE.matcher, device, precision=precision)


@pytest.mark.parametrize("precision", [Precision.EXACT, Precision.FP16])
def test_an_accelerator_says_what_the_processor_says(precision: Precision) -> None:
    slow, fast = _opened("cpu"), _opened("cuda", precision)
    pictures = [slow.prepare(path) for path in _photos()]
    assert pictures
    for careful in (False, True):
        said = (
            one.describe(pictures, [_BOTH] * len(pictures), careful=careful) for one in (slow, fast)
        )
        for mine, theirs in zip(*said, strict=True):
            assert theirs.caption == mine.caption
            assert mine.vector is not None
            assert theirs.vector is not None
            assert float(mine.vector @ theirs.vector) > 0.999


def test_memory_is_given_back_after_idling() -> None:
    bus, phases = EventBus(), queue.Queue[str]()
    bus.subscribe(
        lambda event: phases.put(event.state.phase) if isinstance(event, EngineChanged) else None
    )
    free, _ = torch.cuda.mem_get_info()
    client = EngineClient(_SAMPLE, bus, device="cuda", idle_s=1.0)
    try:
        assert client.embed_text("a red house") is not None
        assert torch.cuda.mem_get_info()[0] < free - 100 * 2**20
        while phases.get(timeout=120) != "off":
            pass
        assert not multiprocessing.active_children()
        assert torch.cuda.mem_get_info()[0] > free - 10 * 2**20
        assert client.embed_text("a red house") is not None
    finally:
        client.stop()


def test_running_out_of_memory_is_told_as_such_and_survived() -> None:
    describer = _opened("cuda")
    picture = describer.prepare(_photos()[0])
    free, total = torch.cuda.mem_get_info()
    torch.cuda.set_per_process_memory_fraction(1 - free / total + 0.02)
    try:
        with pytest.raises(MemoryError):
            describer.describe([picture] * 4096, [_BOTH] * 4096)
        assert describer.describe([picture], [_BOTH])[0].caption
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
