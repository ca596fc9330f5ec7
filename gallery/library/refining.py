"""The first hits of a search held against their photos by the matcher (ITM), a few at a time.

ITC compares a photo and a text that never met; ITM looks at both together, and tells apart what
only looks alike. It costs 0.2 to 1.4 s a photo on a processor, so only the first hits are looked
at, within a few seconds, and what it says comes as it is said. What was not looked at stays where
it is.
"""

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from engine.match_bands import REFUSED_BELOW, MatchBands, MatchWord
from engine.protocol import Score, Scored
from gallery.catalog import Catalog
from gallery.catalog.finding import ALL_WORDS, UNFINISHED
from gallery.domain import Hit, Photo, SearchResult
from gallery.library.engine_client import EngineClient
from gallery.library.engine_questions import Question
from gallery.library.query import parse
from gallery.library.ranking import WEIGHT_OF_WORDS

LOOKED_AT = 30
"""How many hits are looked at, as far as time allows."""

BUDGET_S = 3.0

_PORTION_S = 0.4  # so long a person who types on may have to wait for what nobody wants any more
_LARGEST_PORTION = 8
_A_PHOTO_S = 60.0


class Verdict(StrEnum):
    """What ITM says of a hit, in words; the first three by the checkpoint's measured bands."""

    CERTAIN = "certain"
    PROBABLY = "probably"
    UNSURE = "unsure"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Judged:
    """A hit that was looked at. ``score``: the ITM probability (0..1), no percentage."""

    score: float
    verdict: Verdict


