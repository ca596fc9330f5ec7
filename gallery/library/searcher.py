"""From a query to hits: words and meaning weighed together.

A hit's score is ``meaning + 2 * words``:

- ``meaning`` (0..1) is how near the photo's ITC vector is to the query's, on this collection's own
  scale: 0 for a typical photo (the median cosine), 1 for the nearest. Cosines of BLIP are bunched
  (about 0.1 to 0.5, elsewhere for every checkpoint and query), so the bare number says little;
  where it lies between typical and best says more.
- ``words`` is the rank of ``Catalog.ids_with_words``: 1.0 for the words as written, 0.9 for all of
  them (0.8 times that where the last is unfinished), up to 0.5 for some, 0 for none.

So a caption that has all the words always stands before what only looks like it: a person who types
a caption's words means that caption, and one or two words are little for ITC, which learned from
sentences. Among equal captions the nearer photo comes first, and where only some of the words match
both have their say.

The tail: without a matching word a photo is a hit only from ``LEAST_MEANING`` on, counted from
typical to best. That is relative, and where nothing fits the least bad would still be shown. So
where a floor was measured for the matcher (a cosine; see ``engine.training``), what lies below it
is told apart as less likely, and there may be nothing above it.
"""

import threading
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.protocol import CheckpointRef
from gallery.catalog import Catalog
from gallery.domain import Hit, SearchResult
from gallery.library.query import Alternative, Query, parse
from gallery.library.text_vector import TextVector
from gallery.library.vectors import Floats, Ids, Similarities, Vectors, numbers_of

#: Where the tail is cut that has no word in common with the query; see above.
LEAST_MEANING = 0.6
_WEIGHT_OF_WORDS = 2.0

_MOST_WORD_MATCHES = 1_000_000
_MOST_HITS, _MOST_LISTED = 500, 10_000
_Weights = npt.NDArray[np.float64]


