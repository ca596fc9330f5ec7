"""Weights are read from their file as they are taken, and let go again."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from engine.blip.loading import Checkpoint
from engine.checkpoints import CheckpointError
from tests.engine.conftest import Make

_TENSORS, _SIDE = 24, 1024
_ALL_MIB = _TENSORS * 4 * _SIDE * _SIDE / 2**20
_TAKE_ALL = """
import sys
from pathlib import Path
from engine.benching.memory import forget_most, held_mib, most_held_mib
from engine.blip.loading import _FileTensors
tensors = _FileTensors(Path(sys.argv[1]))
float(tensors[next(iter(tensors))].sum())
before = held_mib()
forget_most()
for key in tensors:
    float(tensors[key].sum())
print(most_held_mib() - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells the memory")
def test_a_tensor_that_was_taken_over_holds_no_memory_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    save_file({f"vision_model.{n}": torch.randn(_SIDE, _SIDE) for n in range(_TENSORS)}, path)
    done = subprocess.run(
        [sys.executable, "-c", _TAKE_ALL, path], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < _ALL_MIB / 3


def test_a_file_that_breaks_off_after_it_was_opened_is_told(make_checkpoint: Make) -> None:
    folder = make_checkpoint()
    checkpoint = Checkpoint(folder)
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(CheckpointError, match="cannot be read as weights"):
        checkpoint.vision_hash()
