"""How fast the describer is, beside the model card's snippet in the same run.

``python -m engine.bench [--full-size] [--large] [--checkpoint FOLDER] [--threads N] [--json FILE]``

The two take turns on the same photos with the same number of threads, so that what else the
computer does meets both; the ratio is the median of the turns' ratios.
"""

import argparse
import json
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from engine.__main__ import sample_dir
from engine.benching.report import lines_of, machine
from engine.checkpoints import SAMPLE, CheckpointError, find_set
from engine.environment import network_threads, prepare_environment
from engine.images import SUFFIXES

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
    parser.add_argument("--json", metavar="FILE", help="write what was measured")
    return parser.parse_args(arguments)


def _measured(options: argparse.Namespace, made: Path) -> dict[str, Any]:
    from engine.benching import made_up

    made_size = "large" if options.large else "base" if options.full_size else ""
    name = options.checkpoint
    if made_size:
        name = str(made_up.make_checkpoint(made / made_size, large=options.large))
    chosen = find_set(name, sample_dir=sample_dir())
    if chosen.captioner is None:
        raise CheckpointError(f"“{chosen.name}” makes no captions.", chosen.note)
    if options.photos:
        photos = sorted(p for p in options.photos.rglob("*") if p.suffix.lower() in SUFFIXES)
        photos = photos[:_PHOTOS_A_TURN]
    else:
        photos = made_up.make_photos(made / "photos", _PHOTOS_A_TURN)
    return _compared(chosen, photos, options) | {
        "checkpoint": f"full-size BLIP {made_size}, random weights" if made_size else chosen.name,
        "machine": machine(),
    }


def _compared(chosen: Any, photos: list[Path], options: argparse.Namespace) -> dict[str, Any]:
    from engine.benching.ours import Ours, flops_a_photo, matmul_peak

    ours = Ours(chosen.captioner, chosen.matcher)
    ours.describe(photos, batch=_PHOTOS_A_TURN)  # warm
    memory = _peak_memory()

    from engine.benching.snippet import Snippet

    snippet = Snippet(Path(chosen.captioner.folder), ours.longest)
    said = [snippet.caption(path, upright=True) for path in photos]  # warm, and what ours must say
    kinds = {
        "caption + vector": {},
        "caption + vector + match score": {"score": True},
    }
    beams = [1, 3] if options.careful else [1]
    turns: dict[str, list[float]] = {}
    peaks = []
    for _ in range(options.turns):
        peaks.append(matmul_peak())
        for width in beams:
            spent = _seconds(lambda w=width: [snippet.caption(path, beams=w) for path in photos])
            turns.setdefault(_row("snippet: caption alone", width), []).append(spent / len(photos))
            for kind, extra in kinds.items():
                spent = _seconds(
                    lambda w=width, e=extra: ours.describe(
                        photos, batch=_PHOTOS_A_TURN, careful=w > 1, **e
                    )
                )
                turns.setdefault(_row(f"ours: {kind}", width), []).append(spent / len(photos))
    best, work = statistics.median(peaks), flops_a_photo(ours.shape)
    exact = ours.token_ids(photos, exact=True, careful=False)
    drafted = ours.token_ids(photos, exact=False, careful=False)
    fastest = statistics.median(turns[_row("ours: caption + vector", 1)])
    return {
        "photos": len(photos),
        "turns": options.turns,
        "rows": [_told(name, seconds, turns) for name, seconds in turns.items()],
        "parts": ours.seconds_of_parts(photos),
        "flops_a_photo": work,
        "matmul_peak": best,
        "share_of_peak": work / fastest / best,
        "equal_captions": sum(map(_equal, said, exact)),
        "equal_captions_as_decoded": sum(map(_equal, said, drafted)),
        "different_captions": len({tuple(ids) for ids in exact}),
        "peak_memory_mib": memory,
    }


def _row(kind: str, beams: int) -> str:
    return f"{kind}, greedy" if beams == 1 else f"{kind}, beam {beams}"


def _told(name: str, seconds: list[float], turns: dict[str, list[float]]) -> dict[str, Any]:
    baseline = turns[_row("snippet: caption alone", 3 if name.endswith("beam 3") else 1)]
    ratios = [base / own for base, own in zip(baseline, seconds, strict=True)]
    middle = statistics.median(seconds)
    return {
        "name": name,
        "seconds_a_photo": middle,
        "photos_a_second": 1 / middle,
        "ratio": statistics.median(ratios),
        "ratios": ratios,
    }


def _seconds(work: Any) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _equal(one: list[int], other: list[int]) -> bool:
    """Whether two captions are the same up to their end; a batch fills the shorter ones up."""
    length = min(len(one), len(other))
    return one[:length] == other[:length]


def _peak_memory() -> float | None:
    try:
        import resource
    except ImportError:  # Windows
        return None
    kibibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kibibytes / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    sys.exit(main())
