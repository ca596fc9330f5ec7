"""Films and recordings from the command line, on a real catalog."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import av
import pytest
from PIL import Image

from gallery import cli
from gallery.arguments import narrating
from gallery.exit_codes import DONE, SOME_FAILED, STOPPED, WRONG
from gallery.narration.film.settings import SIZES
from gallery.program import ProgramOptions, open_program

_SMALL = ("--size", "360p", "--fps", "24")


def _run(words: list[str]) -> int:
    return cli.guarded(cli.run, cli.parse(words))


@pytest.fixture
def trip(tmp_path: Path) -> Path:
    """A folder in the catalog of the test's home: two photos and, deeper, one that is damaged."""
    folder = tmp_path / "Lisbon"
    (folder / "later").mkdir(parents=True)
    for name, colour in (("a", (200, 30, 30)), ("b", (30, 180, 40))):
        Image.new("RGB", (360, 270), colour).save(folder / f"{name}.jpg")
    (folder / "later" / "broken.jpg").write_bytes(b"\xff\xd8 nothing more")
    program = open_program(ProgramOptions())
    program.indexer.start()
    try:
        program.add_folder(folder)
        assert program.indexer.wait_until_idle(30)
        ids = program.catalog.photo_ids()
        program.catalog.add_to_album(program.catalog.create_album("Best").id, [ids[0]])
    finally:
        program.close()
    return folder


def test_a_folder_becomes_a_film_and_what_is_damaged_is_named(
    trip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "film.mp4"
    code = _run(["slideshow", "--folder", str(trip), "--out", str(out), "--json", *_SMALL])
    assert code == SOME_FAILED
    told = capsys.readouterr()
    result = json.loads(told.out)
    assert [skipped["name"] for skipped in result["skipped"]] == ["broken.jpg"]
    assert [Path(path).suffix for path in result["paths"]] == [".mp4", ".srt", ".vtt"]
    assert result["loudness_lufs"] == pytest.approx(-16, abs=0.5)
    assert "Left out: broken.jpg" in told.err
    with av.open(str(out)) as film:
        assert film.metadata["title"] == "Lisbon"
        assert len(film.chapters()) == 3
        assert film.duration / 1e6 == pytest.approx(result["seconds"], abs=1 / 24)


def test_an_album_and_named_photos_become_films(trip: Path, tmp_path: Path) -> None:
    out = tmp_path / "film.webm"
    asked = ["--out", str(out), "--no-motion", "--no-voice", *_SMALL]
    assert _run(["slideshow", "--album", "Best", *asked]) == DONE
    with av.open(str(out)) as film:
        assert film.metadata["title"] == "Best"
        assert len(film.chapters()) == 2
    assert _run(["slideshow", str(trip / "b.jpg"), "--title", "", *asked]) == DONE
    with av.open(str(out)) as film:
        assert len(film.chapters()) == 1


def test_each_photo_of_an_album_becomes_a_recording_of_its_own(
    trip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["narrate", "--album", "Best", "--out", str(tmp_path / "told.opus")]
    assert _run([*asked, "--each"]) == DONE
    assert capsys.readouterr().out.split("\t")[0] == str(tmp_path / "told 1.opus")
    assert _run(asked) == DONE
    with av.open(str(tmp_path / "told.opus")) as file:
        assert file.streams.audio[0].codec.canonical_name == "opus"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["slideshow", "--out", "x.mp4"], "not clear which photos"),
        (["slideshow", "--folder", "x", "--album", "y", "--out", "x.mp4"], "not clear which"),
        (["slideshow", "--folder", "x", "--out", "x.avi"], "what kind of film"),
        (["slideshow", "--folder", "nowhere", "--out", "x.mp4"], "no folder that the catalog"),
        (["narrate", "--search", "x", "--out", "x.txt"], "what kind of recording"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(
    asked: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(asked) == WRONG
    assert said in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
def test_ctrl_c_leaves_nothing_of_a_film(trip: Path, tmp_path: Path) -> None:
    out = tmp_path / "films"
    out.mkdir()
    asked = ["slideshow", "--folder", str(trip), "--out", str(out / "film.mp4"), "--size", "4k"]
    with subprocess.Popen(
        [sys.executable, "-m", "gallery", *asked],
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        start_new_session=True,
    ) as film:
        assert film.stderr is not None
        for line in film.stderr:
            if line.startswith("Writing"):
                break
        assert len(list(out.iterdir())) == 3  # parts, with names of their own
        film.send_signal(signal.SIGINT)
        assert film.wait(30) == STOPPED
    assert list(out.iterdir()) == []


def test_the_sizes_offered_are_the_sizes_there_are() -> None:
    assert tuple(SIZES) == narrating._SIZES
