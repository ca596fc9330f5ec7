"""The memory of this process: what it holds, and the most that it held since a moment."""

import sys
from pathlib import Path

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def held_mib() -> float | None:
    """Resident memory now; None where the system does not tell (only Linux does, without help)."""
    return _of_status("VmRSS:")


def most_held_mib() -> float | None:
    """The most resident memory since :func:`forget_most`, or since the start."""
    return _of_status("VmHWM:")


def forget_most() -> None:
    """Begin anew with the most; where that cannot be done, it stays that since the start."""
    try:
        _RESET.write_text("5", encoding="ascii")
    except OSError:
        return


def _of_status(name: str) -> float | None:
    if not sys.platform.startswith("linux"):
        return None
    try:
        lines = _STATUS.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    line = next(line for line in lines if line.startswith(name))
    return int(line.split()[1]) / 1024
