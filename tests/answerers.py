"""A describer set with an answerer that has the sample's eyes and words but was never trained."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_SAMPLE = _ROOT / "resources" / "checkpoints" / "sample"


def make_answering_set(folder: Path) -> Path:
    """Copy the sample into ``folder`` and let the recipe's own command export an answerer.

    In a process of its own: the gallery's tests import no torch.
    """
    shutil.copytree(_SAMPLE, folder, ignore=shutil.ignore_patterns("answerer"))
    options = ["--checkpoint", folder, "--out", folder.parent / "state", "--steps", "0"]
    recipe = [sys.executable, "-m", "engine.training.train_answers", *map(str, options)]
    recipe += ["--export-to", str(folder / "answerer"), "--threads", "1"]
    subprocess.run(recipe, cwd=_ROOT, env=dict(os.environ), check=True, capture_output=True)
    return folder
