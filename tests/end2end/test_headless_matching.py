"""Candidates and checks by the real command, with the sample checkpoint on its own scenes."""

import json
import shutil
from pathlib import Path

import pytest

from tests.end2end.test_headless import run

_SAMPLES = Path(__file__).parents[2] / "resources" / "samples" / "Beach trip"
_WORDS = {"certain", "probably", "unsure"}


class Checked:
    """Three drawn scenes in a catalog: one told rightly, one wrongly, one in unknown words."""

    def __init__(self, base: Path) -> None:
        self.home, self.folder = base / "home", base / "photos"
        self.folder.mkdir()
        names = ("IMG_0032.jpg", "IMG_0020.jpg", "IMG_0012.jpg")  # turtles, a boat, a crab
        for name in names:
            shutil.copy(_SAMPLES / name, self.folder)
        self.right, self.wrong, self.unknown = (self.folder / name for name in names)
        run("index", self.folder, "--checkpoint", "sample", home=self.home)
        for photo, text in (
            (self.right, "two turtles on a beach"),
            (self.wrong, "two red cats in a room"),
            (self.unknown, "Grandmother's crab"),
        ):
            run("edit", photo, "--caption", text, home=self.home)


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    return Checked(tmp_path_factory.mktemp("matching"))


def test_check_lists_what_does_not_fit_and_changes_no_caption(checked: Checked) -> None:
    done = run("check", "--json", home=checked.home)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["checked_by"], told["checked"]) == ("sample", 2)
    assert told["certain"] + told["probably"] + len(told["mismatches"]) == 2
    worst = told["mismatches"][0]
    assert worst["path"] == str(checked.wrong)
    assert (worst["caption"], worst["origin"]) == ("two red cats in a room", "person")
    assert (worst["match"], worst["unsure"]) == ("unsure", True)
    assert worst["score"] < 0.2
    (left_out,) = told["not_checked"]
    assert left_out["path"] == str(checked.unknown)
    assert "Grandmother's" in left_out["reason"]
    assert "2 captions by people and files checked" in done.stderr
    found = json.loads(run("search", "cats", "--json", home=checked.home).stdout)
    assert found["hits"][0]["caption"] == "two red cats in a room"


def test_check_in_lines_is_worst_first_and_takes_folders(checked: Checked) -> None:
    done = run("check", checked.folder, home=checked.home)
    first = done.stdout.splitlines()[0].split("\t")
    assert first[1:] == [str(checked.wrong), "two red cats in a room", "person (unsure)"]
    scores = [float(line.split("\t")[0]) for line in done.stdout.splitlines()]
    assert scores == sorted(scores)
    elsewhere = run("check", checked.folder.parent / "elsewhere", home=checked.home)
    assert elsewhere.returncode == 2
    assert "is not in the catalog" in elsewhere.stderr


def test_caption_with_candidates_keeps_the_best_and_lists_the_others(checked: Checked) -> None:
    arguments = ["caption", checked.wrong, checked.folder / "absent.jpg", "--candidates", "4"]
    done = run(*arguments, "--checkpoint", "sample", "--json", home=checked.home)
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert isinstance(told["match_calibrated"], bool)
    row, absent = told["photos"]
    assert absent["failure"]
    wordings = [row, *row["alternates"]]
    assert 2 <= len(wordings) <= 5
    scores = [one["score"] for one in wordings]
    assert scores == sorted(scores, reverse=True)
    assert {one["match"] for one in wordings} <= _WORDS
    assert {one["settings"] for one in wordings} == {"beam 3", "nucleus 0.9, seed 0"}
    lines = run(*arguments, "--checkpoint", "sample", home=checked.home).stdout.splitlines()
    assert [line.split("\t")[1] for line in lines] == [str(checked.wrong)] * len(wordings)
    assert [line.split("\t")[3] for line in lines] == [one["match"] for one in wordings]
