import json
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from gallery import doctor


def test_missing_libraries_are_told_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(
        doctor.system_libraries, "missing_libraries", lambda files: {"libxcb-cursor.so.0"}
    )
    check = doctor.check_qt()
    assert check.state == "missing"
    assert "libxcb-cursor.so.0" in check.detail
    assert check.advice.endswith("apt-get install -y --no-install-recommends libxcb-cursor0")


def test_without_a_screen_missing_libraries_are_no_catastrophe(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.setattr(
        doctor.system_libraries, "missing_libraries", lambda files: {"libxcb-cursor.so.0"}
    )
    assert doctor.check_qt().state == "limited"


def test_what_crashes_a_process_is_told_and_not_suffered() -> None:
    assert doctor._ask("import os; os.abort()") == "ended with exit code -6"
    assert doctor._ask("import nowhere") == "ModuleNotFoundError: No module named 'nowhere'"
    assert doctor._ask("print('{\"a\": 1}')") == {"a": 1}


def test_a_checkpoint_that_is_not_there_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    arguments = Namespace(
        catalog=tmp_path / "c.sqlite", checkpoint=str(tmp_path / "none"), json=True
    )
    check = doctor._check_describer(arguments)
    assert check.state == "missing"
    assert check.advice


def test_a_folder_that_cannot_be_written_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.os, "access", lambda path, mode: False)
    arguments = Namespace(catalog=Path("/proc/nowhere/c.sqlite"), checkpoint=None)
    check = doctor._check_catalog(arguments)
    assert check.state == "missing"
    assert "--catalog" in check.advice


def test_the_real_doctor_finds_this_machine_usable() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gallery", "doctor", "--json"], capture_output=True, text=True
    )
    told = json.loads(done.stdout)
    states = {check["name"]: check["state"] for check in told["checks"]}
    assert set(states) == {
        "Python", "Qt", "Screen", "Voice", "Sound", "Accelerator", "Describer", "Catalog",
    }  # fmt: skip
    assert done.returncode == 0, told
    assert told["usable"] is True
    assert states["Voice"] == "ok"
