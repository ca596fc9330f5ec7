"""Programs of the engine's own, with torch: run in a process of their own, which prints."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import engine
from gallery.paths import checkpoints_dir


def run_engine_program(module: str, arguments: Sequence[str]) -> int:
    """Run ``python -m module``; returns its exit code."""
    packages = str(Path(engine.__file__).parent.parent)
    known = os.environ.get("PYTHONPATH")
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, (packages, known))),
        "PHOTO_NARRATOR_CHECKPOINTS": str(checkpoints_dir()),
    }
    # -P: a folder “engine” where the command is given is not ours
    command = [sys.executable, "-P", "-m", module, *arguments]
    return subprocess.run(command, env=environment, check=False).returncode
