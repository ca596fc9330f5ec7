"""The real command in a process of its own, with the real engine and the sample checkpoint."""

import array
import json
import os
import signal
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess

import psutil
import pytest
from PIL import Image, ImageDraw

TIMEOUT_S = 150


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "gallery", *(str(item) for item in arguments)]


def run(*arguments: str | Path, home: Path, text: bool = True) -> CompletedProcess[str]:
    environment = dict(os.environ, PHOTO_NARRATOR_HOME=str(home))
    environment.pop("DISPLAY", None)
    environment.pop("QT_QPA_PLATFORM", None)
    return subprocess.run(
        command(*arguments), capture_output=True, text=text, env=environment, timeout=TIMEOUT_S
    )


def make_photos(folder: Path, count: int) -> list[Path]:
    folder.mkdir(parents=True)
    paths = []
    for number in range(count):
        image = Image.new("RGB", (320, 240), (40 + number * 30 % 200, 120, 160))
        ImageDraw.Draw(image).ellipse((60 + number * 9, 50, 200 + number * 9, 190), fill="orange")
        paths.append(folder / f"photo {number}.jpg")
        image.save(paths[-1])
    return paths


class Indexed:
    """A folder indexed once by the real command, with one file that is no photo."""

    def __init__(self, base: Path) -> None:
        self.home, self.folder = base / "home", base / "photos"
        self.photos = make_photos(self.folder, 4)
        (self.folder / "text.jpg").write_text("not a photo")
        self.listed = run("index", self.folder, home=self.home)
        self.done = run("index", self.folder, "--checkpoint", "sample", "--json", home=self.home)


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Indexed:
    return Indexed(tmp_path_factory.mktemp("headless"))


def test_without_a_checkpoint_for_photographs_index_lists_and_says_what_is_missing(
    indexed: Indexed,
) -> None:
    done = indexed.listed
    assert "5 photos, 0 with a caption, 1 failed" in done.stdout
    assert "text.jpg: The file holds no picture" in done.stdout
    assert "--checkpoint sample" in done.stderr
    assert "Describing" not in done.stderr


def test_index_with_the_sample_describes_and_counts_what_failed(indexed: Indexed) -> None:
    assert indexed.done.returncode == 1, indexed.done.stderr
    told = json.loads(indexed.done.stdout)
    assert told["described_by"] == "sample"
    (folder,) = told["folders"]
    assert (folder["photos"], folder["captioned"], folder["embedded"]) == (5, 4, 4)
    (failure,) = told["failures"]
    assert failure["reason"] == "unsupported"
    assert "Describing photos" in indexed.done.stderr


def test_search_compares_content_marks_the_unsure_and_names_unknown_words(
    indexed: Indexed,
) -> None:
    done = run("search", "a cat zyzzyva", "--limit", "3", "--json", home=indexed.home)
    told = json.loads(done.stdout)
    assert done.returncode == 0
    assert told["by_meaning"] is True
    assert told["unknown_words"] == ["zyzzyva"]
    assert 1 <= len(told["hits"]) <= 3
    assert all(hit["unsure"] and hit["origin"] == "model" for hit in told["hits"])
    assert "does not know “zyzzyva”" in done.stderr


def test_an_edited_caption_is_found_and_told_aloud(indexed: Indexed, tmp_path: Path) -> None:
    photo, out = indexed.photos[2], tmp_path / "told.wav"
    edited = run("edit", photo, "--caption", "Grandmother's quince tree", home=indexed.home)
    assert edited.returncode == 0, edited.stderr
    found = run("search", "quince", home=indexed.home)
    assert found.stdout.splitlines()[0].split("\t")[1:] == [
        str(photo), "Grandmother's quince tree", "“quince” in its caption",
    ]  # fmt: skip
    told = run("narrate", photo, "--out", out, home=indexed.home)
    assert told.returncode == 0, told.stderr
    with wave.open(str(out)) as file:
        assert 1.0 < file.getnframes() / file.getframerate() < 6.0
        samples = array.array("h", file.readframes(file.getnframes()))
    loudness = (sum(value * value for value in samples) / len(samples)) ** 0.5 / 32768
    assert loudness > 0.02


def test_status_tells_how_it_stands_and_starts_nothing(indexed: Indexed) -> None:
    told = json.loads(run("status", "--json", home=indexed.home).stdout)
    assert (told["photos"], told["captioned"], told["failed"]) == (5, 4, 1)
    assert (told["to_describe"], told["being_indexed"]) == (0, False)
    assert told["folders"][0]["path"] == str(indexed.folder)


def test_caption_prints_in_order_fails_by_photo_and_stores_nothing(
    indexed: Indexed, tmp_path: Path
) -> None:
    home = tmp_path / "untouched"
    files = [indexed.photos[1], tmp_path / "absent.jpg", indexed.photos[0]]
    done = run("caption", *files, "--checkpoint", "sample", "--json", home=home)
    rows = json.loads(done.stdout)["photos"]
    assert done.returncode == 1
    assert [row["path"] for row in rows] == [str(path) for path in files]
    assert [bool(row["failure"]) for row in rows] == [False, True, False]
    assert rows[0]["unsure"]
    assert 0 <= rows[0]["score"] <= 1
    assert not (home / "catalog.sqlite").exists()


def test_caption_does_not_let_the_sample_guess_unasked(indexed: Indexed, tmp_path: Path) -> None:
    done = run("caption", indexed.photos[0], home=tmp_path)
    assert done.returncode == 2
    assert "--checkpoint sample" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["index", "/nowhere/at/all"], "There is no folder /nowhere/at/all."),
        (["index"], "The catalog has no folders yet."),
        (["search", "cat"], "The catalog has no photos yet."),
        (["edit", "/tmp/x.jpg", "--caption", "x"], "/tmp/x.jpg is not in the catalog."),
        (["status", "--checkpoint", "/nowhere"], ""),
        (["window"], "The window cannot be opened"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(
    arguments: list[str], words: str, tmp_path: Path
) -> None:
    done = run(*arguments, home=tmp_path)
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == (2 if words else 0)


def test_a_reader_that_goes_away_is_no_error(indexed: Indexed) -> None:
    line = " ".join(f"'{item}'" for item in command("index", "--json"))
    environment = dict(os.environ, PHOTO_NARRATOR_HOME=str(indexed.home))
    done = subprocess.run(
        ["bash", "-c", f"{line} | true"], capture_output=True, text=True, env=environment
    )
    assert "Traceback" not in done.stderr
    assert "Broken" not in done.stderr


@pytest.fixture
def many(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    make_photos(tmp_path / "many", 300)
    environment = dict(os.environ, PHOTO_NARRATOR_HOME=str(tmp_path / "home"))
    process = subprocess.Popen(
        command("index", tmp_path / "many", "--checkpoint", "sample"),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    yield process
    process.kill()
    process.wait()
    assert process.stderr is not None
    process.stderr.close()


def test_ctrl_c_stops_cleanly_and_keeps_what_was_done(
    many: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    assert many.stderr is not None
    for line in many.stderr:
        if line.startswith("Describing"):
            break
    children = psutil.Process(many.pid).children(recursive=True)
    many.send_signal(signal.SIGINT)
    assert many.wait(20) == 130
    assert "stopped" in many.stderr.read()
    _, alive = psutil.wait_procs(children, timeout=2)
    assert not alive
    told = json.loads(run("status", "--json", home=tmp_path / "home").stdout)
    assert told["photos"] == 300
    assert told["captioned"] + told["to_describe"] == 300
    assert told["failed"] == 0