class Searcher:
    """Answers queries from any thread; a call whose answer nobody waits for does no harm."""

    def __init__(
        self,
        catalog: Catalog,
        embed_text: Callable[[str], TextVector | None],
        matcher: CheckpointRef | None = None,
        *,
        floor: float | None = None,
    ) -> None:
        """``embed_text`` gives a query's vector by ``matcher``, None while no engine can.

        ``floor``: the cosine from which this matcher's likeness means something.
        """
        self._floor = floor
        self._catalog = catalog
        self._embed_text = embed_text
        self._lock = threading.Lock()
        self._vectors = Vectors(catalog, matcher) if matcher else None
        self._seen: int | None = None

    def use_matcher(self, matcher: CheckpointRef | None, *, floor: float | None = None) -> None:
        """Search the vectors of this matcher from now on; None: words only."""
        with self._lock:
            self._floor = floor
            if matcher != (self._vectors.matcher if self._vectors is not None else None):
                self._vectors = Vectors(self._catalog, matcher) if matcher else None
                self._seen = None

    def refresh(self) -> None:
        """Take in new vectors now, so that the next search need not."""
        with self._lock:
            self._catch_up()

    def near(self, vector: Floats, limit: int) -> Similarities:
        """The ``limit`` photos nearest to a unit vector (d,), best first; their exact cosines.

        Empty where there is no matcher, or no vector of this size by it.
        """
        with self._lock:
            self._catch_up()
            similar = self._vectors.similarities(vector) if self._vectors else None
        if similar is None or limit <= 0:
            return Similarities(np.zeros(0, np.int64), np.zeros(0, np.float32))
        order = np.lexsort((similar.ids, -similar.cosines))[:limit]
        return Similarities(similar.ids[order], similar.cosines[order])

    def vector_of(self, photo_id: int) -> Floats | None:
        """The vector (d,) of a photo by the matcher in use; None where it has none."""
        with self._lock:
            matcher = self._vectors.matcher if self._vectors is not None else None
        stored = self._catalog.vector(matcher, photo_id) if matcher else None
        return None if stored is None else numbers_of(stored)

    def by_words(self, text: str, *, limit: int | None = None) -> SearchResult:
        """What the words of captions and file names find: at once, without an engine.

        What can be asked besides words: see ``query``. ``limit``: hits at most (None: as many as
        anybody looks through).
        """
        query = parse(text)
        if not query.alternatives:
            return self._listed(text, query, limit)
        most = _MOST_HITS if limit is None else limit
        parts = [self._by_words(each, query, most) for each in query.alternatives]
        return self._together(text, query, parts, most)

    def search(self, text: str, *, limit: int | None = None) -> SearchResult:
        """What words and meaning find together, best first. Waits for the engine's vector.

        Without a vector (no engine, no matcher, no word that it knows) the words alone decide.
        """
        query = parse(text)
        if not query.alternatives:
            return self._listed(text, query, limit)
        most = _MOST_HITS if limit is None else limit
        parts = [self._search(each, query, most) for each in query.alternatives]
        return self._together(text, query, parts, most)

    def _listed(self, text: str, query: Query, limit: int | None) -> SearchResult:
        """Photos that meet conditions, where nothing else was asked."""
        ids = self._catalog.ids_meeting(query.conditions) if query.conditions else ()
        some = ids[: _MOST_LISTED if limit is None else limit]
        hits = tuple(Hit(photo_id, 0.0, words=False, similarity=None) for photo_id in some)
        return SearchResult(text, hits, (), False, in_order=True, problems=query.problems)

    def _by_words(self, wanted: Alternative, query: Query, limit: int) -> SearchResult:
        within = self._within(wanted, query)
        most = limit if within is None else _MOST_WORD_MATCHES
        found = self._catalog.ids_with_words(wanted.text, limit=most)
        allowed = None if within is None else set(within.tolist())
        hits = tuple(
            Hit(photo_id, _WEIGHT_OF_WORDS * rank, words=True, similarity=None)
            for photo_id, rank in found
            if allowed is None or photo_id in allowed
        )
        return SearchResult(wanted.text, hits[:limit], unknown_words=(), by_meaning=False)

    def _search(self, wanted: Alternative, query: Query, limit: int) -> SearchResult:
        asked = self._embed_text(wanted.text)
        unknown = asked.unknown_words if asked else ()
        similar = self._similarities(asked) if asked else None
        if similar is None:
            hits = self._by_words(wanted, query, limit).hits
            return SearchResult(wanted.text, hits, unknown, by_meaning=False)
        words = _ranked_once(self._catalog.word_matches(wanted.text, limit=_MOST_WORD_MATCHES))
        within = self._within(wanted, query)
        if within is not None:
            similar = _only(similar, within)
            there = np.isin(words[0], within)
            words = words[0][there], words[1][there]
        hits = _best(_weigh(similar, *words), limit)
        return SearchResult(wanted.text, hits, unknown, by_meaning=True)

    def _together(
        self, text: str, query: Query, parts: Sequence[SearchResult], limit: int
    ) -> SearchResult:
        """The hits of all alternatives, each photo once with its best score, likely ones apart."""
        best: dict[int, Hit] = {}
        for hit in (hit for part in parts for hit in part.hits):
            known = best.get(hit.photo_id)
            if known is None or hit.score > known.score:
                best[hit.photo_id] = hit
        hits = list(best.values())
        if len(parts) > 1:
            hits.sort(key=lambda hit: (-hit.score, hit.photo_id))
        unknown = dict.fromkeys(word for part in parts for word in part.unknown_words)
        return SearchResult(
            text,
            tuple(hit for hit in hits[:limit] if self._is_likely(hit)),
            tuple(unknown),
            by_meaning=any(part.by_meaning for part in parts),
            less_likely=tuple(hit for hit in hits[:limit] if not self._is_likely(hit)),
            problems=query.problems,
        )

    def _is_likely(self, hit: Hit) -> bool:
        if self._floor is None or hit.words or hit.similarity is None:
            return True
        return hit.similarity >= self._floor

    def _within(self, wanted: Alternative, query: Query) -> Ids | None:
        """The photos that meet every condition; None where there is none."""
        conditions = (*wanted.conditions, *query.conditions)
        return np.asarray(self._catalog.ids_meeting(conditions), np.int64) if conditions else None

    def _similarities(self, query: TextVector) -> Similarities | None:
        with self._lock:
            self._catch_up()
            return self._vectors.similarities(query.vector) if self._vectors else None

    def _catch_up(self) -> None:
        token = self._catalog.version_token()
        if self._vectors is not None and token != self._seen:
            self._vectors.refresh()
            self._seen = token


