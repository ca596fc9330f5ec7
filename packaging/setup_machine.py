"""Makes ready what `make run` and `make test` need, and says what it does before it does it.

Runs on the system's bare python3 with nothing installed: standard library only, and no syntax
newer than Python 3.8, so that an old Python is told what is wrong instead of a traceback.

    python3 packaging/setup_machine.py run    what the program needs
    python3 packaging/setup_machine.py test   that, the test tools, and a screen to draw on (Xvfb)

On a second run it finds everything in place, does nothing and says nothing.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
NEWEST_FIRST = ("python3.14", "python3.13", "python3.12", "python3.11")
PLANS = {"run": ".", "test": ".[dev]"}
DOWNLOAD = (
    "about 3.1 GB, 2.7 GB of it\n"
    "  torch with its CUDA parts (0.6 GB in all where pip is configured to find a CPU-only torch)"
)
LEAST_BYTES, CUDA_BYTES = (
    3_000_000_000,
    9_000_000_000,
)  # measured: 2.0 and 5.9 GB, pip's cache on top


class SetupError(Exception):
    """Something a person has to do first, in plain words."""


def say(text: str) -> None:
    """Print one line at once (pip and apt write to the same screen)."""
    print(text, flush=True)


def version() -> str:
    """Return this Python's version as packages name it, such as 3.11."""
    return ".".join(str(part) for part in sys.version_info[:2])


def check_python() -> None:
    """Go on with a Python that is new enough; raises SetupError where there is none."""
    if tuple(sys.version_info) >= (3, 11):
        return
    for name in NEWEST_FIRST:
        found = shutil.which(name)
        if found:
            os.execv(found, [found, *sys.argv])  # noqa: S606 - the same script, a newer Python
    raise SetupError(
        f"Photo Narrator needs Python 3.11 or newer, and this is {version()}.\n"
        "  On Debian 12 and Ubuntu 24.04 it is the package python3."
    )


def missing_for_venv() -> list[str]:
    """Return the package without which this Python can make no virtual environment, if any."""
    if all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        return []
    return [f"python{version()}-venv"]


def missing_before_download(plan: str) -> list[str]:
    """Return the packages that are known to be needed, asked before gigabytes are fetched.

    For a window its libraries; for the tests also a screen without a monitor, and a font.
    """
    if sys.platform != "linux":
        return []
    libraries = system_libraries()
    packages: list[str] = []
    if plan == "test" or has_display():
        missing = libraries.unknown_to_linker(libraries.WINDOW_LIBRARIES)
        packages += libraries.package_names(missing, libraries.read_release())[0]
    if plan == "test" and not shutil.which("Xvfb"):
        packages.append("xvfb")
    if plan == "test" and not libraries.has_fonts():
        packages.append("fonts-dejavu-core")
    return packages


def system_libraries() -> ModuleType:
    """Return the program's own table of libraries and packages (standard library only)."""
    sys.path.insert(0, str(ROOT))
    try:
        from gallery import system_libraries as module
    finally:
        sys.path.remove(str(ROOT))
    return module


def missing_for_qt() -> list[str]:
    """Return the packages that the installed Qt needs and this machine lacks: ``ldd`` is asked."""
    libraries = system_libraries()
    folders = sorted(VENV.glob("lib/python3*/site-packages/PySide6"))
    if not folders:
        return []
    wayland = bool(os.environ.get("WAYLAND_DISPLAY"))
    files = libraries.qt_files(folders[-1], screen=True, wayland=wayland)
    packages: list[str]
    packages, unknown = libraries.package_names(
        libraries.missing_libraries(files), libraries.read_release()
    )
    if unknown:
        say(f"Qt also needs {', '.join(unknown)}; which package has it is not known here.")
    return packages