class Refiner:
    """Has hits looked at, where the describer set has a matcher that knows such photos."""

    def __init__(self, catalog: Catalog, engine: EngineClient) -> None:
        self._catalog, self._engine = catalog, engine

    @property
    def can_refine(self) -> bool:
        """Whether there is a matcher at all."""
        return self._engine.describer_set.matcher is not None

    def look(
        self,
        text: str,
        ids: Sequence[int],
        *,
        budget_s: float = BUDGET_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> "Look":
        """Begin to look at these hits of a query, the first of them first; asks nothing yet."""
        return Look(self._catalog, self._engine, text, ids[:LOOKED_AT], budget_s, clock)


class Look:
    """One look at the first hits of a query: ``step`` until it gives None; ``cancel`` at any time.

    ``step`` blocks and is called by one thread at a time; ``cancel`` may come from any.
    """

    def __init__(
        self,
        catalog: Catalog,
        engine: EngineClient,
        text: str,
        ids: Sequence[int],
        budget_s: float,
        clock: Callable[[], float],
    ) -> None:
        self._catalog, self._engine, self._clock = catalog, engine, clock
        self._texts = tuple(each.text for each in parse(text).alternatives)
        self._left = list(ids) if self._texts else []
        self._photos: dict[int, Photo] | None = None
        self._budget_s = budget_s
        self._begun_at: float | None = None
        self._a_photo_s = 0.0
        self._lock = threading.Lock()
        self._job: int | None = None
        self._cancelled = False

    def step(self) -> dict[int, Judged] | None:
        """Look at a few more; None where all were looked at, time is up or nobody can tell.

        A photo that cannot be judged (it cannot be read, or is none that the set knows) is in no
        answer.
        """
        begun = self._clock()
        self._begun_at = begun if self._begun_at is None else self._begun_at
        photos = self._portion()
        spent = begun - self._begun_at
        if not photos or self._cancelled or (spent and spent + self._a_photo_s > self._budget_s):
            return None
        answer = self._ask(photos)
        if answer is None or all(answer.unknown_words):
            self._left.clear()
            return None
        self._a_photo_s = (self._clock() - begun) / len(photos)
        return self._judged(photos, answer)

    def cancel(self) -> None:
        """Nobody wants the rest: a step under way gives None at once, and the engine stops too."""
        with self._lock:
            self._cancelled, job = True, self._job
        if job is not None:
            self._engine.cancel(job)

    def _portion(self) -> list[Photo]:
        if self._photos is None:
            self._photos = _judgeable(self._catalog, self._engine, self._left)
        many = int(_PORTION_S / self._a_photo_s) if self._a_photo_s else 1
        portion: list[Photo] = []
        while self._left and len(portion) < min(max(many, 1), _LARGEST_PORTION):
            photo = self._photos.get(self._left.pop(0))
            portion += [photo] if photo is not None else []
        return portion

    def _ask(self, photos: Sequence[Photo]) -> Scored | None:
        paths = tuple(os.fspath(photo.path) for photo in photos for _ in self._texts)
        texts = self._texts * len(photos)

        def question(job: int) -> Question:
            with self._lock:
                self._job = job
            return Score(job, texts, paths)

        answer = self._engine.request(question, timeout_s=_A_PHOTO_S * len(paths))
        with self._lock:
            self._job = None
            return answer if isinstance(answer, Scored) and not self._cancelled else None

    def _judged(self, photos: Sequence[Photo], answer: Scored) -> dict[int, Judged]:
        """The best score of each photo's alternatives."""
        bands, many = self._engine.describer_set.match_bands, len(self._texts)
        judged = {}
        for place, photo in enumerate(photos):
            scores = answer.scores[place * many : (place + 1) * many]
            known = [score for score in scores if score is not None]
            if known:
                judged[photo.id] = Judged(max(known), verdict(max(known), bands))
        return judged


def verdict(score: float, bands: MatchBands) -> Verdict:
    """An ITM probability in words."""
    if score < min(REFUSED_BELOW, bands.probably):
        return Verdict.REFUSED
    return {
        MatchWord.CERTAIN: Verdict.CERTAIN,
        MatchWord.PROBABLY: Verdict.PROBABLY,
        MatchWord.UNSURE: Verdict.UNSURE,
    }[bands.word(score)]


def is_turned_down(hit: Hit, judged: Judged | None) -> bool:
    """Whether a hit is no match after all: refused, and its own words do not say it is one."""
    refused = judged is not None and judged.verdict is Verdict.REFUSED
    return refused and hit.rank < ALL_WORDS * UNFINISHED


def rearranged(result: SearchResult, judged: Mapping[int, Judged]) -> SearchResult:
    """The hits in the order that ITM gives those it looked at; what it turned down is less likely.

    ITM's probability takes the place of meaning in the score (see ``searcher``); the places that
    were held by hits that were looked at are dealt out among these, and no other hit moves.
    """
    staying = [hit for hit in result.hits if not is_turned_down(hit, judged.get(hit.photo_id))]
    gone = [hit for hit in result.hits if is_turned_down(hit, judged.get(hit.photo_id))]
    places = [place for place, hit in enumerate(staying) if hit.photo_id in judged]
    looked_at = [_scored(staying[place], judged) for place in places]
    looked_at.sort(key=lambda hit: (-hit.score, -(hit.similarity or 0.0)))
    for place, hit in zip(places, looked_at, strict=True):
        staying[place] = hit
    return replace(
        result,
        hits=tuple(staying),
        less_likely=(*(_scored(hit, judged) for hit in gone), *result.less_likely),
    )


def _scored(hit: Hit, judged: Mapping[int, Judged]) -> Hit:
    return replace(hit, score=WEIGHT_OF_WORDS * hit.rank + judged[hit.photo_id].score)


def _judgeable(catalog: Catalog, engine: EngineClient, ids: Sequence[int]) -> dict[int, Photo]:
    """Those that are there to be read, and that this set knows something of."""
    drawn_only = engine.describer_set.knows_drawn_scenes_only
    usable = {
        folder.id
        for folder in catalog.folders()
        if folder.connected and (folder.is_sample_gallery or not drawn_only)
    }
    return {
        photo.id: photo
        for photo in catalog.photos(ids)
        if photo.folder_id in usable and not photo.missing and photo.failure is None
    }
