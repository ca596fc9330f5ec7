"""How fast the describer is, beside the model card's snippet in the same run.

``python -m engine.bench [--full-size] [--large] [--checkpoint FOLDER] [--threads N] [--json FILE]``

All sides take turns on the same photos with the same number of threads, so that what else the
computer does meets each; a ratio is the median of the turns' ratios. With ``--agreement`` only the
captions and vectors of rounded weights are held against the exact ones, on the photos given.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from engine.benching.report import lines_of, machine
from engine.checkpoints import SAMPLE, CheckpointError, DescriberSet, find_set
from engine.environment import network_threads, prepare_environment
from engine.images import SUFFIXES
from engine.opening import sample_dir
from engine.protocol import Precision

_DONE, _WRONG_USE = 0, 2
_PHOTOS_A_TURN = 8


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark and print it; returns 0, or 2 for a checkpoint that cannot be used."""
    options = _options(arguments)
    os.environ["OMP_NUM_THREADS"] = str(options.threads or network_threads())
    prepare_environment()
    signal.signal(signal.SIGTERM, _leave)  # so that what was made for it is taken away
    try:
        with tempfile.TemporaryDirectory(prefix="photo-narrator-bench-") as made:
            result = _measured(options, Path(made))
    except CheckpointError as error:
        print(f"{error.message} {error.hint}".strip(), file=sys.stderr)
        return _WRONG_USE
    print("\n".join(lines_of(result)))
    if options.json:
        Path(options.json).write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return _DONE


def _leave(number: int, frame: object) -> NoReturn:
    sys.exit(128 + number)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m engine.bench", description=__doc__)
    parser.add_argument("--full-size", action="store_true", help="BLIP base with random weights")
    parser.add_argument(
        "--large", action="store_true", help="the same with the large image encoder"
    )
    parser.add_argument("--checkpoint", default=SAMPLE, metavar="NAME|FOLDER")
    parser.add_argument("--photos", type=Path, metavar="FOLDER", help="photos to measure with")
    parser.add_argument("--turns", type=int, default=3, metavar="N", help="turns of 8 photos each")
    parser.add_argument("--threads", type=int, metavar="N", help="threads of the networks")
    parser.add_argument("--careful", action="store_true", help="measure beam search too: slow")
    parser.add_argument(
        "--precision", type=Precision, default=Precision.INT8, choices=tuple(Precision),
        help="what is measured beside the exact one, where the processor can",
    )  # fmt: skip
    parser.add_argument("--agreement", action="store_true", help="only hold it against the exact")
    parser.add_argument("--json", metavar="FILE", help="write what was measured")
    return parser.parse_args(arguments)


def _measured(options: argparse.Namespace, made: Path) -> dict[str, Any]:
    size = "large" if options.large else "base" if options.full_size else ""
    name = options.checkpoint
    if size:
        from engine.benching import made_up

        name = str(made_up.make_checkpoint(made / size, large=options.large))
    chosen = find_set(name, sample_dir=sample_dir())
    if chosen.captioner is None:
        raise CheckpointError(f"“{chosen.name}” makes no captions.", chosen.note)
    told: dict[str, Any] = {
        "precision": str(options.precision),
        "checkpoint": f"full-size BLIP {size}, random weights" if size else chosen.name,
        "is_evidence": not size and not chosen.knows_drawn_scenes_only,
        "machine": machine(),
    }
    if options.agreement:
        samples = sample_dir().parents[1] / "samples"
        photos = _photos_in(options.photos or samples)
        return told | {"agreement": _agreement(chosen, photos, options.precision)}
    return told | _compared(chosen, options, made)


def _compared(chosen: DescriberSet, options: argparse.Namespace, made: Path) -> dict[str, Any]:
    from engine.benching.comparing import compared
    from engine.benching.latency import latency
    from engine.blip.packing import usable_precisions

    precisions = [p for p in usable_precisions() if p in (Precision.EXACT, options.precision)]
    if options.photos:
        photos = _photos_in(options.photos)[:_PHOTOS_A_TURN]
    else:
        from engine.benching import made_up

        photos = made_up.make_photos(made / "photos", _PHOTOS_A_TURN)
    beams = [1, 3] if options.careful else [1]
    result = compared(chosen, photos, turns=options.turns, beams=beams, precisions=precisions)
    if chosen.matcher is not None:
        result["service"] = {str(p): latency(chosen, p, photos) for p in precisions}
    if len(precisions) > 1:
        result["agreement"] = _agreement(chosen, photos, precisions[1])
    return result


def _agreement(
    chosen: DescriberSet, photos: Sequence[Path], precision: Precision
) -> dict[str, Any]:
    """How far rounded and exact weights agree on photos."""
    from engine.benching.agreement import agreement
    from engine.blip.describer import BlipDescriber

    return agreement(
        lambda: BlipDescriber(chosen.captioner, chosen.matcher, "cpu"),
        lambda: BlipDescriber(chosen.captioner, chosen.matcher, "cpu", precision=precision),
        photos,
    )


def _photos_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)


if __name__ == "__main__":
    sys.exit(main())
