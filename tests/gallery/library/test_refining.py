"""The first hits are held against their photos: in portions, within a time, given up at once."""

import itertools
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.checkpoints import DescriberSet
from engine.match_bands import UNCALIBRATED, MatchBands
from engine.protocol import CheckpointRef
from gallery.catalog import Catalog
from gallery.domain import FoundFile, Hit, SearchResult
from gallery.library.engine_client import EngineClient
from gallery.library.events import EventBus
from gallery.library.refining import Judged, Look, Refiner, Verdict, rearranged, verdict
from tests.gallery.library import toy_engine

_REF = CheckpointRef("toy", "1", "/nowhere")
_BANDS = MatchBands(0.9, 0.6, calibrated=True)
_SET = DescriberSet("toy", _REF, _REF, False, "", "", match_bands=_BANDS)
_FOLDER = Path("/pictures")


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog.open(tmp_path / "catalog.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def refiner(catalog: Catalog) -> Iterator[Callable[[DescriberSet], Refiner]]:
    made: list[EngineClient] = []

    def make(chosen: DescriberSet) -> Refiner:
        made.append(EngineClient(chosen, EventBus(), entry=toy_engine.serve))
        return Refiner(catalog, made[-1])

    yield make
    for engine in made:
        engine.stop()


Make = Callable[[DescriberSet], Refiner]


def _added(catalog: Catalog, *names: str) -> list[int]:
    folder = catalog.add_folder(_FOLDER)
    return catalog.add_files(folder.id, [FoundFile(_FOLDER / f"{n}.jpg", 1, 1) for n in names])


def _all_of(look: Look) -> list[dict[int, Judged]]:
    return list(iter(look.step, None))


def test_hits_are_judged_in_words_and_come_a_few_at_a_time(catalog: Catalog, refiner: Make) -> None:
    ids = _added(catalog, "fitting", "other", "fitting too", "another")
    portions = _all_of(refiner(_SET).look("a dog", ids))
    assert len(portions[0]) == 1  # nobody knows yet how long one takes
    judged = {photo_id: each.verdict for some in portions for photo_id, each in some.items()}
    assert judged == {
        ids[0]: Verdict.CERTAIN,
        ids[1]: Verdict.REFUSED,
        ids[2]: Verdict.CERTAIN,
        ids[3]: Verdict.REFUSED,
    }
    assert list(judged) == ids


def test_what_cannot_be_read_or_is_missing_is_left_out(catalog: Catalog, refiner: Make) -> None:
    bad, gone, fine = _added(catalog, "bad", "gone", "fitting")
    catalog.set_missing([gone], missing=True)
    portions = _all_of(refiner(_SET).look("a dog", [bad, gone, fine]))
    judged = [photo_id for some in portions for photo_id in some]
    assert judged == [fine]


def test_a_text_with_words_that_the_matcher_does_not_know_is_not_judged(
    catalog: Catalog, refiner: Make
) -> None:
    ids = _added(catalog, "fitting", "other")
    assert _all_of(refiner(_SET).look("a zyx", ids)) == []
    either = _all_of(refiner(_SET).look("a zyx or right", ids))  # the other alternative is
    assert {photo_id for some in either for photo_id in some} == set(ids)
    assert {each.verdict for some in either for each in some.values()} == {Verdict.CERTAIN}


def test_it_ends_when_the_time_is_up(catalog: Catalog, refiner: Make) -> None:
    ids = _added(catalog, *(f"photo {n}" for n in range(9)))
    seconds = itertools.count()  # each look at the clock takes one: a portion lasts one second
    look = refiner(_SET).look("a dog", ids, budget_s=6, clock=lambda: float(next(seconds)))
    assert [len(some) for some in _all_of(look)] == [1, 1, 1]


def test_only_the_first_hits_are_looked_at(catalog: Catalog, refiner: Make) -> None:
    ids = _added(catalog, *(f"photo {n}" for n in range(40)))
    judged = [photo_id for some in _all_of(refiner(_SET).look("a dog", ids)) for photo_id in some]
    assert judged == ids[:30]


def test_who_waits_for_what_was_given_up_gets_nothing_at_once(
    catalog: Catalog, refiner: Make
) -> None:
    fine, ignored = _added(catalog, "fitting", "ignored")
    look = refiner(_SET).look("a dog", [fine, ignored])
    assert look.step()
    told: list[object] = []
    waiting = threading.Thread(target=lambda: told.append(look.step()))
    waiting.start()
    look.cancel()
    waiting.join(10)
    assert told == [None]
    assert look.step() is None


def test_a_set_that_knows_drawn_scenes_only_judges_no_photographs(
    catalog: Catalog, refiner: Make
) -> None:
    ids = _added(catalog, "fitting")
    drawn = DescriberSet("toy", _REF, _REF, True, "", "", match_bands=_BANDS)
    assert _all_of(refiner(drawn).look("a dog", ids)) == []


def test_without_a_matcher_nothing_can_be_refined(refiner: Make) -> None:
    assert refiner(_SET).can_refine
    assert not refiner(DescriberSet("toy", _REF, None, False, "", "")).can_refine


def test_a_score_is_refused_only_where_the_matcher_says_rather_no() -> None:
    told = [verdict(score, UNCALIBRATED) for score in (0.995, 0.95, 0.6, 0.49)]
    assert told == [Verdict.CERTAIN, Verdict.PROBABLY, Verdict.UNSURE, Verdict.REFUSED]


def _hit(photo_id: int, *, rank: float = 0.0) -> Hit:
    return Hit(photo_id, 2 * rank + 0.8, words=rank > 0, similarity=0.6, rank=rank)


def _judged(**scores: float) -> dict[int, Judged]:
    return {
        int(name.removeprefix("photo")): Judged(score, verdict(score, _BANDS))
        for name, score in scores.items()
    }


def _arranged(result: SearchResult, **scores: float) -> tuple[list[int], list[int]]:
    found = rearranged(result, _judged(**scores))
    return [hit.photo_id for hit in found.hits], [hit.photo_id for hit in found.less_likely]


def test_hits_that_were_looked_at_change_places_among_themselves() -> None:
    hits = tuple(_hit(number) for number in (1, 2, 3, 4))
    result = SearchResult("a dog", hits, (), by_meaning=True, less_likely=(_hit(9),))
    assert _arranged(result, photo1=0.7, photo3=0.99) == ([3, 2, 1, 4], [9])
    assert _arranged(result) == ([1, 2, 3, 4], [9])


def test_what_is_refused_is_less_likely_but_a_caption_with_all_the_words_stands() -> None:
    hits = (_hit(1, rank=0.9), _hit(2, rank=0.4), _hit(3), _hit(4))
    result = SearchResult("a dog", hits, (), by_meaning=True, less_likely=(_hit(9),))
    kept, less_likely = _arranged(result, photo1=0.1, photo2=0.1, photo3=0.1, photo4=0.8)
    assert kept == [1, 4]
    assert less_likely == [2, 3, 9]


def test_nothing_is_left_where_all_is_refused() -> None:
    result = SearchResult("a dog", (_hit(1), _hit(2)), (), by_meaning=True)
    assert _arranged(result, photo1=0.1, photo2=0.2) == ([], [1, 2])