@dataclass(frozen=True, slots=True, eq=False)
class _Candidates:
    """Columns of equal length; ``cosines`` is NaN for a photo without a vector."""

    ids: Ids
    scores: _Weights
    words: _Weights
    cosines: _Weights


def _only(similar: Similarities, within: Ids) -> Similarities:
    there = np.isin(similar.ids, within)
    return Similarities(similar.ids[there], similar.cosines[there])


def _ranked_once(groups: "list[tuple[array[int], array[float]]]") -> tuple[Ids, _Weights]:
    """Each photo once, ids ascending, with the rank of the best group it is in."""
    if not groups:
        return np.zeros(0, np.int64), np.zeros(0)
    ids = np.concatenate([np.asarray(ids, np.int64) for ids, _ in groups])
    ranks = np.concatenate([np.asarray(ranks, np.float64) for _, ranks in groups])
    # np.unique gives the first place of each id, and better groups come first.
    once, first = np.unique(ids, return_index=True)
    return once, ranks[first]


def _weigh(similar: Similarities, word_ids: Ids, ranks: _Weights) -> _Candidates:
    if len(similar.ids) == 0:
        nothing = np.full(len(word_ids), np.nan)
        return _Candidates(word_ids, _WEIGHT_OF_WORDS * ranks, ranks, nothing)
    order = np.argsort(similar.ids, kind="stable")  # quick where they are in order already
    ids, cosines = similar.ids[order], similar.cosines[order].astype(np.float64)
    places = np.searchsorted(ids, word_ids)
    known = ids[np.minimum(places, len(ids) - 1)] == word_ids
    of_words = np.zeros(len(ids))
    of_words[places[known]] = ranks[known]
    meaning = _meaning(cosines)
    kept = (meaning >= LEAST_MEANING) | (of_words > 0)
    without = np.full(int((~known).sum()), np.nan)
    of_all = np.concatenate([of_words[kept], ranks[~known]])
    return _Candidates(
        ids=np.concatenate([ids[kept], word_ids[~known]]),
        scores=np.concatenate([meaning[kept], np.zeros(len(without))]) + _WEIGHT_OF_WORDS * of_all,
        words=of_all,
        cosines=np.concatenate([cosines[kept], without]),
    )


def _meaning(cosines: _Weights) -> _Weights:
    best, typical = cosines.max(), np.median(cosines)
    if best <= typical:  # one photo, or all alike: nothing is nearer than the rest
        return np.full(len(cosines), 1.0 if best > 0 else 0.0)
    scaled: _Weights = np.clip((cosines - typical) / (best - typical), 0.0, 1.0)
    return scaled


def _best(found: _Candidates, limit: int) -> tuple[Hit, ...]:
    if len(found.ids) == 0 or limit <= 0:
        return ()
    order = np.arange(len(found.ids))
    if limit < len(order):
        order = np.argpartition(-found.scores, limit - 1)[:limit]
    order = order[np.lexsort((found.ids[order], -found.scores[order]))]
    return tuple(
        Hit(
            photo_id=int(found.ids[i]),
            score=float(found.scores[i]),
            words=bool(found.words[i] > 0),
            similarity=None if np.isnan(found.cosines[i]) else float(found.cosines[i]),
        )
        for i in order
    )
