"""Captions of people and files are scored once, and only where that can be judged."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.checkpoints import DescriberSet
from engine.match_bands import MatchBands, MatchWord
from engine.protocol import CheckpointRef
from gallery.catalog import Catalog
from gallery.domain import FoundFile
from gallery.errors import KnownError
from gallery.library.checking import CheckedCaption, Checker
from gallery.library.engine_client import EngineClient
from gallery.library.events import EventBus
from tests.gallery.library import toy_engine

_REF = CheckpointRef("toy", "1", "/nowhere")
_BANDS = MatchBands(0.9, 0.5, calibrated=True)
_SET = DescriberSet("toy", _REF, _REF, False, "", "", match_bands=_BANDS)
_FOLDER = Path("/pictures")


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog.open(tmp_path / "catalog.sqlite")
    opened.add_folder(_FOLDER)
    yield opened
    opened.close()


@pytest.fixture
def checker(catalog: Catalog) -> Iterator[Callable[[DescriberSet], Checker]]:
    made: list[EngineClient] = []

    def make(chosen: DescriberSet) -> Checker:
        made.append(EngineClient(chosen, EventBus(), entry=toy_engine.serve))
        return Checker(catalog, made[-1])

    yield make
    for engine in made:
        engine.stop()


def say(catalog: Catalog, **captions: str) -> dict[str, int]:
    ids = {}
    for name, text in captions.items():
        (ids[name],) = catalog.add_files(1, [FoundFile(_FOLDER / f"{name}.jpg", 1, 1)])
        catalog.edit_caption(ids[name], text)
    return ids


def checked(checker: Checker) -> dict[str, CheckedCaption]:
    return {one.said.photo.path.stem: one for some in checker.check() for one in some}


def test_captions_are_scored_and_the_scores_are_kept(
    catalog: Catalog, checker: Callable[[DescriberSet], Checker]
) -> None:
    ids = say(catalog, dog="right", cat="wrong", odd="a zyx", bad="right too")
    found = checked(checker(_SET))
    assert {name: (one.score, one.word) for name, one in found.items()} == {
        "dog": (0.95, MatchWord.CERTAIN),
        "cat": (0.05, MatchWord.UNSURE),
        "odd": (None, MatchWord.UNSURE),
        "bad": (None, MatchWord.UNSURE),
    }
    assert [name for name, one in found.items() if one.is_mismatch] == ["cat"]
    assert found["odd"].why_not == "The matcher does not know “zyx”."
    assert found["bad"].why_not == "The file cannot be read."
    kept = catalog.photo(ids["cat"]).caption
    assert kept is not None
    assert (kept.score, kept.text) == (0.05, "wrong")


def test_what_was_scored_by_this_matcher_is_not_asked_again(
    catalog: Catalog, checker: Callable[[DescriberSet], Checker]
) -> None:
    say(catalog, dog="right", cat="wrong")
    ids = {one.photo.path.stem: one.caption.id for one in catalog.said_captions(_REF)}
    catalog.store_scores({ids["dog"]: 0.7}, matcher=_REF)
    assert checked(checker(_SET))["dog"].score == 0.7
    other = CheckpointRef("toy", "2", "/nowhere")
    assert checked(checker(replace(_SET, matcher=other)))["dog"].score == 0.95


def test_many_are_told_in_small_parts(
    catalog: Catalog, checker: Callable[[DescriberSet], Checker]
) -> None:
    say(catalog, **{f"p{number}": "right" for number in range(19)})
    parts = [len(some) for some in checker(_SET).check()]
    assert sum(parts) == 19
    assert max(parts) <= 8


def test_absent_files_and_photos_the_matcher_cannot_know_are_left_out_with_a_reason(
    catalog: Catalog, checker: Callable[[DescriberSet], Checker]
) -> None:
    ids = say(catalog, dog="right", gone="right")
    catalog.set_missing([ids["gone"]], missing=True)
    assert checked(checker(_SET))["gone"].why_not == "The file is missing."
    drawn_only = replace(_SET, knows_drawn_scenes_only=True)
    found = checked(checker(drawn_only))["dog"]
    assert (found.score, found.why_not) == (None, "“toy” knows drawn scenes only.")
    catalog.allow_sample(1)
    assert checked(checker(drawn_only))["dog"].unsure
    catalog.set_connected(1, connected=False)
    assert checked(checker(_SET))["dog"].why_not == "The folder is not connected."


def test_what_cannot_be_checked_at_all_is_told(
    catalog: Catalog, checker: Callable[[DescriberSet], Checker]
) -> None:
    say(catalog, dog="refused")
    with pytest.raises(KnownError, match="no"):
        checked(checker(_SET))
    with pytest.raises(KnownError, match="cannot tell whether a text fits"):
        checked(checker(replace(_SET, matcher=None)))
