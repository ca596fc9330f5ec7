"""What must be set before torch is imported: offline, and threads that wait."""

import os
from pathlib import Path

import platformdirs

_OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DISABLE_SAFETENSORS_CONVERSION": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
# Two OpenMP threads that spin beside one busy neighbour are slower than one: wait asleep.
_PASSIVE = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "0", "KMP_BLOCKTIME": "0"}


def cache_dir() -> Path:
    """Where what can be found out again is kept; ``PHOTO_NARRATOR_HOME`` overrides it."""
    home = os.environ.get("PHOTO_NARRATOR_HOME")
    return Path(home) if home else Path(platformdirs.user_cache_dir("photo-narrator", False))


def usable_cores() -> int:
    """How many processor cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def network_threads() -> int:
    """Threads for the networks: all cores but one; ``OMP_NUM_THREADS`` overrides it."""
    chosen = os.environ.get("OMP_NUM_THREADS", "")
    return int(chosen) if chosen.isdecimal() and int(chosen) > 0 else max(usable_cores() - 1, 1)


def prepare_environment() -> None:
    """Set the environment of this process; call it before the first import of torch.

    Offline is not a default but a promise, so it overrides what is there.
    """
    os.environ.update(_OFFLINE)
    for name, value in _PASSIVE.items():
        os.environ.setdefault(name, value)
    os.environ["OMP_NUM_THREADS"] = str(network_threads())
