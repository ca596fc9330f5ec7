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
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

from engine.protocol import CheckpointRef
from gallery.catalog import Catalog
from gallery.domain import Hit, SearchResult
from gallery.library.narrowing import Narrowing
from gallery.library.query import Alternative, Query, parse
from gallery.library.ranking import WEIGHT_OF_WORDS, WordRanks, best_hits
from gallery.library.text_vector import TextVector
from gallery.library.vector_file import Floats, Parts
from gallery.library.vectors import Similarities, Vectors, nearest, numbers_of

_EVERY = 2**62
_MOST_HITS, _MOST_LISTED = 500, 10_000


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
        self._narrowing = Narrowing(catalog)
        self._writer: threading.Thread | None = None

    def close(self) -> None:
        """Wait for what is being written beside the catalog."""
        if self._writer is not None:
            self._writer.join()

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
        vectors, similar = self._similarities(vector)
        if vectors is None or similar is None or limit <= 0:
            return Similarities.none()
        if similar.margin:
            similar = vectors.exact(similar.ids[nearest(similar, limit)], vector)
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
        conditions = (*wanted.conditions, *query.conditions)
        most = _EVERY if conditions else limit
        words = _ranked_once(self._catalog.word_matches(wanted.text, limit=most))
        met = self._narrowing.meeting(conditions, words.ids)
        found = zip(words.ids[met][:limit].tolist(), words.ranks[met][:limit].tolist(), strict=True)
        hits = tuple(
            Hit(photo_id, WEIGHT_OF_WORDS * rank, words=True, similarity=None, rank=rank)
            for photo_id, rank in found
        )
        return SearchResult(wanted.text, hits, unknown_words=(), by_meaning=False)

    def _search(self, wanted: Alternative, query: Query, limit: int) -> SearchResult:
        asked = self._embed_text(wanted.text)
        unknown = asked.unknown_words if asked else ()
        if asked is None:
            hits = self._by_words(wanted, query, limit).hits
            return SearchResult(wanted.text, hits, unknown, by_meaning=False)
        with ThreadPoolExecutor(1, thread_name_prefix="search") as beside:
            groups = beside.submit(self._catalog.word_matches, wanted.text, limit=_EVERY)
            vectors, similar = self._similarities(asked.vector)
        words = _ranked_once(groups.result())
        if vectors is None or similar is None:
            hits = self._by_words(wanted, query, limit).hits
            return SearchResult(wanted.text, hits, unknown, by_meaning=False)
        if conditions := (*wanted.conditions, *query.conditions):
            met = self._narrowing.meeting(conditions, similar.ids)
            similar = Similarities(similar.ids[met], similar.cosines[met], similar.margin)
            met = self._narrowing.meeting(conditions, words.ids)
            words = WordRanks(words.ids[met], words.ranks[met])
        hits = best_hits(similar, words, limit, partial(vectors.exact, query=asked.vector))
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

    def _similarities(self, query: Floats) -> tuple[Vectors | None, Similarities | None]:
        """How near every photo is, and the vectors to ask for exact cosines."""
        with self._lock:
            self._catch_up()
            vectors = self._vectors
            similar = vectors.similarities(query) if vectors is not None else None
        if similar is not None:
            listed = self._narrowing.listed(similar.ids)
            if not listed.all():
                similar = Similarities(similar.ids[listed], similar.cosines[listed], similar.margin)
        return vectors, similar

    def _catch_up(self) -> None:
        token = self._catalog.version_token()
        if self._vectors is not None and token != self._seen:
            self._vectors.refresh()
            self._seen = token
            self._write_soon(self._vectors)

    def _write_soon(self, vectors: Vectors) -> None:
        """Write what is held in memory into its file beside searches, where it has become much."""
        writing = self._writer is not None and self._writer.is_alive()
        if not writing and vectors.wants_writing:
            parts = vectors.to_write()
            self._writer = threading.Thread(
                target=self._write, args=(vectors, parts), name="vector file", daemon=True
            )
            self._writer.start()

    def _write(self, vectors: Vectors, parts: Parts) -> None:
        file = vectors.write(parts)
        with self._lock:
            vectors.written(file)
            self._seen = None


def _ranked_once(groups: "list[tuple[array[int], array[float]]]") -> WordRanks:
    """Each photo once, with the rank of the best group it is in, which comes first."""
    ids, ranks = np.zeros(0, np.int64), np.zeros(0)
    for more, of_more in groups:
        new = np.asarray(more, np.int64)
        there = ~np.isin(new, ids, kind="table")
        ids = np.concatenate([ids, new[there]])
        ranks = np.concatenate([ranks, np.asarray(of_more, np.float64)[there]])
    return WordRanks(ids, ranks)
