"""What a search should find, worked out by comparing with everything; the rules of ``searcher``."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.protocol import CheckpointRef
from gallery.catalog import Catalog
from gallery.library.query import parse
from gallery.library.ranking import LEAST_MEANING, WEIGHT_OF_WORDS

Floats = npt.NDArray[np.float32]
_EVERY = 2**62


@dataclass(frozen=True, slots=True, eq=False)
class Exhaustive:
    """Every vector as float32: ``ids`` (n,) and ``matrix`` (n, d)."""

    catalog: Catalog
    ids: npt.NDArray[np.int64]
    matrix: Floats

    @classmethod
    def of(cls, catalog: Catalog, matcher: CheckpointRef) -> "Exhaustive":
        """All vectors by a matcher."""
        ids, stored = catalog.vectors(matcher)
        matrix = np.frombuffer(stored, "<f2").astype(np.float32).reshape(len(ids), -1)
        return cls(catalog, np.asarray(ids, np.int64), matrix)

    def scores(self, text: str, vector: Floats) -> dict[int, float]:
        """The score of every hit of a query with one alternative."""
        query = parse(text)
        (wanted,) = query.alternatives
        cosines = dict(zip(self.ids.tolist(), (self.matrix @ vector).tolist(), strict=True))
        ranks: dict[int, float] = {}
        for ids, of_them in self.catalog.word_matches(wanted.text, limit=_EVERY):
            for photo_id, rank in zip(ids, of_them, strict=True):
                ranks.setdefault(photo_id, rank)
        if conditions := (*wanted.conditions, *query.conditions):
            within = set(self.catalog.ids_meeting(conditions))
            cosines = {i: cosine for i, cosine in cosines.items() if i in within}
            ranks = {i: rank for i, rank in ranks.items() if i in within}
        meaning = _meaning(cosines)
        found = {i: of_it for i, of_it in meaning.items() if of_it >= LEAST_MEANING or i in ranks}
        for photo_id, rank in ranks.items():
            found[photo_id] = found.get(photo_id, 0.0) + WEIGHT_OF_WORDS * rank
        return found


def _meaning(cosines: dict[int, float]) -> dict[int, float]:
    if not cosines:
        return {}
    numbers = np.fromiter(cosines.values(), np.float64, len(cosines))
    best, typical = numbers.max(), np.median(numbers)
    if best <= typical:
        return dict.fromkeys(cosines, 1.0 if best > 0 else 0.0)
    scaled = np.clip((numbers - typical) / (best - typical), 0.0, 1.0)
    return dict(zip(cosines, scaled.tolist(), strict=True))
