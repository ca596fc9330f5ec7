"""``photo-narrator catalog``: check, backup, restore and list, for people and as JSON."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gallery import cli
from gallery.catalog import Catalog
from gallery.catalog.backup_files import backups
from tests.gallery.catalog.making import filled, shown


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with closing(Catalog.open(tmp_path / "catalog.sqlite")) as catalog:
        (photo_id,) = filled(catalog, 1)
        catalog.edit_caption(photo_id, "mine")
        return catalog.path


def asked(path: Path, *words: str) -> int:
    return cli.guarded(cli.run, cli.parse(["--catalog", str(path), "catalog", *words]))


def told(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def edit(path: Path, text: str) -> None:
    with closing(Catalog.open(path)) as catalog:
        catalog.edit_caption(1, text)


def test_a_backup_is_made_listed_and_restored(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked(path, "backup", "--json") == 0
    made = told(capsys)
    assert asked(path, "list", "--json") == 0
    listed = told(capsys)
    assert listed["backups"] == [{key: made[key] for key in made if key != "catalog"}]
    assert (made["kind"], made["schema"]) == ("asked", 4)
    assert listed["folder"] == str(path.with_name("catalog.sqlite.backups"))
    edit(path, "newer")
    assert asked(path, "restore", "latest", "--json") == 0
    done = told(capsys)
    assert (done["restored"], done["refused"]) == (made["path"], [])
    assert asked(path, "list") == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [(line[0], line[3]) for line in lines] == [
        (done["kept"], "what a backup was put in place of"),
        (made["path"], "asked for"),
    ]
    with closing(Catalog.open(path)) as catalog:
        assert shown(catalog, 1) == "mine"


def test_a_backup_is_restored_by_its_file_or_its_name_in_the_list(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked(path, "backup", "--to", str(tmp_path / "stick.sqlite")) == 0
    assert capsys.readouterr().out.startswith(str(tmp_path / "stick.sqlite"))
    edit(path, "newer")
    assert asked(path, "restore", str(tmp_path / "stick.sqlite")) == 0
    said = capsys.readouterr()
    (kept,) = backups(path)
    assert str(kept.path) in said.err
    assert asked(path, "restore", kept.path.name) == 0
    with closing(Catalog.open(path)) as catalog:
        assert shown(catalog, 1) == "newer"


def test_nothing_is_restored_while_the_catalog_is_open(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(path, "backup")
    capsys.readouterr()
    with closing(Catalog.open(path)):
        assert asked(path, "restore", "latest") == 2
    assert capsys.readouterr().err == (
        f"photo-narrator: Another program has the catalog {path} open. Close the window, or wait "
        "until the other command is done, then try again.\n"
    )


def test_a_catalog_that_is_whole_is_told_as_whole(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked(path, "check") == 0
    assert capsys.readouterr().out == f"{path} is whole.\n"
    assert asked(path, "check", "--json") == 0
    assert told(capsys) == {
        "catalog": str(path),
        "whole": True,
        "mended": False,
        "problems": [],
        "advice": "",
    }


def test_words_that_differ_are_told_and_mended(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(Catalog.open(path)) as catalog, catalog._writing() as connection:
        connection.exec_driver_sql("INSERT INTO photo_words (photo_words) VALUES ('delete-all')")
    assert asked(path, "check") == 1
    said = capsys.readouterr()
    assert said.out.startswith("words: The words differ from the captions")
    assert "catalog check --mend" in said.err
    assert asked(path, "check", "--mend", "--json") == 0
    facts = told(capsys)
    assert (facts["whole"], facts["mended"]) == (True, True)
    with closing(Catalog.open(path)) as catalog:
        assert [photo_id for photo_id, _ in catalog.ids_with_words("mine", limit=2)] == [1]


def test_a_damaged_catalog_is_told_with_the_command_that_restores_it(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(path, "backup")
    path.write_bytes(b"not a database any more, " + path.read_bytes()[25:])
    capsys.readouterr()
    arguments = cli.parse(["--catalog", str(path), "status"])
    assert cli.guarded(cli.run, arguments) == 2
    assert "`photo-narrator catalog restore latest`" in capsys.readouterr().err
    assert asked(path, "check", "--mend") == 1
    said = capsys.readouterr()
    assert said.out.startswith("structure: ")
    assert "`photo-narrator catalog restore latest`" in said.err
    assert asked(path, "restore", "latest") == 0
    assert asked(path, "check") == 0


def test_without_a_backup_a_damaged_catalog_is_to_be_moved_away(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path.write_bytes(b"not a database any more, " + path.read_bytes()[25:])
    assert asked(path, "check", "--json") == 1
    assert "Move it away" in told(capsys)["advice"]
    assert asked(path, "restore", "latest") == 2
    assert "There is no good backup" in capsys.readouterr().err


def test_a_catalog_that_does_not_exist_is_not_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = tmp_path / "nowhere.sqlite"
    for action in ("check", "backup"):
        assert asked(nowhere, action) == 2
    assert "There is no catalog" in capsys.readouterr().err
    assert asked(nowhere, "list") == 0
    assert "no backups" in capsys.readouterr().err
    assert not nowhere.exists()
