"""Why a photo is among the hits of a search: which of its words, and how much it looks like it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from gallery.catalog import Catalog
from gallery.domain import FoundWords, Hit, SearchResult
from gallery.library.query import parse

#: From here on, between the floor (0) and the nearest photo of this search (1), it is the nearest.
_NEAREST = 0.9


class Likeness(StrEnum):
    """What an ITC cosine says in words; "like" and "a little" only where a floor was measured."""

    NEAREST = "nearest"
    LIKE = "like"
    MORE_THAN_MOST = "more than most"
    A_LITTLE = "a little"


@dataclass(frozen=True, slots=True)
class Why:
    """What speaks for a hit. ``conditions``: it meets what was asked of it besides words."""

    words: FoundWords = field(default_factory=FoundWords)
    likeness: Likeness | None = None
    conditions: bool = False


class Reasons:
    """Tells why. Blocks (the full text is asked): for the photos in sight, not for all hits."""

    def __init__(self, catalog: Catalog, floor: float | None) -> None:
        """``floor``: the cosine from which likeness means something; None: never measured."""
        self._catalog, self._floor = catalog, floor

    def of(self, result: SearchResult, ids: Sequence[int]) -> dict[int, Why]:
        """Why each of these photos is a hit; those that are none are left out."""
        query = parse(result.text)
        hits = (*result.hits, *result.less_likely)
        cosines = [hit.similarity for hit in hits if hit.similarity is not None]
        best = max(cosines, default=0.0)
        wanted = set(ids)
        there = [hit for hit in hits if hit.photo_id in wanted]
        texts = [alternative.text for alternative in query.alternatives]
        found = self._catalog.found_words(
            texts, [hit.photo_id for hit in there if hit.words or hit.rank]
        )
        conditions = bool(query.conditions)
        return {
            hit.photo_id: Why(
                found.get(hit.photo_id, FoundWords()),
                likeness(hit, floor=self._floor, best=best),
                conditions,
            )
            for hit in there
        }


def likeness(hit: Hit, *, floor: float | None, best: float) -> Likeness | None:
    """How much a hit looks like it, None where nothing can be said of that.

    ``best``: the highest cosine of this search. Without a measured floor all that is known is that
    a hit without a matching word is nearer than most photos of the collection: else it were none.
    """
    if hit.similarity is None:
        return None
    if floor is None:
        return None if hit.words else Likeness.MORE_THAN_MOST
    if hit.similarity < floor:
        return None if hit.words else Likeness.A_LITTLE
    nearest = hit.similarity - floor >= _NEAREST * (best - floor)
    return Likeness.NEAREST if nearest else Likeness.LIKE
