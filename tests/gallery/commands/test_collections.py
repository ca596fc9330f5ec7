"""Albums and saved searches from the command line, on a catalog of real photos; no engine."""

import json
from pathlib import Path

import pytest

from gallery import cli
from gallery.catalog import Catalog
from gallery.domain import FoundFile
from tests.drawn import draw_many


class Shell:
    """Runs commands on one catalog."""

    def __init__(self, folder: Path, said: pytest.CaptureFixture[str]) -> None:
        self.catalog, self.said = folder / "catalog.sqlite", said
        self.photos = draw_many(folder / "photos", 3)
        catalog = Catalog.open(self.catalog)
        root = catalog.add_folder(folder / "photos")
        catalog.add_files(root.id, [FoundFile(path, 1, 1) for path in self.photos])
        catalog.close()

    def run(self, *words: str | Path) -> tuple[int, str, str]:
        arguments = cli.parse(["--catalog", str(self.catalog), *map(str, words)])
        code = cli.guarded(cli.run, arguments)
        said = self.said.readouterr()
        return code, said.out, said.err


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(tmp_path, capsys)


def _listed(shell: Shell, name: str) -> list[str]:
    _, out, _ = shell.run("album", "show", name, "--json")
    return [Path(each["path"]).name for each in json.loads(out)["listed"]]


def test_an_album_is_made_put_in_order_and_forgotten(shell: Shell) -> None:
    one, two, three = shell.photos
    assert shell.run("album", "create", "Rome", three, one) == (0, "2\tRome\n", "")
    code, out, err = shell.run("album", "add", "ROME", two, one)
    assert (code, out, err) == (0, "3\tRome\n", "In it before: 1.\n")
    assert _listed(shell, "rome") == [three.name, one.name, two.name]
    shell.run("album", "move", "rome", "1", two)
    assert _listed(shell, "rome") == [two.name, three.name, one.name]
    shell.run("album", "remove", "rome", three)
    shell.run("album", "rename", "rome", "Lisbon")
    _, out, _ = shell.run("album", "list", "--json")
    assert json.loads(out) == {"albums": [{"name": "Lisbon", "photos": 2}]}
    _, out, _ = shell.run("search", "album:lisbon", "--json")
    assert [Path(hit["path"]).name for hit in json.loads(out)["hits"]] == [two.name, one.name]
    assert shell.run("album", "delete", "Lisbon")[0] == 0
    _, out, err = shell.run("album", "list")
    assert out == ""
    assert "no albums yet" in err


def test_what_cannot_be_done_with_an_album_is_one_sentence(shell: Shell, tmp_path: Path) -> None:
    code, out, err = shell.run("album", "show", "nowhere")
    assert (code, out) == (2, "")
    assert "There is no album “nowhere”." in err
    code, _, err = shell.run("album", "create", "New", tmp_path / "else.jpg")
    assert code == 2
    assert "is not in the catalog" in err
    assert shell.run("album", "list")[1] == ""
    shell.run("album", "create", "New")
    code, _, err = shell.run("album", "create", "nEW")
    assert code == 2
    assert "already" in err
    code, _, err = shell.run("narrate", "--album", "New", "--out", tmp_path / "x.wav")
    assert code == 2
    assert "nothing to narrate" in err


def test_a_saved_search_is_run_by_its_name(shell: Shell) -> None:
    shell.run("saved", "add", "Second", "photo 001")
    assert shell.run("saved", "list")[1] == "Second\tphoto 001\n"
    _, by_name, _ = shell.run("saved", "run", "second", "--json")
    _, by_text, _ = shell.run("search", "photo 001", "--json")
    assert json.loads(by_name) == json.loads(by_text)
    assert json.loads(by_name)["hits"]
    shell.run("saved", "rename", "second", "2nd")
    _, out, _ = shell.run("saved", "list", "--json")
    assert json.loads(out) == {"saved": [{"name": "2nd", "query": "photo 001"}]}
    assert shell.run("saved", "delete", "2ND")[0] == 0
    code, _, err = shell.run("saved", "run", "2nd")
    assert code == 2
    assert "no saved search" in err


@pytest.mark.parametrize(
    "words",
    [("album",), ("album", "create"), ("saved", "add", "x"), ("similar",), ("album", "add", "x")],
)
def test_wrong_use_is_told_in_one_line(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.parse(words)
    assert stopped.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_photos_that_cannot_be_compared_yet_are_told_as_such(shell: Shell) -> None:
    code, _, err = shell.run("similar", shell.photos[0])
    assert code == 2
    assert "No photo of the catalog can be compared yet." in err
    code, _, err = shell.run("search", "--picture", shell.photos[0].with_name("gone.jpg"))
    assert code == 2
    assert "There is no picture" in err
    code, _, err = shell.run("search", "--picture", shell.photos[0], "--refine")
    assert code == 2
    assert "Leave out --refine." in err
    code, out, err = shell.run("duplicates")
    assert (code, out) == (0, "")
    assert "not described yet: 3" in err
