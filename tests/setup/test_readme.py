"""Every command that the README shows is run as it stands there."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = [
    line
    for block in re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
    if line.strip()
]


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that looks like the checkout; what commands write lands here."""
    folder = tmp_path_factory.mktemp("readme")
    for name in ("Makefile", "packaging", "resources"):
        (folder / name).symlink_to(ROOT / name)
    return folder


def test_the_readme_shows_both_commands() -> None:
    assert "make run" in COMMANDS
    assert "make test" in COMMANDS


@pytest.mark.parametrize("line", [line for line in COMMANDS if line != "make test"])
def test_a_command_of_the_readme_works(line: str, sandbox: Path) -> None:
    programs = Path(sys.executable).parent
    environment = dict(os.environ, PHOTO_NARRATOR_HOME=str(sandbox / "home"))
    environment["PATH"] = f"{programs}:{environment['PATH']}"
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        environment.pop(name, None)
    words = shlex.split(line)
    if words[0] == "make":  # this machine is set up: these tests run on it
        words += ["SETUP=:", f"BIN={programs}"]
    done = subprocess.run(
        words, cwd=sandbox, env=environment, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout
    assert "Traceback" not in done.stderr
    for out in re.findall(r"--out (\S+)", line):
        assert (sandbox / out).stat().st_size > 10_000
    if line == "make run":
        assert "there is no screen here" in done.stderr
        assert done.stdout.count("\nsearch “") == 3
        assert (sandbox / "out" / "narrated-samples.wav").stat().st_size > 10_000


def test_the_test_command_exists_and_is_what_is_run_for_every_change() -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert re.search(r"^test:$", makefile, re.MULTILINE)
    steps = (ROOT / ".ci" / "run").read_text().splitlines()
    assert "make check" in steps
    assert "make test" in steps


def test_what_the_readme_points_at_is_there() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
