"""Below which ITM probability a hit is refused: how that holds where ITC alone let it through.

A search shows what lies above the floor of ITC, best first, and ITM looks at the first
``LOOKED_AT`` of these. So the figures are of them: what ITC did not find is not ITM's to lose.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from engine.match_bands import REFUSED_BELOW
from engine.training.floor import Likeness, asked_of, how_it_holds, measured_likeness
from engine.training.reference import Reference
from engine.training.scenes import Scene

LOOKED_AT = 30
_SMALL = 50  # pictures of a collection in which for many queries there is nothing


@dataclass(frozen=True, eq=False)
class Looked:
    """What ITM says of the hits of Q queries, best by ITC first.

    ``probability`` (Q, ``LOOKED_AT``), NaN where ITC showed fewer; ``true`` (Q, ``LOOKED_AT``)
    whether the picture matches; ``some`` (Q,) whether any picture at all matches the query.
    """

    probability: npt.NDArray[np.float64]
    true: npt.NDArray[np.bool_]
    some: npt.NDArray[np.bool_]

    @property
    def shown(self) -> npt.NDArray[np.bool_]:
        """What ITC lets through (Q, ``LOOKED_AT``)."""
        return ~np.isnan(self.probability)

    def kept(self, refused_below: float) -> npt.NDArray[np.bool_]:
        """What ITM does not refuse of that (Q, ``LOOKED_AT``)."""
        kept: npt.NDArray[np.bool_] = np.nan_to_num(self.probability) >= refused_below
        return kept & self.shown


def looked(
    reference: Reference, queries: Sequence[str], seen: Tensor, likeness: Likeness, floor: float
) -> Looked:
    """Have ITM look at the first hits of every query; ``seen`` are the pictures' tokens."""
    shape = (len(queries), min(LOOKED_AT, likeness.cosine.shape[1]))
    probability, true = np.full(shape, np.nan), np.zeros(shape, bool)
    for row, (query, cosine) in enumerate(zip(queries, likeness.cosine, strict=True)):
        best = np.argsort(-cosine, kind="stable")[: shape[1]]
        best = best[cosine[best] >= floor]
        if len(best):
            pictures = seen[torch.from_numpy(best)]
            logits = reference.match_logits([query] * len(best), pictures)
            probability[row, : len(best)] = logits.softmax(-1)[:, 1].double().numpy()
            true[row, : len(best)] = likeness.true[row, best]
    return Looked(probability, true, np.asarray(likeness.true.any(1)))


def floor_figures(
    reference: Reference, scenes: list[Scene], seen: Tensor, floor: float
) -> dict[str, dict[str, float]]:
    """How the floor of ITC (a cosine) holds on ``scenes``, and then what ITM refuses."""
    likeness, queries = measured_likeness(reference, scenes, seen), asked_of(scenes)
    small = [
        looked(reference, queries, seen[torch.from_numpy(part)], likeness.among(part), floor)
        for part in np.array_split(np.arange(len(scenes)), max(len(scenes) // _SMALL, 1))
    ]
    of_all = looked(reference, queries, seen, likeness, floor)
    held = how_it_holds(floor, likeness)
    nothing = how_nothing_is_told(small)
    return {
        "by ITC": {"recall": held.recall, "precision": held.precision, "nothing": nothing[0]},
        "after ITM": {**how_refusing_holds(of_all), "nothing": nothing[1]},
    }


def how_refusing_holds(found: Looked, refused_below: float = REFUSED_BELOW) -> dict[str, float]:
    """In percent, of the first hits: how many of those that match are kept, how many kept match.

    "precision before": of the same hits without ITM. Each averaged over queries.
    """
    shown, kept = found.shown, found.kept(refused_below)
    right = np.flatnonzero((found.true & shown).any(1))
    return {
        "recall": _mean([kept[row][found.true[row]].mean() for row in right]),
        "precision": _mean([found.true[row][kept[row]].mean() for row in right if kept[row].any()]),
        "precision before": _mean([found.true[row][shown[row]].mean() for row in right]),
    }


def how_nothing_is_told(
    collections: list[Looked], refused_below: float = REFUSED_BELOW
) -> tuple[float, float]:
    """In percent: how often nothing is found where nothing matches, by ITC and after ITM."""
    by_itc, after_itm = [], []
    for found in collections:
        nothing = ~found.some
        by_itc += [not row.any() for row in found.shown[nothing]]
        after_itm += [not row.any() for row in found.kept(refused_below)[nothing]]
    return _mean(by_itc), _mean(after_itm)


def _mean(shares: Sequence[float]) -> float:
    return round(100 * float(np.mean(shares)), 1) if shares else float("nan")
