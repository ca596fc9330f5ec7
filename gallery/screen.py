"""Whether there is a screen to open a window on."""

import os
import sys
from collections.abc import Mapping

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
    """Raise KnownError where no window can be opened."""
    reason = reason_for_none()
    if reason:
        raise KnownError(
            f"The window cannot be opened, because {reason}.",
            "Everything also works without one: see `photo-narrator --help`.",
        )
