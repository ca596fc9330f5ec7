"""The figures of a long run, as JSON and as a table."""

import json
import platform
from dataclasses import asdict
from pathlib import Path

from tests.torture.killing import Figures


def told(part: str, figures: Figures, seconds: float, out: Path | None) -> None:
    """Print a table, and append a line of JSON to a file."""
    rows = [
        *figures.kills.items(),
        *figures.facts.items(),
        ("losses and faults", len(figures.losses)),
    ]
    print(f"\n{part}, {seconds / 60:.1f} minutes\n\n| | |\n|---|---:|")
    for what, number in rows:
        print(f"| {what} | {number:,} |")
    for loss in figures.losses[:50]:
        print(f"FAULT: {loss}")
    if out is not None:
        line = {"part": part, "seconds": round(seconds, 1), "on": platform.platform()}
        with out.open("a") as file:
            file.write(json.dumps({**line, **asdict(figures)}) + "\n")
