"""The best hits of a query, from roughly known cosines and exact ranks of words.

Cosines of a scan are rounded (see ``vectors``). Who could be among the best with exact ones is
looked up exactly, so the hits are those of a comparison with every vector. The typical cosine is
the median of at most ``_SAMPLED`` photos, evenly spaced: its standard error is 1.25 / sqrt(65,536),
or 0.5 %, of one standard deviation of the cosines, where the best of a million is about 5 away.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gallery.domain import Hit
from gallery.library.vector_file import Ids
from gallery.library.vectors import ALL_EXACT, Similarities, nearest

#: Where the tail is cut that has no word in common with the query; see ``searcher``.
LEAST_MEANING = 0.6
WEIGHT_OF_WORDS = 2.0
_SAMPLED = 65_536
#: Who may be among the best is looked up; of very many that are alike, only so many.
_MOST_LOOKED_UP = 2_000

Weights = npt.NDArray[np.float64]
#: Exact cosines of photos; those without a vector are left out.
Exact = Callable[[Ids], Similarities]


@dataclass(frozen=True, slots=True, eq=False)
class WordRanks:
    """Photos that have words of the query, each once, with a rank (0..1]."""

    ids: Ids
    ranks: Weights


@dataclass(frozen=True, slots=True)
class _Scale:
    """What a cosine means in this collection: 0 for a typical photo, 1 for the nearest."""

    typical: float
    best: float

    def meaning(self, cosines: npt.NDArray[np.floating]) -> Weights:
        if self.best <= self.typical:  # one photo, or all alike: nothing is nearer than the rest
            return np.full(len(cosines), 1.0 if self.best > 0 else 0.0)
        scaled = (cosines.astype(np.float64) - self.typical) / (self.best - self.typical)
        return np.clip(scaled, 0.0, 1.0, out=scaled)

    def cosine(self, meaning: float) -> float:
        """From which cosine on something has at least this meaning."""
        if self.best <= self.typical:
            return -np.inf if self.best > 0 else np.inf
        return self.typical + meaning * (self.best - self.typical)


@dataclass(frozen=True, slots=True, eq=False)
class _Candidates:
    """Columns of equal length; ``cosines`` is NaN for a photo without a vector."""

    ids: Ids
    words: Weights
    cosines: Weights

    def only(self, which: npt.NDArray[np.bool_] | Ids) -> "_Candidates":
        return _Candidates(self.ids[which], self.words[which], self.cosines[which])

    def scores(self, scale: _Scale) -> Weights:
        meaning = np.nan_to_num(scale.meaning(self.cosines), nan=0.0)
        meaning[np.isnan(self.cosines)] = 0.0
        scores: Weights = meaning + WEIGHT_OF_WORDS * self.words
        return scores


def best_hits(similar: Similarities, words: WordRanks, limit: int, exact: Exact) -> tuple[Hit, ...]:
    """At most ``limit`` hits, best first; of equal ones the photo that came first."""
    if limit <= 0:
        return ()
    if similar.margin and len(similar.ids) <= ALL_EXACT:  # few that meet the conditions
        similar = exact(similar.ids)
    scale = _scale(similar, exact)
    found = _candidates(similar, words, scale)
    found = _promising(found, scale, similar.margin, limit)
    found = _looked_up(found, exact) if similar.margin else found
    scores = found.scores(scale)
    kept = (found.words > 0) | (found.cosines >= scale.cosine(LEAST_MEANING))
    found, scores = found.only(kept), scores[kept]
    order = np.lexsort((found.ids, -scores))[:limit]
    return tuple(
        Hit(
            photo_id=int(found.ids[i]),
            score=float(scores[i]),
            words=bool(found.words[i] > 0),
            similarity=None if np.isnan(found.cosines[i]) else float(found.cosines[i]),
            rank=float(found.words[i]),
        )
        for i in order
    )


def _scale(similar: Similarities, exact: Exact) -> _Scale:
    if not len(similar.ids):
        return _Scale(0.0, 0.0)
    step = -(-len(similar.cosines) // _SAMPLED)
    typical = float(np.median(similar.cosines[::step]))
    if not similar.margin:
        return _Scale(typical, float(similar.cosines.max()))
    nearly = nearest(similar, 1)[:_MOST_LOOKED_UP]
    best = float(exact(similar.ids[nearly]).cosines.max(initial=-1.0))
    if best - typical <= similar.margin:  # alike, as far as the rounded ones tell
        typical = best
    return _Scale(typical, best)


def _candidates(similar: Similarities, words: WordRanks, scale: _Scale) -> _Candidates:
    """All with a word, and all that may have enough meaning."""
    room = 1 + int(max(similar.ids.max(initial=0), words.ids.max(initial=0)))
    rank_of = np.zeros(room, np.float32)  # by photo id: much quicker than looking each up
    rank_of[words.ids] = words.ranks
    of_words = rank_of[similar.ids]
    likely = similar.cosines >= scale.cosine(LEAST_MEANING) - similar.margin
    kept = np.flatnonzero((of_words > 0) | likely)
    rank_of[similar.ids] = 0  # those with a vector are done
    without = rank_of[words.ids] > 0
    cosines = similar.cosines[kept].astype(np.float64)
    return _Candidates(
        np.concatenate([similar.ids[kept], words.ids[without]]),
        np.concatenate([of_words[kept].astype(np.float64), words.ranks[without]]),
        np.concatenate([cosines, np.full(int(without.sum()), np.nan)]),
    )


def _promising(found: _Candidates, scale: _Scale, margin: float, limit: int) -> _Candidates:
    """Those that may be among the best ``limit``."""
    if len(found.ids) <= limit:
        return found
    scores = found.scores(scale)
    last = -np.partition(-scores, limit - 1)[limit - 1]
    wide = 2 * margin / (scale.best - scale.typical) if scale.best > scale.typical else 0.0
    kept = np.flatnonzero(scores >= last - wide)
    most = max(_MOST_LOOKED_UP, 2 * limit)
    if len(kept) > most:
        kept = kept[np.lexsort((found.ids[kept], -scores[kept]))[:most]]
    return found.only(kept)


def _looked_up(found: _Candidates, exact: Exact) -> _Candidates:
    """The same with exact cosines."""
    rough = ~np.isnan(found.cosines)
    known = exact(found.ids[rough])
    order = np.argsort(known.ids)
    places = np.searchsorted(known.ids, found.ids, sorter=order)
    places = order[np.minimum(places, len(order) - 1)] if len(order) else np.zeros(0, np.int64)
    cosines = np.full(len(found.ids), np.nan)
    if len(order):
        same = known.ids[places] == found.ids
        cosines[same] = known.cosines[places[same]]
    return _Candidates(found.ids, found.words, cosines)
