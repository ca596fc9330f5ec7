"""For every test: no network, no screen, nobody's own data, and nothing left running."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.leaks import watch_for_leaks

if not os.environ.get("DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
for _name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"):
    os.environ[_name] = "1"
# A machine that has other things to do makes no test fail.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")
# Also for what is made before the first test; each test gets a folder of its own below.
_HOME = tempfile.TemporaryDirectory(prefix="photo-narrator-tests-")
os.environ["PHOTO_NARRATOR_HOME"] = _HOME.name


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHOTO_NARRATOR_HOME", str(tmp_path / "photo-narrator-home"))


@pytest.fixture(autouse=True)
def _nothing_leaks(_own_home: None) -> Iterator[None]:
    yield from watch_for_leaks()


@pytest.fixture
def display() -> Iterator[str]:
    """A screen without a monitor; gives its name."""
    reading, writing = os.pipe()
    command = [
        "Xvfb",
        "-displayfd",
        str(writing),
        "-screen",
        "0",
        "1280x900x24",
        "-nolisten",
        "tcp",
    ]
    server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading) as numbers:
        number = numbers.readline().strip()
    assert number, "Xvfb did not start"
    yield f":{number}"
    server.terminate()
    server.wait(10)


def pytest_unconfigure() -> None:
    _HOME.cleanup()
