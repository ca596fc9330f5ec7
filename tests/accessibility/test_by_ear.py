"""The window as a screen reader gets it, in a real session: a screen, a window manager, a bus."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gallery.paths import sample_gallery_dir

JOBS = Path(__file__).with_name("jobs.py")
SYSTEM_PYTHON = "/usr/bin/python3"
NEEDED = ("Xvfb", "openbox", "xdotool", "dbus-run-session")
LAUNCHER = Path("/usr/libexec/at-spi-bus-launcher")
SCREENS = {"first screen", "photos", "search", "viewer", "editor", "settings", "keys"}


def lacking() -> str:
    """What this machine lacks for it; empty: nothing."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if not LAUNCHER.exists():
        missing.append("at-spi2-core")
    asked = [SYSTEM_PYTHON, "-c", "import pyatspi"]
    if not Path(SYSTEM_PYTHON).exists() or subprocess.run(asked, capture_output=True).returncode:
        missing.append("python3-pyatspi")
    return ", ".join(missing)


pytestmark = pytest.mark.skipif(bool(lacking()), reason=f"not installed: {lacking()}")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A few sample photos in a folder of a person's own."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for photo in sorted((sample_gallery_dir() / "Beach trip").glob("*.jpg")):
        shutil.copy(photo, folder)
    return folder


def heard(job: str, photos: Path, display: str, tmp_path: Path) -> dict[str, Any]:
    """Do a job in a session of its own; gives what was heard."""
    outcome, program = tmp_path / "heard.json", [sys.executable, "-m", "gallery", "window"]
    environment = dict(
        os.environ,
        DISPLAY=display,
        QT_QPA_PLATFORM="xcb",
        QT_LINUX_ACCESSIBILITY_ALWAYS_ON="1",
        PHOTO_NARRATOR_HOME=str(tmp_path / "home"),
    )
    command = [SYSTEM_PYTHON, str(JOBS), job, str(outcome), str(photos), *program]
    done = subprocess.run(
        ["dbus-run-session", "--", *command],
        env=environment,
        capture_output=True,
        text=True,
        timeout=170,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(outcome.read_text())
    return found


def test_every_control_on_every_screen_says_its_name_and_can_be_reached(
    photos: Path, display: str, tmp_path: Path
) -> None:
    screens = heard("walk", photos, display, tmp_path)
    assert set(screens) == SCREENS
    for name, screen in screens.items():
        assert screen["controls"] > 10, name
        assert screen["nameless"] == [], name
        assert screen["unreachable"] == [], name
        assert screen["has_focus"], name


def test_the_main_job_is_done_by_keys_alone_with_the_screen_ignored(
    photos: Path, display: str, tmp_path: Path
) -> None:
    told = heard("main_job", photos, display, tmp_path)
    assert len(told["photos"]) == len(list(photos.iterdir()))
    assert "dog" in told["found"]
    assert told["corrected"].startswith("Grandmother and the sea, photo 1 of ")
    assert "edited" in told["corrected"]
    said = told["announced"]
    assert sum("best first" in each for each in said) == 1, "how many were found, told once"
    assert sum("Grandmother and the sea" in each for each in said) == 1, "the caption, told"
