"""What the world does to a program: damage, lost permissions, others at the same catalog."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from gallery.catalog import Catalog
from gallery.catalog.thumbnails import ThumbnailDatabase
from gallery.errors import KnownError
from tests.drawn import draw_many
from tests.gallery.catalog.making import describe, filled, said
from tests.torture import inspecting
from tests.torture.killing import REPOSITORY
from tests.torture.spoiling import spoil_database

_PATIENCE_S = 120
_DAMAGES = 60

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalog of some hundred pages, closed."""
    path = tmp_path_factory.mktemp("whole") / "catalog.sqlite"
    with closing(Catalog.open(path)) as catalog:
        ids = filled(catalog, 200)
        describe(catalog, *(said(photo_id, f"a boat and {photo_id} gulls") for photo_id in ids))
    return path


def test_a_damaged_catalog_is_told_in_a_sentence_or_works(whole: Path, tmp_path: Path) -> None:
    chance = random.Random(11)
    told = 0
    for number in range(_DAMAGES):
        path = tmp_path / str(number) / "catalog.sqlite"
        path.parent.mkdir()
        shutil.copy(whole, path)
        spoil_database(path, chance)
        try:
            with closing(Catalog.open(path)) as catalog:
                told += bool(catalog.check())
                ids = catalog.photo_ids()
                catalog.photos(ids[:50])
                catalog.counts()
                catalog.ids_with_words("boat", limit=10)
                if ids:
                    catalog.edit_caption(ids[0], "still here")
        except KnownError:
            told += 1
    assert told > _DAMAGES / 4


def test_damaged_thumbnails_are_begun_anew_or_work(tmp_path: Path) -> None:
    jpegs = {photo_id: b"\xff\xd8" + bytes(700) + b"\xff\xd9" for photo_id in range(1, 200)}
    whole = tmp_path / "whole.sqlite"
    with closing(ThumbnailDatabase(whole)) as database:
        database.put_many(jpegs)
    chance = random.Random(12)
    for number in range(_DAMAGES):
        path = tmp_path / f"{number}.sqlite"
        shutil.copy(whole, path)
        spoil_database(path, chance)
        with closing(ThumbnailDatabase(path)) as database:
            database.ids()
            assert set(database.get_many(jpegs)) <= set(jpegs)
            database.put_many(jpegs)
            database.drop([1])
            database.put_many(jpegs)
            assert database.get_many([1, 199]) == {1: jpegs[1], 199: jpegs[199]}


def _command(catalog: Path, words: Sequence[str]) -> list[str]:
    command = [sys.executable, "-m", "gallery", "--catalog", str(catalog)]
    return [*command, "--checkpoint", "sample", *words]


def test_two_programs_that_index_one_folder_at_once_describe_each_photo_once(
    tmp_path: Path,
) -> None:
    photos, catalog = tmp_path / "photos", tmp_path / "catalog.sqlite"
    draw_many(photos, 20)
    command = _command(catalog, ["index", str(photos)])
    programs = [subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.PIPE) for _ in range(2)]
    told = [program.communicate(timeout=_PATIENCE_S)[1] for program in programs]
    assert [program.returncode for program in programs] == [0, 0], told
    assert inspecting.faults(catalog) == []
    assert inspecting.undescribed(catalog) == []
    with closing(Catalog.open(catalog)) as opened:
        assert opened.counts().photos == 20


@pytest.fixture
def as_a_person() -> Iterator[Run]:
    """Run the program so that file modes hold, also where the tests are root's."""
    before: list[str] = []
    if os.name == "nt":
        pytest.skip("permissions are another thing on Windows")
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("root ignores modes, and there is no setpriv to make it heed them")
        before = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]
    closed: list[Path] = []

    def run(
        catalog: Path, *words: str, without: Path | None = None
    ) -> "subprocess.CompletedProcess[str]":
        if without is not None:
            closed.append(without)
            without.chmod(0o500 if without == catalog.parent else 0)
        done = subprocess.run(
            [*before, *_command(catalog, words)],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
        )
        if without is not None:
            without.chmod(0o700)
        assert "Traceback" not in done.stderr
        return done

    yield run
    for path in closed:
        if path.exists():
            path.chmod(0o700)


def test_permissions_that_are_lost_cost_no_photo_and_are_told(
    as_a_person: Run, tmp_path: Path
) -> None:
    photos, catalog = tmp_path / "photos", tmp_path / "home" / "catalog.sqlite"
    inner = photos / "inner"
    draw_many(photos, 3)
    draw_many(inner, 2)
    for path in inner.iterdir():  # draw_many makes the same pictures
        path.write_bytes(path.read_bytes() + b"another")
    new = draw_many(photos / "new", 1)[0]
    new.write_bytes(new.read_bytes() + b"one more")
    catalog.parent.mkdir()

    told = json.loads(as_a_person(catalog, "index", "--json", str(photos), without=new).stdout)
    assert [failure["reason"] for failure in told["failures"]] == ["unreadable"]
    assert "permission" in told["failures"][0]["detail"]

    for closed in (inner, photos):
        done = as_a_person(catalog, "index", "--json", without=closed)
        (folder,) = json.loads(done.stdout)["folders"]
        assert (folder["photos"], folder["missing"]) == (6, 0), closed
    assert inspecting.faults(catalog) == []


def test_a_catalog_that_cannot_be_written_is_told_with_what_to_do(
    as_a_person: Run, tmp_path: Path
) -> None:
    photos, catalog = tmp_path / "photos", tmp_path / "home" / "catalog.sqlite"
    draw_many(photos, 2)
    catalog.parent.mkdir()
    done = as_a_person(catalog, "index", str(photos), without=catalog.parent)
    assert done.returncode == 2
    assert "Check the folder" in done.stderr
    assert as_a_person(catalog, "index", str(photos)).returncode == 0
    photo = str(next(photos.iterdir()))
    for closed in (catalog.parent, catalog):
        done = as_a_person(catalog, "edit", photo, "--caption", "mine", without=closed)
        assert done.returncode == 2, closed
        assert str(catalog.parent) in done.stderr
    assert inspecting.faults(catalog) == []
