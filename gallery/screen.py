"""Whether there is a screen to open a window on."""

import importlib.util
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from gallery import system_libraries
from gallery.errors import KnownError


def reason_for_none(environment: Mapping[str, str] | None = None) -> str:
    """Return why no window can be opened; empty where one can."""
    known = os.environ if environment is None else environment
    asked = known.get("QT_QPA_PLATFORM", "")
    if sys.platform != "linux" or known.get("DISPLAY") or known.get("WAYLAND_DISPLAY"):
        return ""
    if asked and not asked.startswith(("xcb", "wayland")):
        return ""  # offscreen, vnc and the like were asked for and need none
    return "there is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set)"


def require() -> None:
    """Raise KnownError where no window can be opened: no screen, or no library to use it with."""
    reason = reason_for_none()
    if reason:
        raise KnownError(
            f"The window cannot be opened, because {reason}.",
            "Everything also works without one: see `photo-narrator --help`.",
        )
    missing = missing_libraries()
    if missing:
        packages, _ = system_libraries.package_names(missing, system_libraries.read_release())
        command = system_libraries.install_command(packages, as_root=os.geteuid() == 0)
        raise KnownError(
            f"The window cannot be opened, because Qt lacks {', '.join(missing)}.",
            f"Install what brings them: `{command}`." if packages else "",
        )


def missing_libraries() -> list[str]:
    """Return the system libraries that Qt's plugin for this screen needs and does not find.

    About 50 ms; Qt itself would end the process, and can name the wrong library.
    """
    spec = importlib.util.find_spec("PySide6")
    if sys.platform != "linux" or spec is None:
        return []
    name = "libqwayland.so" if os.environ.get("WAYLAND_DISPLAY") else "libqxcb.so"
    places = spec.submodule_search_locations or ()
    plugins = [Path(place) / "Qt" / "plugins" / "platforms" / name for place in places]
    return sorted(system_libraries.missing_libraries(plugins))
