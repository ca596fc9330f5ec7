"""What evaluation counts, from meanings and scores alone."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from engine.training.scenes import Scene
from engine.training.wording import Fact, Meaning, read

_RELATIONS = ("above", "front", "next")


def share(hits: list[bool]) -> float:
    """Return the share of true values in percent, one decimal; nan of an empty list."""
    return round(100 * float(np.mean(hits)), 1) if hits else float("nan")


def _of(facts: Meaning, kinds: tuple[str, ...]) -> set[Fact]:
    return {fact for fact in facts if fact[0] in kinds}


@dataclass(frozen=True)
class CaptionScores:
    """How captions compare with their scenes, in percent."""

    right: float
    exact: float
    relation: float
    things: float
    setting: float
    by_kind: dict[str, float]


def caption_scores(scenes: list[Scene], said: list[str]) -> CaptionScores:
    """Return the scores of one caption for each scene.

    Right: read back, the caption means exactly the scene. Relation: right among scenes that have
    one and whose things are all named and no others. Things: nouns, colours and counts.
    """
    right, exact, relation, things, setting = [], [], [], [], []
    kinds: dict[str, list[bool]] = defaultdict(list)
    for scene, text in zip(scenes, said, strict=True):
        truth, meant = scene.meaning, read(text) or frozenset()
        right.append(meant == truth)
        exact.append(text == scene.caption)
        kinds[scene.kind].append(meant == truth)
        setting.append(_of(meant, ("setting",)) == _of(truth, ("setting",)))
        parts = ("thing", "count", "colour")
        things.append(_of(meant, parts) == _of(truth, parts))
        if scene.content.relation and _of(meant, ("thing",)) == _of(truth, ("thing",)):
            relation.append(_of(meant, _RELATIONS) == _of(truth, _RELATIONS))
    by_kind = {kind: share(hits) for kind, hits in sorted(kinds.items())}
    return CaptionScores(
        share(right), share(exact), share(relation), share(things), share(setting), by_kind
    )


def first_right(scores: np.ndarray, scenes: list[Scene]) -> float:
    """Return R@1 in percent: `scores` (texts, pictures) of each scene's caption with each picture.

    A picture whose scene means the same as the text's counts as found.
    """
    meanings = [scene.meaning for scene in scenes]
    best = scores.argmax(1)
    return share([meanings[i] == meanings[j] for i, j in enumerate(best)])


def found(scores: np.ndarray, query: Meaning, scenes: list[Scene]) -> float | None:
    """Return precision at the number of true matches of one query; None where nothing matches.

    `scores` (pictures,): how well each picture matches.
    """
    true = np.array([query <= scene.meaning for scene in scenes])
    count = int(true.sum())
    if count == 0:
        return None
    return float(true[np.argsort(-scores)[:count]].mean())


def calibration(probability: np.ndarray, true: np.ndarray) -> dict[str, float]:
    """Return how far ITM probabilities can be trusted, in percent; both arrays (pairs,)."""
    said = probability > 0.5
    sure, unsure = probability > 0.9, probability < 0.1
    return {
        "right at 0.5": share((said == true).tolist()),
        "true where p > 0.9": share(true[sure].tolist()),
        "untrue where p < 0.1": share((~true[unsure]).tolist()),
        "share with p > 0.9 or < 0.1": share((sure | unsure).tolist()),
    }
