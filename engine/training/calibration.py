"""From ITM probabilities to words: which bands hold, found on some scenes and tried on others."""

import random
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.match_bands import NEVER, MatchBands, MatchWord
from engine.training.edits import wrong_wording
from engine.training.held_out import see
from engine.training.reference import Reference
from engine.training.scenes import Scene
from engine.training.wording import entails, read

CERTAIN, PROBABLY = 0.95, 0.75
"""The least share of true ones among what is called certain, and among what is called probable."""

_FEWEST = 20
_Z = 1.64  # one-sided 95 %
Figures = dict[str, dict[str, float]]


@dataclass(frozen=True, eq=False)
class Pairs:
    """Texts held against pictures, P of them.

    ``probability`` (P,) by ITM; ``true`` (P,) whether all that is said holds; ``own`` (P,) whether
    the captioner said it; ``scene`` (P,) which picture it is.
    """

    probability: npt.NDArray[np.float64]
    true: npt.NDArray[np.bool_]
    own: npt.NDArray[np.bool_]
    scene: npt.NDArray[np.int64]

    def among(self, chosen: npt.NDArray[np.bool_]) -> "Pairs":
        """Some of them (P,)."""
        return Pairs(
            self.probability[chosen], self.true[chosen], self.own[chosen], self.scene[chosen]
        )


def measured_pairs(reference: Reference, scenes: list[Scene]) -> Pairs:
    """Each scene's true caption, a minimally wrong one, and the captioner's own (beam 3)."""
    rng = random.Random(5)
    seen = see(reference, scenes)
    true = [scene.caption for scene in scenes]
    false = [wrong_wording(scene.content, scene.meaning, None, rng) for scene in scenes]
    said = reference.captions(seen, 3)
    logits = reference.match_logits([*true, *false, *said], seen.repeat(3, 1, 1))
    count = len(scenes)
    right = [holds(scene, text) for scene, text in zip(scenes, said, strict=True)]
    return Pairs(
        logits.softmax(-1)[:, 1].double().numpy(),
        np.array([True] * count + [False] * count + right),
        np.arange(3 * count) >= 2 * count,
        np.tile(np.arange(count), 3),
    )


def holds(scene: Scene, text: str) -> bool:
    """Whether a text can be read and everything it says is so in the scene."""
    meant = read(text)
    return bool(meant) and entails(scene.meaning, meant or frozenset())


def found_bands(pairs: Pairs) -> MatchBands:
    """The widest bands that are as precise as they must be, by Wilson's lower bound.

    "Certain" is measured on all from its threshold on, "probably" on what lies between the two.
    Both must hold for all pairs and for the captioner's own captions alone: it is these that a
    matcher with the same eyes believes too easily. A word that cannot be had is never said.
    """
    certain = threshold(pairs, CERTAIN)
    below = pairs.among(pairs.probability < certain)
    return MatchBands(certain, min(threshold(below, PROBABLY), certain), calibrated=True)


def halves(pairs: Pairs) -> tuple[Pairs, Pairs]:
    """Two halves that share no scene."""
    even = pairs.scene % 2 == 0
    return pairs.among(even), pairs.among(~even)


def how_they_hold(bands: MatchBands, pairs: Pairs) -> Figures:
    """For each word: the share of pairs that get it, and how many of those are true, in percent.

    The latter for all pairs and for the captioner's own captions alone; nan where there are none.
    """
    words = np.array([bands.word(float(p)) for p in pairs.probability])
    figures: Figures = {}
    for word in MatchWord:
        said = words == word
        figures[word.value] = {
            "share": _percent(said),
            "true": _percent(pairs.true[said]),
            "true among own captions": _percent(pairs.true[said & pairs.own]),
        }
    return figures


def as_config(bands: MatchBands, count: int, figures: Figures) -> dict[str, Any]:
    """What a checkpoint's configuration keeps under ``photo_narrator.match_bands``."""
    return {
        "certain": bands.certain,
        "probably": bands.probably,
        "scenes": count,
        "true_of_certain": _or_none(figures[MatchWord.CERTAIN]["true"]),
        "true_of_probably": _or_none(figures[MatchWord.PROBABLY]["true"]),
    }


def threshold(pairs: Pairs, least: float) -> float:
    """The lowest threshold that keeps ``least`` for all pairs and for the own captions."""
    own = pairs.among(pairs.own)
    highest = max(_lowest(each.probability, each.true, least) for each in (pairs, own))
    # rounded up: a rounded threshold must let nothing in that was not measured
    return min(float(np.ceil(highest * 1e4) / 1e4), NEVER)


def _lowest(
    probability: npt.NDArray[np.float64], true: npt.NDArray[np.bool_], least: float
) -> float:
    """The lowest threshold from which on the share of true ones is at least ``least``."""
    order = np.argsort(-probability, kind="stable")
    ordered, counts = probability[order], np.arange(1, len(order) + 1)
    enough = _lower_bound(np.cumsum(true[order]), counts) >= least
    # equal scores stand or fall together
    last = np.append(ordered[1:] < ordered[:-1], True)[: len(ordered)]
    places = np.flatnonzero(enough & last & (counts >= _FEWEST))
    return float(ordered[places[-1]]) if len(places) else NEVER


def _lower_bound(
    true: npt.NDArray[np.int64], counts: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """The lower end of Wilson's interval for a share."""
    share, square = true / counts, _Z**2 / counts
    spread = _Z * np.sqrt(share * (1 - share) / counts + square / (4 * counts))
    bound: npt.NDArray[np.float64] = (share + square / 2 - spread) / (1 + square)
    return bound


def _percent(values: npt.NDArray[np.bool_]) -> float:
    return round(100 * float(values.mean()), 1) if len(values) else float("nan")


def _or_none(figure: float) -> float | None:
    return None if np.isnan(figure) else figure
