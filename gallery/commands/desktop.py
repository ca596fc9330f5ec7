"""``desktop``: the program in this person's menu and file manager, put there or taken away."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

import platformdirs

from gallery.commands import terminal
from gallery.errors import KnownError
from gallery.paths import resources_dir

_ENTRY = Path("applications/photo-narrator.desktop")
_FILES = {
    _ENTRY: "desktop/photo-narrator.desktop",
    Path("metainfo/photo-narrator.metainfo.xml"): "desktop/photo-narrator.metainfo.xml",
    Path("icons/hicolor/scalable/apps/photo-narrator.svg"): "icons/photo-narrator.svg",
}
_COMMAND = "Exec=photo-narrator "
_PATIENCE_S = 30


def desktop(arguments: Namespace) -> int:
    """Install or remove the entry, its icon and its description; tell every file."""
    if not sys.platform.startswith("linux"):
        raise KnownError(
            "There are no desktop files on this system.",
            "Open folders and photos with `photo-narrator window FOLDER|PHOTO`.",
        )
    home = platformdirs.user_data_path()
    told = _install(home) if arguments.install else _remove(home)
    for path in told:
        terminal.result(f"{'Written' if arguments.install else 'Removed'}: {terminal.shown(path)}")
    if not told:
        terminal.result("Nothing was installed here.")
    _tell_the_system(home / _ENTRY.parent)
    return 0


def _install(home: Path) -> list[Path]:
    for target, source in _FILES.items():
        text = (resources_dir() / source).read_text("utf-8")
        if target == _ENTRY:
            text = text.replace(_COMMAND, f"Exec={command_line(_program())} ")
        try:
            _write(home / target, text)
        except OSError as error:
            raise KnownError(
                f"{home / target} cannot be written: {error.strerror}.", "Check the folder."
            ) from error
    return [home / target for target in _FILES]


def _remove(home: Path) -> list[Path]:
    removed = []
    for target in _FILES:
        with contextlib.suppress(FileNotFoundError):
            (home / target).unlink()
            removed.append(home / target)
    return removed


def command_line(words: Sequence[str]) -> str:
    """Return words as the value of ``Exec``: the quoting of the Desktop Entry Specification."""
    return " ".join(_quoted(word) for word in words)


def _quoted(word: str) -> str:
    for reserved in ("\\", '"', "`", "$"):
        word = word.replace(reserved, f"\\{reserved}")
    word = word.replace("%", "%%")
    # The value is a string of the file besides, in which a backslash is written as two.
    return '"' + word.replace("\\", "\\\\") + '"'


def _program() -> list[str]:
    """The program that runs now, by its whole path: a menu does not know of environments."""
    script = Path(sys.executable).with_name("photo-narrator")
    return [str(script)] if script.is_file() else [sys.executable, "-m", "gallery"]


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _tell_the_system(applications: Path) -> None:
    """File managers know of file types by a cache; without this tool they read it later."""
    tool = shutil.which("update-desktop-database")
    if tool is not None and applications.is_dir():
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            subprocess.run([tool, "-q", str(applications)], check=False, timeout=_PATIENCE_S)
