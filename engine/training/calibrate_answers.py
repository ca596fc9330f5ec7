"""Measure from which probabilities on an answerer is sure, and write that into its configuration.

::

    python -m engine.training.calibrate_answers --checkpoint DIR [--scenes 600] [--dry-run]

Bands are found on one half of held-out scenes, which neither the training nor the evaluation looks
at, and tried on the other. They stand in ``answerer/config.json`` under ``photo_narrator``
(``answer_bands``).
"""

import argparse
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from engine.describer import Describer, Picture
from engine.images import squash
from engine.match_bands import MatchBands, MatchWord
from engine.opening import open_describer
from engine.training.calibrate import write
from engine.training.calibration import Pairs, halves, threshold
from engine.training.evaluate_answers import is_right
from engine.training.held_out import photo
from engine.training.measures import share
from engine.training.questions import questions
from engine.training.scenes import HELD_OUT_FIRST, Scene, sample

CERTAIN, PROBABLY = 0.99, 0.8
"""The least share of right ones among answers called certain, and among those called probable.

More than of matches: four answers in five have nearly all of the probability, and lend their
rightness to doubtful ones that stand above the same threshold.
"""
_OFFSET = 6_000_000
_A_SCENE = 4


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write."""
    options = _options(arguments)
    describer = open_describer(str(options.checkpoint), device="cpu")
    torch.set_num_threads(options.threads)
    scenes = [sample(HELD_OUT_FIRST + _OFFSET + number) for number in range(options.scenes)]
    first, second = halves(answered(describer, scenes, options.side_px))
    bands = found_answer_bands(first)
    figures = {word: _right(bands, second, word) for word in MatchWord}
    print(f"certain from {bands.certain:.4f}, probably from {bands.probably:.4f}")
    for word, (part, right) in figures.items():
        print(f"{word:12}{part:>8} % of the other half's answers, {right} % of them right")
    if not options.dry_run:
        kept = {
            "certain": bands.certain,
            "probably": bands.probably,
            "scenes": options.scenes,
            "right_of_certain": figures[MatchWord.CERTAIN][1],
            "right_of_probably": figures[MatchWord.PROBABLY][1],
        }
        write(options.checkpoint / "answerer", {"answer_bands": kept})
    return 0


def answered(describer: Describer, scenes: list[Scene], side_px: int) -> Pairs:
    """Questions about each scene: the likeliest answer's probability, and whether it is right."""
    rng = random.Random(7)
    rows: list[tuple[float, bool, int]] = []
    for place, scene in enumerate(scenes):
        picture = Picture((np.asarray(squash(photo(scene), (side_px, side_px))),))
        for question in questions(scene.content, _A_SCENE, rng):
            (said,) = describer.ask(question.text, [picture]).answers
            if said:
                rows.append((said[0].probability, is_right(question, said[0].text), place))
    probability, right, scene_of = map(np.array, zip(*rows, strict=True))
    return Pairs(probability, right, np.ones(len(rows), bool), scene_of)


def found_answer_bands(pairs: Pairs) -> MatchBands:
    """The widest bands of probabilities that are as often right as they must be."""
    certain = threshold(pairs, CERTAIN)
    below = pairs.among(pairs.probability < certain)
    return MatchBands(certain, min(threshold(below, PROBABLY), certain), calibrated=True)


def _right(bands: MatchBands, pairs: Pairs, word: MatchWord) -> tuple[float, float]:
    said = np.array([bands.word(float(each)) is word for each in pairs.probability])
    return share(said.tolist()), share(pairs.true[said].tolist())


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--scenes", type=int, default=600)
    parser.add_argument("--side-px", type=int, default=128, help="of the network's input")
    parser.add_argument("--dry-run", action="store_true", help="print only")
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
