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
    parts = [_head(result)]
    if "rows" in result:
        parts += [_rows(result), *map(_parts, result["sides"]), _notes(result)]
    if "service" in result:
        parts.append(_service(result["service"]))
    if "agreement" in result:
        parts.append(_agreement(result))
    return [line for part in parts for line in (*part, "")][:-1]


def _head(result: Measured) -> list[str]:
    used = result["machine"]
    cores = f"{used['cores']} cores, {used['threads']} threads for the networks"
    versions = f"torch {used['torch']}, transformers {used['transformers']}"
    runs = ""
    if "rows" in result:
        runs = f"; {result['photos']} photos, median of {result['turns']} turns"
    return [f"{result['checkpoint']}{runs}", f"{used['processor']}, {cores}; {versions}"]


def _rows(result: Measured) -> list[str]:
    head = f"{'':60}{'s a photo':>10}{'photos/s':>10}{'ratio':>8}{'CPU s':>8}{'ratio':>8}"
    return [head] + [
        f"{row['name']:60}{row['seconds_a_photo']:10.3f}{row['photos_a_second']:10.2f}"
        f"{row['ratio']:8.2f}{row['processor_seconds_a_photo']:8.3f}{row['processor_ratio']:8.2f}"
        for row in result["rows"]
    ]


def _parts(side: Measured) -> list[str]:
    work, peak = side["flops_a_photo"] / 1e9, side["matmul_peak"] / 1e9
    return [
        f"Where the time of ours, {side['precision']}, goes, CPU seconds a photo:",
        *(f"  {name:50}{seconds:10.3f}" for name, seconds in side["parts"].items()),
        (
            f"  {work:.1f} GFLOP a photo; such matrix products reach {peak:.0f} GFLOP/s here, "
            f"caption + vector {side['share_of_peak']:.0%} of that."
        ),
    ]


def _notes(result: Measured) -> list[str]:
    count = result["photos"]
    same = f"{result['equal_captions']} of {count} from the same pixels"
    drafted = f"{result['equal_captions_as_decoded']} of {count} as photos are decoded"
    different = f"{result['different_captions']} different captions"
    lines = [f"Tokens of the exact one equal to the snippet's: {same}, {drafted}; {different}."]
    needed = [f"{name} {mib:.0f} MiB" for name, mib in result["memory_mib"].items() if mib]
    if needed:
        lines.append(f"Most memory that each needed: {', '.join(needed)}.")
    return lines


def _service(service: Measured) -> list[str]:
    return [
        f"In its own process, {precision}: ready after {told['ready_s']:.1f} s; a text query "
        f"{told['query_alone_s'] * 1e3:.0f} ms alone, "
        f"{told['query_during_captioning_s'] * 1e3:.0f} ms while photos are described "
        f"(slowest of {told['queries']}: "
        f"{told['slowest_query_during_captioning_s'] * 1e3:.0f} ms)."
        for precision, told in service.items()
    ]


def _agreement(result: Measured) -> list[str]:
    told = result["agreement"]
    lines = [
        (
            f"{result['precision']} against exact: {told['equal_captions']} of {told['photos']} "
            "captions are equal."
        )
    ]
    if told["mean_cosine"] is not None:
        lines.append(
            f"Cosine of the two ITC vectors: {told['mean_cosine']:.5f} in the mean, "
            f"{told['least_cosine']:.5f} at least."
        )
    for one in told["differing"]:
        lines += [one["path"], f"  exact:   {one['exact']}", f"  rounded: {one['rounded']}"]
    if told["unreadable"]:
        lines.append(f"{told['unreadable']} photos could not be read and were left out.")
    if not result["is_evidence"]:
        lines.append(
            "This checkpoint does not know photographs: how real weights agree is not told by it. "
            "Ask on your own photos: bench agreement --checkpoint FOLDER --photos FOLDER."
        )
    return lines
