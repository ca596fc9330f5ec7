"""``exclude``, ``include`` and ``purge``, on a real catalog."""

import io
import json
from pathlib import Path

import pytest

from gallery import cli
from gallery.catalog import Catalog
from gallery.library.scanner import Scanner
from tests.drawn import draw_many


def run(*words: object) -> int:
    return cli.guarded(cli.run, cli.parse([str(word) for word in words]))


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    path = tmp_path / "catalog.sqlite"
    draw_many(tmp_path / "photos" / "sub", 3)
    opened = Catalog.open(path)
    opened.add_folder(tmp_path / "photos")
    for _ in Scanner(opened).scan():
        pass
    opened.close()
    return path


def test_a_folder_is_left_out_and_taken_back(
    catalog: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sub = tmp_path / "photos" / "sub"
    assert run("exclude", sub, "--catalog", catalog, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"left_out": str(sub), "photos": 3}
    assert run("status", "--catalog", catalog, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["photos"], told["left_out"], told["doubted"]) == (0, [str(sub)], [])
    assert run("exclude", "--undo", sub, "--catalog", catalog, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"taken_back": str(sub), "photos": 3}
    assert run("include", sub, "--catalog", catalog) == 2
    assert "was not left out" in capsys.readouterr().err


def test_missing_photos_are_forgotten_only_after_a_yes(
    catalog: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    next((tmp_path / "photos" / "sub").iterdir()).unlink()
    opened = Catalog.open(catalog)
    for _ in Scanner(opened).scan():
        pass
    opened.close()
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert run("purge", "--catalog", catalog) == 2
    assert "Forget 1 photos whose files are gone?" in capsys.readouterr().err
    assert run("purge", "--catalog", catalog, "--yes", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"purged": 1, "missing": 1, "edited": 0, "not_connected": []}
    assert run("purge", "--catalog", catalog) == 0
    assert capsys.readouterr().out == "No photos are missing.\n"
