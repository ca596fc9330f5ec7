"""What was measured, for people; and on what machine."""

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from engine.environment import usable_cores

Measured = dict[str, Any]


def machine() -> Measured:
    """The processor, what of it was used, and the versions that matter."""
    return {
        "processor": _processor(),
        "cores": usable_cores(),
        "threads": int(os.environ["OMP_NUM_THREADS"]),
        "python": platform.python_version(),
        "torch": version("torch"),
        "transformers": version("transformers"),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return platform.processor()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor())


def lines_of(result: Measured) -> list[str]:
    """The tables of a result."""
    return [*_head(result), "", *_rows(result), "", *_parts(result), "", *_notes(result)]


def _head(result: Measured) -> list[str]:
    used = result["machine"]
    runs = f"{result['photos']} photos, median of {result['turns']} turns"
    cores = f"{used['cores']} cores, {used['threads']} threads for the networks"
    versions = f"torch {used['torch']}, transformers {used['transformers']}"
    return [f"{result['checkpoint']}; {runs}", f"{used['processor']}, {cores}; {versions}"]


def _rows(result: Measured) -> list[str]:
    head = f"{'':52}{'s a photo':>10}{'photos/s':>10}{'ratio':>8}"
    return [head] + [
        f"{row['name']:52}{row['seconds_a_photo']:10.3f}{row['photos_a_second']:10.2f}"
        f"{row['ratio']:8.2f}"
        for row in result["rows"]
    ]


def _parts(result: Measured) -> list[str]:
    head = "Where the time of ours goes, seconds a photo:"
    return [head] + [f"  {name:50}{seconds:10.3f}" for name, seconds in result["parts"].items()]


def _notes(result: Measured) -> list[str]:
    count = result["photos"]
    same = f"{result['equal_captions']} of {count} from the same pixels"
    drafted = f"{result['equal_captions_as_decoded']} of {count} as photos are decoded"
    different = f"{result['different_captions']} different captions"
    work, peak = result["flops_a_photo"] / 1e9, result["matmul_peak"] / 1e9
    share = f"{result['share_of_peak']:.0%}"
    lines = [
        f"Tokens equal to the snippet's: {same}, {drafted}; {different}.",
        f"{work:.1f} GFLOP a photo; matrix products reach {peak:.0f} GFLOP/s here, ours {share}.",
    ]
    if result["peak_memory_mib"]:
        lines.append(f"Most memory held by ours: {result['peak_memory_mib']:.0f} MiB.")
    return lines
