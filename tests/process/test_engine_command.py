"""``python -m engine`` as a person runs it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

_ROOT = Path(__file__).parents[2]
_OFFLINE_WATCH = """
import sys
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        print("NETWORK", event, arguments[-1], file=sys.stderr)
        __import__("os")._exit(99)
sys.addaudithook(watch)
"""


def _run(*arguments: str | Path, watch: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONWARNINGS": "error"}
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        environment.pop(name, None)  # the engine sees to it itself
    if watch is not None:
        (watch / "sitecustomize.py").write_text(_OFFLINE_WATCH)
        environment["PYTHONPATH"] = str(watch)
        environment.pop("PYTHONWARNINGS")
    return subprocess.run(
        [sys.executable, "-m", "engine", *map(str, arguments)],
        cwd=_ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "good.jpg"
    Image.linear_gradient("L").convert("RGB").save(path)
    return path


def test_photos_are_captioned_and_bad_ones_are_sentences(photo: Path, tmp_path: Path) -> None:
    done = _run(photo, tmp_path / "gone.jpg", "--careful")
    assert done.returncode == 1
    assert done.stdout.startswith(f"{photo}: ")
    assert "(match 0." in done.stdout or "(match 1." in done.stdout
    assert f"{tmp_path / 'gone.jpg'}: The file is no longer there." in done.stderr
    assert "Traceback" not in done.stderr


def test_no_network_connection_is_opened(photo: Path, tmp_path: Path) -> None:
    done = _run(photo, watch=tmp_path)
    assert (done.returncode, "NETWORK" in done.stderr) == (0, False), done.stderr


@pytest.mark.parametrize(
    "arguments", [(), ("photo.jpg", "--checkpoint", "nothing of that name"), ("--fast",)]
)
def test_wrong_use_is_told_with_exit_code_two(arguments: tuple[str, ...]) -> None:
    done = _run(*arguments)
    assert done.returncode == 2
    assert done.stderr
    assert "Traceback" not in done.stderr
