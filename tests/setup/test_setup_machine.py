import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "packaging" / "setup_machine.py"


@pytest.fixture
def setup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("setup_machine", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    return module


def test_it_runs_on_a_bare_python_and_tells_wrong_use() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), "nonsense"], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stdout.startswith("usage:")


def test_an_old_python_is_told_what_is_wrong(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(setup.sys, "version_info", (3, 8, 1))
    monkeypatch.setenv("PATH", "")
    assert setup.main(["run"]) == 1
    assert "needs Python 3.11 or newer, and this is 3.8" in capsys.readouterr().out


def test_a_newer_python_beside_an_old_one_takes_over(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    newer = tmp_path / "python3.12"
    newer.write_text("#!/bin/sh\n")
    newer.chmod(0o755)
    monkeypatch.setattr(setup.sys, "version_info", (3, 9, 0))
    monkeypatch.setenv("PATH", str(tmp_path))
    called = []
    monkeypatch.setattr(setup.os, "execv", lambda path, argv: called.append(path))
    with pytest.raises(setup.SetupError):
        setup.check_python()
    assert called == [str(newer)]


def test_debians_split_off_venv_is_named(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup.importlib.util, "find_spec", lambda name: None)
    assert setup.missing_for_venv() == [
        f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    ]


def test_without_root_the_command_is_told_and_nothing_is_run(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup.os, "geteuid", lambda: 1000)
    with pytest.raises(setup.SetupError, match=r"sudo apt-get install -y \S+ libgl1 xvfb"):
        setup.install_system_packages(["xvfb", "libgl1"], "This machine lacks")


def test_as_root_apt_is_run_after_saying_so(
    setup: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    log = tmp_path / "log"
    apt = tmp_path / "apt-get"
    apt.write_text(f'#!/bin/sh\necho "$@" >> {log}\n')
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(setup.os, "geteuid", lambda: 0)
    setup.install_system_packages(["libgl1"], "This machine lacks")
    said = capsys.readouterr().out
    assert "Installing, as root: apt-get update; apt-get install" in said
    assert log.read_text().splitlines() == [
        "update -q",
        "install -y --no-install-recommends libgl1",
    ]


def test_what_is_installed_is_not_installed_again(setup: ModuleType) -> None:
    python = setup.VENV / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    assert not setup.is_installed("run")
    setup.stamp("test").write_text(setup.fingerprint("test"))
    assert setup.is_installed("test")
    assert setup.is_installed("run")
    setup.stamp("test").write_text("of older pins")
    assert not setup.is_installed("run")


def test_a_venv_whose_python_is_gone_is_made_again(setup: ModuleType) -> None:
    python = setup.VENV / "bin" / "python"
    python.parent.mkdir(parents=True)
    assert not setup.python_works()
    python.symlink_to(sys.executable)
    assert setup.python_works()
    python.unlink()
    python.symlink_to("/nowhere/python3")
    assert not setup.python_works()


def test_a_full_disk_is_told_before_anything_is_fetched(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = setup.shutil.disk_usage(ROOT)._replace(free=1_000_000_000)
    monkeypatch.setattr(setup.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(setup.SetupError, match=r"1\.0 GB left"):
        setup.check_disk()


def test_every_installed_package_is_pinned_and_as_pinned() -> None:
    from importlib.metadata import PackageNotFoundError, version

    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    assert pins["torch"] == "2.13.0"
    for name, pinned in pins.items():
        try:
            installed = version(name)
        except PackageNotFoundError:
            continue  # of another platform or Python
        assert installed.split("+")[0] == pinned, name
