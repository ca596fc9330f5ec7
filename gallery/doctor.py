"""``doctor``: is everything here that the program needs, and what to do where it is not.

Works where Qt, torch or the voice are broken: what could end a process is asked in another one.
"""

import importlib.metadata
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from gallery import screen, system_libraries
from gallery.commands import terminal
from gallery.errors import KnownError

_ASK_TIMEOUT_S = 120
_LITTLE_DISK_BYTES = 500_000_000
_ASK_ACCELERATOR = """
import json, torch
cuda = torch.cuda.is_available()
mps = torch.backends.mps.is_available()
name = torch.cuda.get_device_name() if cuda else "Apple GPU" if mps else ""
print(json.dumps({"torch": torch.__version__, "name": name, "threads": torch.get_num_threads()}))
"""
_ASK_VOICES = """
import json, sys
from pathlib import Path
from gallery.narration.speech import Speech
def main():
    speech = Speech(Path(sys.argv[1]))
    try:
        print(json.dumps({"voices": len(speech.voices()), "default": speech.default_voice()}))
    finally:
        speech.stop()
if __name__ == "__main__":
    main()
"""
_ASK_SOUND = """
import json, os
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.QtCore import QCoreApplication
from PySide6.QtMultimedia import QMediaDevices
application = QCoreApplication([])
print(json.dumps({"devices": [d.description() for d in QMediaDevices.audioOutputs()]}))
"""


@dataclass(frozen=True, slots=True)
class Check:
    """One line: ``state`` is "ok", "limited" (it goes without) or "missing" (it does not)."""

    name: str
    state: str
    detail: str
    advice: str = ""


def doctor(arguments: Namespace) -> int:
    """Print every check; returns 0 where the program can be used, else 1."""
    checks = []
    for check in run_checks(arguments):
        checks.append(check)
        if not arguments.json:
            terminal.result(line_of(check))
    usable = all(check.state != "missing" for check in checks)
    if arguments.json:
        terminal.result_json({"usable": usable, "checks": [asdict(check) for check in checks]})
    return 0 if usable else 1


def line_of(check: Check) -> str:
    """Return a check as a line, with what to do below it."""
    line = f"{check.state:8} {check.name}: {check.detail}"
    return f"{line}\n         -> {check.advice}" if check.advice else line


def run_checks(arguments: Namespace) -> Iterator[Check]:
    """Make the checks one after another."""
    yield check_python()
    yield check_qt()
    yield check_screen()
    yield check_voice()
    yield check_sound()
    yield check_accelerator()
    for check in (_check_describer, _check_catalog):
        yield _guarded(check, arguments)


def check_python() -> Check:
    """Tell the Python."""
    version = sys.version.split()[0]
    if sys.version_info[:2] < (3, 11):  # noqa: UP036 - an installation can be forced
        return Check("Python", "missing", version, "Install Python 3.11 or newer.")
    return Check("Python", "ok", f"{version} ({sys.executable})")


def check_qt() -> Check:
    """Tell whether Qt and every system library that it needs are there: ``ldd`` is asked."""
    spec = importlib.util.find_spec("PySide6")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    if not folders:
        return Check("Qt", "missing", "PySide6 is not installed", "Run `make run` again.")
    version = _version("PySide6-Essentials")
    wayland = bool(os.environ.get("WAYLAND_DISPLAY"))
    files = system_libraries.qt_files(Path(folders[0]), screen=True, wayland=wayland)
    missing = sorted(system_libraries.missing_libraries(files))
    if not missing:
        return Check("Qt", "ok", f"{version}, with all system libraries")
    packages, unknown = system_libraries.package_names(missing, system_libraries.read_release())
    advice = system_libraries.install_command(packages, as_root=os.geteuid() == 0)
    if unknown:
        advice += f" (and whatever brings {', '.join(unknown)})"
    # Without a window the command line still does everything, so this alone is no catastrophe.
    state = "limited" if screen.reason_for_none() else "missing"
    return Check("Qt", state, f"{version}, but these libraries lack: {', '.join(missing)}", advice)