def install_system_packages(packages: list[str], why: str) -> None:
    """Install Debian packages where this is root on Debian or Ubuntu; else say how to."""
    libraries = system_libraries()
    packages = sorted(packages)
    command = libraries.install_command(packages, as_root=os.geteuid() == 0)
    say(f"{why}: {' '.join(packages)}")
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SetupError(
            "Please install that (this is not done for you without root rights on Debian or\n"
            "  Ubuntu), and run make again:\n    " + command
        )
    say("  Installing, as root: apt-get update; " + command)
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    for step in (["apt-get", "update", "-q"], command.split()):
        done = subprocess.run(
            step,
            check=False,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    if done.returncode:
        raise SetupError(f"{done.stdout}\napt-get could not install that; what it says is above.")


def fingerprint(plan: str) -> str:
    """Return a hash of everything that decides what lies in .venv for this plan."""
    digest = hashlib.sha256(f"{plan} {version()}".encode())
    for name in ("pyproject.toml", "constraints.txt"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def stamp(plan: str) -> Path:
    """Return the file that remembers the fingerprint of the last complete installation."""
    return VENV / f"photo-narrator-{plan}.stamp"


def is_installed(plan: str) -> bool:
    """Whether .venv holds what this plan wants (the test plan holds all that the run plan does)."""
    return (VENV / "bin" / "python").exists() and any(
        stamp(name).is_file() and stamp(name).read_text() == fingerprint(name)
        for name in {plan, "test"}
    )


def python_works() -> bool:
    """Whether .venv has a Python that starts (a system's Python may have been replaced)."""
    python = VENV / "bin" / "python"
    return python.exists() and not subprocess.run([str(python), "-c", ""], check=False).returncode


def check_disk() -> None:
    """Refuse a disk that cannot hold even the small installation; warn below the large one."""
    free = shutil.disk_usage(ROOT).free
    if free < LEAST_BYTES:
        raise SetupError(
            f"This disk has {free / 1e9:.1f} GB left; setting up needs from 3 GB (CPU-only torch)\n"
            "  to 9 GB (with torch's CUDA parts)."
        )
    if free < CUDA_BYTES:
        say(f"  Only {free / 1e9:.1f} GB of disk are free; torch with CUDA may need 9 GB.")


def install_python_packages(plan: str) -> None:
    """Make .venv where it is not, and install the pinned packages into it."""
    python = str(VENV / "bin" / "python")
    install = [python, "-m", "pip", "install", "--disable-pip-version-check"]
    if python_works() and any(stamp(name).is_file() for name in PLANS):
        say("Bringing .venv up to date; what is there already is not downloaded again.")
        install.append("-q")
    else:
        say("Setting up Photo Narrator in .venv; nothing outside this folder is touched by pip.")
        say("  To download, where pip has not got it already: " + DOWNLOAD + ".")
        check_disk()
    if not python_works():
        run_or_explain([sys.executable, "-m", "venv", "--clear", str(VENV)], "make .venv")
    install += ["-c", str(ROOT / "constraints.txt")]
    # The build back-end is pinned like everything else, so it is installed and not fetched aside.
    run_or_explain([*install, "-q", "hatchling"], "install the build back-end")
    target = str(ROOT) + PLANS[plan][1:]
    run_or_explain([*install, "--no-build-isolation", "-e", target], "install the packages")
    stamp(plan).write_text(fingerprint(plan))


def run_or_explain(command: list[str], what: str) -> None:
    """Run a command; raises SetupError with the usual causes where it fails."""
    if subprocess.run(command, check=False, cwd=str(ROOT)).returncode:
        raise SetupError(
            f"Could not {what}; the reason is above. Usual causes: no network, a full disk, or a\n"
            "  Python so new that torch has no wheels for it yet."
        )


def set_up(plan: str) -> None:
    """Bring this machine to where the plan can run."""
    check_python()
    early = [] if VENV.exists() else missing_for_venv()
    early += missing_before_download(plan)
    if early:
        install_system_packages(early, "This machine lacks these packages")
    if not is_installed(plan):
        install_python_packages(plan)
    if plan == "test" or has_display():
        late = missing_for_qt()
        if late:
            install_system_packages(late, "Qt needs these packages")


def has_display() -> bool:
    """Whether there is a screen to open a window on."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def main(arguments: list[str]) -> int:
    """Set up for the plan named; returns the exit code."""
    if len(arguments) != 1 or arguments[0] not in PLANS:
        say("usage: setup_machine.py run|test")
        return 2
    try:
        set_up(arguments[0])
    except SetupError as error:
        say(f"\n{error}")
        return 1
    except KeyboardInterrupt:
        say("\nStopped. Run make again to go on where it left off.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
