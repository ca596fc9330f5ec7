"""Whether the describer says what transformers says, with any weights and at full size.

``python -m engine.parity [--full-size] [--large] [--checkpoint NAME|FOLDER] [--threads N]``

Prints a table, and exits with 1 where anything differs. ``--full-size`` takes a BLIP base with
random weights (1.4 GB on the disk for as long as it runs; minutes), ``--large`` a BLIP large.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from engine.checkpoints import SAMPLE, CheckpointError, find_set
from engine.environment import network_threads, prepare_environment
from engine.opening import sample_dir

if TYPE_CHECKING:
    from engine.benching.parity import Check

_SAME, _DIFFERENT, _WRONG_USE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare and print; returns 0, 1 where anything differs, 2 for an unusable checkpoint."""
    options = _options(arguments)
    os.environ["OMP_NUM_THREADS"] = str(options.threads or network_threads())
    prepare_environment()
    signal.signal(signal.SIGTERM, _leave)  # so that what was made for it is taken away
    begun = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="photo-narrator-parity-") as made:
            name, checks = _compared(options, Path(made))
    except CheckpointError as error:
        print(f"{error.message} {error.hint}".strip(), file=sys.stderr)
        return _WRONG_USE
    print("\n".join(lines_of(name, checks, time.monotonic() - begun)))
    if options.json:
        rows = [asdict(check) | {"passed": check.passed} for check in checks]
        text = json.dumps({"checkpoint": name, "checks": rows}, indent=2)
        options.json.write_text(text + "\n", encoding="utf-8")
    return _SAME if all(check.passed for check in checks) else _DIFFERENT


def _leave(number: int, frame: object) -> NoReturn:
    sys.exit(128 + number)


def lines_of(name: str, checks: "Sequence[Check]", seconds: float) -> list[str]:
    """The table of what was compared."""
    head = f"{'':52}{'compared':>10}{'difference':>12}{'allowed':>9}"
    rows = [_line(check) for check in checks]
    failed = sum(not check.passed for check in checks)
    verdict = f"{failed} of {len(checks)} checks differ" if failed else f"all {len(checks)} pass"
    return [f"{name}, held against transformers", head, *rows, f"{verdict}; {seconds:.0f} s."]


def _line(check: "Check") -> str:
    difference, allowed = f"{check.difference:.2g}", f"{check.allowed:.0e}"
    if not check.allowed:  # a count
        difference, allowed = f"{check.difference:.0f}", "0"
    verdict = "PASS" if check.passed else "DIFFERENT"
    return f"{check.name:52}{check.compared:10}{difference:>12}{allowed:>9}  {verdict}"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m engine.parity", description=__doc__)
    parser.add_argument("--full-size", action="store_true", help="BLIP base with random weights")
    parser.add_argument("--large", action="store_true", help="the same with BLIP large")
    parser.add_argument("--checkpoint", default=SAMPLE, metavar="NAME|FOLDER")
    parser.add_argument("--threads", type=int, metavar="N", help="threads of the networks")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was compared")
    return parser.parse_args(arguments)


def _compared(options: argparse.Namespace, made: Path) -> "tuple[str, list[Check]]":
    from engine.benching import made_up, parity

    name = options.checkpoint
    size = "large" if options.large else "base" if options.full_size else ""
    if size:
        _tell("a checkpoint is made up")
        folder = made_up.make_checkpoint(made / size, large=options.large, ending=True)
        name = str(folder)
    chosen = find_set(name, sample_dir=sample_dir())
    title = f"Full-size BLIP {size}, random weights" if size else f"“{chosen.name}”"
    return title, parity.compare(chosen, parity.make_photos(made / "photos"), _tell)


def _tell(text: str) -> None:
    print(f"... {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
