"""A program that is killed while it makes or restores a backup: whatever is left can be used."""

import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from gallery.catalog import Catalog
from gallery.catalog.backup_files import PARTIAL, BackupKind, backups, backups_folder
from gallery.catalog.restoring import restore, restore_newest
from gallery.errors import CatalogError
from tests.gallery.catalog.making import describe, filled, said, shown

ROOT = Path(__file__).parents[3]
KILLS = 10
AT_MOST = 60  # a machine that has other things to do is killed too early now and then

# Imports are waited for once: each turn is a process of its own, made by a fork, and killed.
_VICTIMS = """
import os, signal, sys, time
from pathlib import Path
import gallery.catalog.restoring
from gallery.catalog import Catalog
from gallery.catalog.backup_files import BackupKind, backups
from gallery.catalog.restoring import restore

path = Path(sys.argv[2])

def back_up():
    catalog = Catalog.open(path)
    for turn in range(10**6):
        catalog.edit_caption(1, f"turn {turn}")
        for item in catalog.back_up(), *catalog.backups()[3:]:
            if turn > 2:
                item.path.unlink()

def put_back():
    for turn in range(10**6):
        for item in backups(path):
            if item.kind is BackupKind.ASKED:
                restore(path, item.path)

for line in sys.stdin:
    begun, told = os.pipe()
    victim = os.fork()
    if not victim:
        os.write(told, b".")
        {"backup": back_up, "restore": put_back}[sys.argv[1]]()
    os.read(begun, 1)
    time.sleep(float(line))
    os.kill(victim, signal.SIGKILL)
    _, status = os.waitpid(victim, 0)
    os.close(begun), os.close(told)
    print(os.WTERMSIG(status), flush=True)
"""

_HOLD = """
import sys
from pathlib import Path
from gallery.catalog import Catalog
catalog = Catalog.open(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
"""


@contextmanager
def _process(code: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _asked_for(process: subprocess.Popen[str], line: str) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(line)
    process.stdin.flush()
    return process.stdout.readline()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A catalog of some pages, with two backups that differ; it says neither."""
    with closing(Catalog.open(tmp_path / "catalog.sqlite")) as catalog:
        ids = filled(catalog, 300)
        describe(catalog, *(said(photo_id, "a cat " * 100) for photo_id in ids))
        for text in ("one", "two"):
            catalog.edit_caption(ids[0], text)
            catalog.back_up()
        catalog.edit_caption(ids[0], "now")
        return catalog.path


def says(path: Path) -> str | None:
    """The caption of a catalog that is whole."""
    with closing(Catalog.open(path)) as catalog:
        assert catalog.check() == []
        return shown(catalog, 1)


def test_a_program_killed_while_it_backs_up_leaves_whole_backups_only(
    path: Path, tmp_path: Path
) -> None:
    moments = random.Random(4)
    half_done = 0
    with _process(_VICTIMS, "backup", path) as victims:
        for turn in range(AT_MOST):
            if turn >= KILLS and half_done:
                break
            assert _asked_for(victims, f"{moments.uniform(0.0, 0.15)}\n") == "9\n"
            half_done += len(list(backups_folder(path).glob(f"*{PARTIAL}")))
            assert says(path) is not None
    assert half_done, "some were killed in the middle"
    for number, backup in enumerate(backups(path)):
        copy = tmp_path / f"{number}.sqlite"
        copy.write_bytes(backup.path.read_bytes())
        assert says(copy) is not None
    with closing(Catalog.open(path)) as catalog:
        catalog.back_up()
    assert not list(backups_folder(path).glob(f"*{PARTIAL}"))


def test_a_program_killed_while_it_restores_leaves_one_whole_catalog_or_the_other(
    path: Path,
) -> None:
    moments = random.Random(4)
    seen = set()
    with _process(_VICTIMS, "restore", path) as victims:
        for turn in range(AT_MOST):
            if turn >= KILLS and len(seen) > 1:
                break
            assert _asked_for(victims, f"{moments.uniform(0.0, 0.2)}\n") == "9\n"
            seen.add(says(path))
    assert seen <= {"one", "two", "now"}
    assert len(seen) > 1, "some got as far as to restore"
    kept = [item for item in backups(path) if item.kind is BackupKind.REPLACED]
    assert "now" in {_caption_of(path, item.path) for item in kept} | seen
    assert restore_newest(path).kept is not None
    assert says(path) == "two"


def _caption_of(path: Path, kept: Path) -> str | None:
    restore(path, kept)
    return says(path)


def test_nothing_is_restored_while_another_program_has_the_catalog_open(path: Path) -> None:
    with _process(_HOLD, path) as holder:
        assert _asked_for(holder, "\n") == "open\n"
        with pytest.raises(CatalogError, match="Another program has the catalog"):
            restore_newest(path)
        assert says(path) == "now", "others may use it"
        holder.kill()
        holder.wait(10)
        restore_newest(path)
    assert says(path) == "two"
