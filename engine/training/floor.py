"""From which cosine a picture is worth showing for a query: found on some scenes, tried on others.

ITC gives every picture some likeness to every query. The floor is the cosine that keeps ``RECALL``
of what truly matches, averaged over queries of all sorts, so that short ones, whose cosines are
lower, count as much as whole captions.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from torch import Tensor

from engine.training.held_out import part_queries, see
from engine.training.reference import Reference
from engine.training.scenes import Scene
from engine.training.wording import read

RECALL = 0.95
_CAPTIONS = 200  # whole captions among the queries


@dataclass(frozen=True, eq=False)
class Likeness:
    """Queries against pictures: ``cosine`` (Q, P), and whether the picture truly matches."""

    cosine: npt.NDArray[np.float64]
    true: npt.NDArray[np.bool_]

    def among(self, pictures: npt.NDArray[np.int64]) -> "Likeness":
        """The same queries against some of the pictures."""
        return Likeness(self.cosine[:, pictures], self.true[:, pictures])


@dataclass(frozen=True)
class FloorFigures:
    """How a floor holds, in percent.

    ``recall``: of what matches a query, what is above; ``precision``: of what is above, what
    matches; ``nothing``: of the queries that nothing matches, those for which nothing is above.
    """

    recall: float
    precision: float
    nothing: float


def asked_of(scenes: list[Scene]) -> list[str]:
    """Queries of every sort: words, plurals, colours, settings, parts, and whole captions."""
    queries = [query for some in part_queries(scenes).values() for query in some]
    return queries + [scene.caption for scene in scenes[:_CAPTIONS]]


def measured_likeness(
    reference: Reference, scenes: list[Scene], seen: Tensor | None = None
) -> Likeness:
    """Every sort of query held against the pictures of ``scenes`` (``seen``: their tokens)."""
    tokens = see(reference, scenes) if seen is None else seen
    vectors = reference.image_vectors(tokens).double().numpy()
    queries = asked_of(scenes)
    meant = [read(query) or frozenset() for query in queries]
    true = np.array([[each <= scene.meaning for scene in scenes] for each in meant])
    return Likeness(reference.text_vectors(queries).double().numpy() @ vectors.T, true)


def found_floor(measured: Likeness) -> float:
    """The highest cosine, to two digits, that keeps ``RECALL`` on average."""
    steps = np.arange(100) / 100
    enough = [step for step in steps if _recall(measured, float(step)) >= RECALL]
    return float(max(enough, default=0.0))


def how_it_holds(floor: float, measured: Likeness) -> FloorFigures:
    """The figures of a floor on other scenes than it was found on."""
    above = measured.cosine >= floor
    some = measured.true.any(1)
    shown = some & above.any(1)
    precise = [row[up].mean() for row, up in zip(measured.true[shown], above[shown], strict=True)]
    return FloorFigures(
        _percent(_recall(measured, floor)),
        _percent(float(np.mean(precise))) if precise else float("nan"),
        _percent(float((~above[~some].any(1)).mean())) if (~some).any() else float("nan"),
    )


def as_config(floor: float, count: int, figures: FloorFigures) -> dict[str, Any]:
    """What a checkpoint's configuration keeps under ``photo_narrator.search_floor``."""
    return {
        "cosine": floor,
        "scenes": count,
        "recall": figures.recall,
        "precision": figures.precision,
    }


def _recall(measured: Likeness, floor: float) -> float:
    some = measured.true.any(1)
    if not some.any():
        return float("nan")
    above, true = measured.cosine[some] >= floor, measured.true[some]
    return float(((above & true).sum(1) / true.sum(1)).mean())


def _percent(share: float) -> float:
    return round(100 * share, 1)