def check_screen() -> Check:
    """Tell whether a window can be opened."""
    reason = screen.reason_for_none()
    if reason:
        return Check("Screen", "limited", reason, "The command line works without one.")
    if not system_libraries.has_fonts() and sys.platform == "linux":
        return Check("Screen", "missing", "no font", "Install the package fonts-dejavu-core.")
    return Check("Screen", "ok", os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY", ""))


def check_voice() -> Check:
    """Tell whether captions can be told aloud, into a file at least."""
    from gallery.paths import data_dir

    answer = _ask(_ASK_VOICES, str(data_dir() / "cache" / "speech"))
    if isinstance(answer, str):
        return Check("Voice", "limited", answer, "Narration does not work without one.")
    return Check("Voice", "ok", f"{answer['voices']} voices, {answer['default'] or 'no default'}")


def check_sound() -> Check:
    """Tell whether there is something to hear it with."""
    answer = _ask(_ASK_SOUND)
    if isinstance(answer, str):
        return Check("Sound", "limited", answer, "`narrate --out FILE.wav` works all the same.")
    devices = answer["devices"]
    if not isinstance(devices, list) or not devices:
        advice = "Slideshows run silently; `narrate --out FILE.wav` works all the same."
        return Check("Sound", "limited", "no sound device", advice)
    return Check("Sound", "ok", ", ".join(str(device) for device in devices))


def check_accelerator() -> Check:
    """Tell what the describer will run on; torch is loaded in another process."""
    answer = _ask(_ASK_ACCELERATOR)
    if isinstance(answer, str):
        return Check("Accelerator", "missing", f"torch: {answer}", "Run `make run` again.")
    if answer["name"]:
        return Check("Accelerator", "ok", f"{answer['name']}, torch {answer['torch']}")
    detail = f"none; the processor is used, {answer['threads']} threads, torch {answer['torch']}"
    if Path("/proc/driver/nvidia/version").exists():
        advice = "There is an NVIDIA card, but this torch cannot use it: it needs the CUDA build."
        return Check("Accelerator", "limited", detail, advice)
    return Check("Accelerator", "ok", detail)


def _check_describer(arguments: Namespace) -> Check:
    from gallery.commands.describers import chosen_set

    try:
        found = chosen_set(arguments)
    except KnownError as error:
        return Check("Describer", "missing", error.message, error.hint)
    advice = ""
    if found.knows_drawn_scenes_only:
        advice = "For real photos get a describer: `photo-narrator checkpoints list`."
    return Check("Describer", "ok", f"“{found.name}”. {found.note}", advice)


def _check_catalog(arguments: Namespace) -> Check:
    from gallery.commands.catalogs import catalog_path
    from gallery.commands.status import facts_of

    path = catalog_path(arguments)
    existing = next(folder for folder in (path.parent, *path.parents) if folder.is_dir())
    if not os.access(existing, os.W_OK):
        return Check("Catalog", "missing", f"{existing} cannot be written", "Use `--catalog PATH`.")
    free = shutil.disk_usage(existing).free
    room = f"{free / 1e9:.1f} GB free"
    facts = facts_of(arguments)
    detail = f"{path}, {facts['photos']} photos" if facts["exists"] else f"{path}, not made yet"
    if free < _LITTLE_DISK_BYTES:
        return Check("Catalog", "limited", f"{detail}, {room}", "Make room on this disk.")
    return Check("Catalog", "ok", f"{detail}, {room}")


def _guarded(check: Callable[[Namespace], Check], arguments: Namespace) -> Check:
    name = check.__name__.removeprefix("_check_").capitalize()
    try:
        return check(arguments)
    except Exception as error:  # noqa: BLE001 - whatever is broken, the other checks are told too
        return Check(name, "missing", f"cannot be checked: {error}")


def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "unknown version"


def _ask(code: str, *arguments: str) -> dict[str, object] | str:
    """Run Python code in a process of its own; returns what it printed as JSON, or what failed."""
    root = Path(__file__).resolve().parent.parent
    environment = dict(os.environ, PYTHONPATH=str(root))
    try:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code, *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=_ASK_TIMEOUT_S,
            env=environment,
        )
        lines = done.stdout.splitlines()
        if done.returncode == 0 and lines:
            answer: dict[str, object] = json.loads(lines[-1])
            return answer
    except (OSError, subprocess.TimeoutExpired, ValueError) as error:
        return str(error)
    said = done.stderr.strip().splitlines()
    return said[-1] if said else f"ended with exit code {done.returncode}"
