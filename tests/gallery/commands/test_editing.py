"""``edit`` for many photos."""

import json
from pathlib import Path

import pytest

from gallery import cli
from gallery.catalog import Catalog
from tests.gallery.catalog.making import FOLDER, describe, filled, said, shown


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "catalog.sqlite"
    catalog = Catalog.open(path)
    one, two = filled(catalog, 2)
    describe(catalog, said(one, "a dog"), said(two, "a cat"))
    catalog.close()
    return path


def run(path: Path, *arguments: str) -> int:
    photos = [str(FOLDER / f"IMG_{i:03}.jpg") for i in range(2)]
    return cli.guarded(cli.run, cli.parse(["--catalog", str(path), "edit", *photos, *arguments]))


def captions(path: Path) -> list[str | None]:
    catalog = Catalog.open(path)
    try:
        return [shown(catalog, photo_id) for photo_id in catalog.photo_ids()]
    finally:
        catalog.close()


def test_many_captions_are_replaced_appended_to_set_and_withdrawn(path: Path) -> None:
    assert run(path, "--replace", "Dog", "wolf") == 0
    assert captions(path) == ["a wolf", "a cat"]
    assert run(path, "--append", "in Rome") == 0
    assert captions(path) == ["a wolf in Rome", "a cat in Rome"]
    assert run(path, "--caption", "Rome") == 0
    assert captions(path) == ["Rome", "Rome"]
    assert run(path, "--caption", "") == 0
    assert captions(path) == ["a dog", "a cat"]


def test_a_dry_run_prints_what_would_change_and_stores_nothing(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(path, "--replace", "dog", "wolf", "--dry-run", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [(one["caption"], one["changed"]) for one in told["photos"]] == [
        ("a wolf", True),
        ("a cat", False),
    ]
    assert told["stored"] is False
    assert run(path, "--append", "x", "--dry-run") == 0
    assert "2 would change; nothing was stored." in capsys.readouterr().err
    assert captions(path) == ["a dog", "a cat"]


def test_one_photo_that_is_not_in_the_catalog_changes_none(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(path, "/pictures/elsewhere.jpg", "--append", "x") != 0
    assert "elsewhere.jpg is not in the catalog" in capsys.readouterr().err
    assert captions(path) == ["a dog", "a cat"]
