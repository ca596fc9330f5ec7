"""Measure from which scores on a checkpoint is sure, and write that into its configuration.

::

    python -m engine.training.calibrate --checkpoint DIR [--scenes 2000] [--dry-run]

Bands of ITM scores, and the floor of a search by ITC, are found on one half of the held-out scenes
and tried on the other. They stand in the checkpoint's ``config.json`` under ``photo_narrator``
(``match_bands`` and ``search_floor``). With the file the checkpoint's
revision changes, so this belongs between training a checkpoint and giving it away.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from engine.checkpoints import CheckpointError, find_set, read_json
from engine.match_bands import NEVER, MatchBands
from engine.training import floor
from engine.training.calibration import (
    Figures,
    as_config,
    found_bands,
    halves,
    how_they_hold,
    measured_pairs,
)
from engine.training.floor import FloorFigures
from engine.training.reference import Reference
from engine.training.scenes import HELD_OUT_FIRST, sample

_OFFSET = 5_000_000  # scenes that the evaluation does not look at


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write; returns 0, or 2 for a checkpoint that cannot be measured."""
    options = _options(arguments)
    torch.set_num_threads(options.threads)
    try:
        _check(options.checkpoint)
        bands, figures = calibrated(options.checkpoint, options.scenes)
        cosine, held = measured_floor(options.checkpoint, options.scenes)
    except CheckpointError as error:
        print(f"{error.message} {error.hint}".strip(), file=sys.stderr)
        return 2
    print("\n".join(lines_of(bands, figures)))
    print(
        f"search from a cosine of {cosine:.2f}: recall {held.recall}, precision {held.precision},"
        f" nothing said where nothing matches {held.nothing}"
    )
    if not options.dry_run:
        kept = {
            "match_bands": as_config(bands, options.scenes, figures),
            "search_floor": floor.as_config(cosine, options.scenes, held),
        }
        write(options.checkpoint, kept)
        print(f"written into {options.checkpoint / 'config.json'}")
    return 0


def calibrated(checkpoint: Path, count: int) -> tuple[MatchBands, Figures]:
    """Bands found on one half of ``count`` held-out scenes, and how they hold on the other."""
    scenes = [sample(HELD_OUT_FIRST + _OFFSET + number) for number in range(count)]
    first, second = halves(measured_pairs(Reference(checkpoint), scenes))
    bands = found_bands(first)
    return bands, how_they_hold(bands, second)


def measured_floor(checkpoint: Path, count: int) -> tuple[float, FloorFigures]:
    """A floor found on one half of ``count`` held-out scenes, and how it holds on the other."""
    scenes = [sample(HELD_OUT_FIRST + _OFFSET + number) for number in range(count)]
    reference = Reference(checkpoint)
    first, second = (
        floor.measured_likeness(reference, some) for some in (scenes[::2], scenes[1::2])
    )
    found = floor.found_floor(first)
    return found, floor.how_it_holds(found, second)


def write(checkpoint: Path, kept: dict[str, Any]) -> None:
    """Put ``kept`` into the configuration, which is replaced as a whole or not at all."""
    path = checkpoint / "config.json"
    config = read_json(path)
    config["photo_narrator"] |= kept
    fresh = path.with_name(".config.json.new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(json.dumps(config, indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.chmod(path.stat().st_mode)
    fresh.replace(path)


def lines_of(bands: MatchBands, figures: Figures) -> list[str]:
    """The bands and how they hold, as lines of text."""
    lines = [
        f"certain from {_told(bands.certain)}, probably from {_told(bands.probably)}",
        f"{'on the other half, in percent':32}{'share':>8}{'true':>8}{'own captions true':>20}",
    ]
    return lines + [
        f"{word:32}{row['share']:>8}{row['true']:>8}{row['true among own captions']:>20}"
        for word, row in figures.items()
    ]


def _told(threshold: float) -> str:
    return "nowhere" if threshold >= NEVER else f"{threshold:.4f}"


def _check(checkpoint: Path) -> None:
    chosen = find_set(str(checkpoint), sample_dir=checkpoint)
    own = read_json(checkpoint / "config.json").get("photo_narrator") or {}  # not the answerer's
    drawn = "drawn" in str(own.get("domain", ""))
    if not drawn or chosen.captioner is None or chosen.matcher is None:
        raise CheckpointError(
            f"{checkpoint} is no captioner and matcher of drawn scenes, and only on these it can be"
            " measured."
        )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--scenes", type=int, default=2000)
    parser.add_argument("--dry-run", action="store_true", help="print only")
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
