"""Questions by the real commands, in the real engine process, with a real set of checkpoints."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.answerers import make_answering_set

_ROOT = Path(__file__).parents[2]
_SAMPLE_PHOTO = next((_ROOT / "resources" / "samples").rglob("*.jpg"))


@pytest.fixture(scope="module")
def answering_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_answering_set(tmp_path_factory.mktemp("sets") / "asking")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "good.jpg"
    Image.linear_gradient("L").convert("RGB").save(path)
    return path


def _run(*words: str | Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, *map(str, words)]
    return subprocess.run(
        command, cwd=_ROOT, env=dict(os.environ), capture_output=True, text=True, timeout=120
    )


def test_the_command_weighs_choices_and_says_that_it_guesses(
    answering_set: Path, photo: Path
) -> None:
    words = ("what colour is the car?", "--choice", "red", "--choice", "blue")
    done = _run("-m", "gallery", "ask", photo, *words, "--checkpoint", answering_set, "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert {answer["text"] for answer in said["answers"]} == {"red", "blue"}
    assert sum(answer["probability"] for answer in said["answers"]) == pytest.approx(1, abs=1e-4)
    assert said["is_guess"] is True
    assert said["unsure"] is True
    assert said["answered_by"] == "sample answerer"
    assert said["settings"] == "choices"
    assert said["path"] == str(photo)


def test_in_text_each_answer_is_a_guess_and_unknown_words_are_told(answering_set: Path) -> None:
    asked = "is there a zeppelin?"
    done = _run("-m", "gallery", "ask", _SAMPLE_PHOTO, asked, "--checkpoint", answering_set)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    likelier, other = (line.split("\t")[1] for line in lines)
    how_sure = "(almost certain|probably right|unsure)"
    assert re.fullmatch(f"a guess, {how_sure}: (yes|no)", likelier)
    assert re.fullmatch("a guess: (yes|no)", other)
    assert "does not know “zeppelin”" in done.stderr


def test_what_a_picture_does_not_show_is_none() -> None:
    photo = next(path for path in sorted(_SAMPLE_PHOTO.parent.glob("*.jpg")))
    done = _run("-m", "gallery", "ask", photo, "how many penguins are there?", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["answers"][0]["text"] == "none"
    assert said["sure"] in ("certain", "probably")
    assert said["may_not_show"] is None


def test_a_photo_that_is_gone_is_a_sentence(answering_set: Path, tmp_path: Path) -> None:
    gone = tmp_path / "gone.jpg"
    done = _run("-m", "gallery", "ask", gone, "what is it?", "--checkpoint", answering_set)
    assert done.returncode == 2
    assert "cannot be read" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_engine_alone_answers_too(answering_set: Path, photo: Path) -> None:
    words = ("--ask", "how many dogs are there?", "--checkpoint", answering_set)
    done = _run("-m", "engine", photo, *words)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{photo}: a guess: ")
    choices = _run("-m", "engine", photo, *words, "--choice", "two", "--choice", "three")
    assert re.search(r"two \([01]\.\d\d\)", choices.stdout)
    assert re.search(r"three \([01]\.\d\d\)", choices.stdout)


def test_a_set_without_an_answerer_says_so(answering_set: Path, photo: Path) -> None:
    bare = answering_set.parent / "bare"
    bare.mkdir()
    for path in answering_set.iterdir():
        if path.is_file():
            (bare / path.name).symlink_to(path)
    done = _run("-m", "engine", photo, "--ask", "what is it?", "--checkpoint", bare)
    assert done.returncode == 2
    assert "answers no questions" in done.stderr
    done = _run("-m", "gallery", "ask", photo, "what is it?", "--checkpoint", bare)
    assert done.returncode == 2
    assert "answers no questions" in done.stderr
