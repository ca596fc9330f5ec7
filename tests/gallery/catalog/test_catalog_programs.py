"""Several threads, several programs, and programs that are killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import Timeout
from sqlalchemy import event

from gallery.catalog import Catalog, sqlite
from gallery.catalog.lock import indexing_lock
from gallery.domain import FoundFile
from gallery.errors import KnownError
from tests.gallery.catalog.making import CAPTIONER, MATCHER, describe, filled, said, shown

ROOT = Path(__file__).parents[3]

_WRITE = """
import sys
from pathlib import Path
from gallery.catalog import Catalog, sqlite
from tests.gallery.catalog.making import CAPTIONER, MATCHER, found, metadata, said
catalog = Catalog.open(Path(sys.argv[1]))
name, rounds = sys.argv[2], int(sys.argv[3])
folder = catalog.add_folder(Path("/pictures"))
print("begins", flush=True)
for turn in range(rounds):
    (photo_id,) = catalog.add_files(folder.id, [found(f"{name}/{turn}.jpg")])
    catalog.set_metadata([(photo_id, metadata(turn))])
    item = said(photo_id, f"turn {turn} of {name}")
    catalog.store_descriptions([item], captioner=CAPTIONER, matcher=MATCHER)
    catalog.edit_caption(photo_id, f"{name} saw {turn}")
    if turn % 10 == 9:
        print(photo_id, turn, flush=True)
catalog.close()
"""

_HOLD = """
import sys
from pathlib import Path
from gallery.catalog.lock import indexing_lock
lock = indexing_lock(Path(sys.argv[1]))
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def _program(code: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
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


def test_two_programs_that_write_at_once_both_finish(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    with _program(_WRITE, path, "first", 50) as one, _program(_WRITE, path, "second", 50) as two:
        one.communicate(timeout=120)
        two.communicate(timeout=120)
    assert (one.returncode, two.returncode) == (0, 0)
    catalog = Catalog.open(path)
    assert catalog.counts().edited == 100
    assert catalog.check() == []
    catalog.close()


@pytest.mark.parametrize("milestones", [1, 2, 4])
def test_a_program_killed_while_it_writes_leaves_a_whole_catalog(
    tmp_path: Path, milestones: int
) -> None:
    path = tmp_path / "catalog.sqlite"
    with _program(_WRITE, path, "victim", 100_000) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begins\n"
        for _ in range(milestones):
            photo_id, turn = map(int, process.stdout.readline().split())
        os.kill(process.pid, signal.SIGKILL)
    catalog = Catalog.open(path)
    assert catalog.check() == []
    assert shown(catalog, photo_id) == f"victim saw {turn}", "what was told as stored is stored"
    counts = catalog.counts()
    assert counts.edited <= counts.captioned <= counts.photos <= counts.edited + 1
    assert [i for i, _ in catalog.ids_with_words(f"victim saw {turn}", limit=1)] == [photo_id]
    catalog.close()


def test_one_program_sees_what_another_stored(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    catalog = Catalog.open(path)
    before = catalog.version_token()
    with _program(_WRITE, path, "other", 1) as process:
        process.communicate(timeout=60)
    assert catalog.version_token() != before
    assert shown(catalog, 1) == "other saw 0"
    catalog.close()


def test_only_one_program_at_a_time_scans_and_describes(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    with _program(_HOLD, path) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Timeout):
            indexing_lock(path).acquire(timeout=0)
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait(10)
        lock = indexing_lock(path)
        with lock.acquire(timeout=10):
            assert lock.is_locked


def test_a_program_that_never_lets_go_is_told_and_does_no_lasting_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_MS", 50)
    catalog = Catalog.open(tmp_path / "catalog.sqlite")
    (photo_id,) = filled(catalog, 1)
    other = Catalog.open(catalog.path)
    with other._writing(), pytest.raises(KnownError, match="Another program is using"):
        catalog.edit_caption(photo_id, "mine")
    assert catalog.photo(photo_id).caption is None
    catalog.edit_caption(photo_id, "mine")
    assert shown(other, photo_id) == "mine"
    catalog.close()
    other.close()


def test_what_a_person_wrote_is_on_the_disk_before_the_call_returns(catalog: Catalog) -> None:
    (photo_id,) = filled(catalog, 1)
    begun: list[str] = []

    def note(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        if sql.startswith(("PRAGMA synchronous", "BEGIN")):
            begun.append(sql)

    event.listen(catalog._engine, "before_cursor_execute", note)
    describe(catalog, said(photo_id, "a cat"))
    catalog.edit_caption(photo_id, "mine")
    event.remove(catalog._engine, "before_cursor_execute", note)
    assert begun == [
        "PRAGMA synchronous = NORMAL",
        "BEGIN IMMEDIATE",
        "PRAGMA synchronous = FULL",
        "BEGIN IMMEDIATE",
    ]


def test_threads_read_and_write_together(catalog: Catalog) -> None:
    ids = filled(catalog, 40)

    def work(number: int) -> int:
        photo_id = ids[number]
        describe(catalog, said(photo_id, f"thing {number}"))
        catalog.edit_caption(photo_id, f"mine {number}")
        catalog.add_files(1, [FoundFile(Path(f"/pictures/new {number}.jpg"), 1, 1)])
        catalog.version_token()
        catalog.backlog(CAPTIONER, MATCHER, limit=5, sample=False)
        assert shown(catalog, photo_id) == f"mine {number}"
        return len(catalog.photo_ids())

    with ThreadPoolExecutor(8) as threads:
        assert max(threads.map(work, range(40))) == 80
    assert catalog.counts().edited == 40
