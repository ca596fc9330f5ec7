"""The real program under a real X server: from an empty catalog to a search that finds."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

needs_screen = pytest.mark.skipif(
    shutil.which("Xvfb") is None, reason="Xvfb is not installed (apt-get install xvfb)"
)


def drive(scenario: str, display: str, home: Path) -> dict[str, Any]:
    outcome = home.parent / f"{scenario}.json"
    environment = dict(
        os.environ,
        DISPLAY=display,
        QT_QPA_PLATFORM="xcb",
        PHOTO_NARRATOR_HOME=str(home),
        OUTCOME=str(outcome),
    )
    done = subprocess.run(
        [sys.executable, "-m", "tests.end2end.window_driver", scenario],
        env=environment,
        capture_output=True,
        text=True,
        timeout=160,
    )
    log = home / "photo-narrator.log"
    told = done.stderr + (log.read_text() if log.exists() else "")
    assert done.returncode == 0, (outcome.read_text() if outcome.exists() else "") + told
    assert "Traceback" not in told
    found: dict[str, Any] = json.loads(outcome.read_text())
    assert "error" not in found, told
    return found


@needs_screen
def test_photos_are_described_found_corrected_and_told_and_all_is_there_after_a_restart(
    tmp_path: Path, display: str
) -> None:
    home = tmp_path / "home"
    first = drive("first", display, home)
    assert first["photos"] >= 40
    assert first["chosen"] == first["hits"][0]
    later = drive("next", display, home)
    assert later["place"].startswith("folder:")
    assert later["hits"][0] == first["chosen"]
    assert later["caption"] == "Grandfather's lighthouse by the harbour"
    assert later["origin"] == "person"
