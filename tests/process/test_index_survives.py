"""The real processes and the sample checkpoint, under what the world does to them."""

import os
import signal
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from engine.protocol import Reason
from gallery.catalog import Catalog
from gallery.library.events import Event, PhotosAdded, PhotosDescribed
from gallery.program import Program, ProgramOptions, open_program
from tests.drawn import draw, draw_many

_REPOSITORY = Path(__file__).resolve().parents[2]
_PATIENCE_S = 120


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    with closing(open_program(ProgramOptions(tmp_path / "catalog.sqlite"))) as program:
        yield program


def _index(program: Program, folder: Path) -> None:
    program.add_folder(folder, sample_allowed=True)
    program.start()
    assert program.indexer.wait_until_idle(_PATIENCE_S)


def _check_each_is_described_once(catalog: Catalog, count: int) -> None:
    ids = catalog.photo_ids()
    assert len(ids) == count
    counts = catalog.counts()
    assert (counts.captioned, counts.embedded, counts.failed) == (count, count, 0)
    assert [len(catalog.history(photo_id)) for photo_id in ids] == [1] * count


def test_every_odd_file_becomes_a_row_with_a_reason_and_the_rest_goes_on(
    program: Program, tmp_path: Path
) -> None:
    photos = tmp_path / "photos"
    draw_many(photos, 6)
    draw(photos / "plain.jpg", 9).rename(os.fsdecode(os.fsencode(photos) + b"/gr\xfc\xdfe.jpg"))
    whole = draw(photos / "truncated.jpg", 7, size=(900, 700)).read_bytes()
    (photos / "truncated.jpg").write_bytes(whole[: len(whole) // 3])
    (photos / "empty.jpg").touch()
    (photos / "text.jpg").write_text("Dear diary")
    (photos / "folder.png").mkdir()
    (photos / "bomb.png").write_bytes(_png_header(30_000, 30_000))
    os.mkfifo(photos / "pipe.jpg")
    (photos / "nothing.jpg").symlink_to(tmp_path / "nothing")
    vanishing = draw(photos / "vanishing.jpg", 8)

    def take_away(event: Event) -> None:
        if isinstance(event, PhotosAdded):  # listed, and not decoded yet
            vanishing.unlink(missing_ok=True)

    program.bus.subscribe(take_away)
    _index(program, photos)
    told = {photo.name: photo.failure for photo in program.catalog.failures()}
    assert all(failure and failure.detail.endswith(".") for failure in told.values())
    assert {name: failure.reason for name, failure in told.items() if failure} == {
        "truncated.jpg": Reason.UNREADABLE,
        "empty.jpg": Reason.UNREADABLE,
        "text.jpg": Reason.UNSUPPORTED,
        "folder.png": Reason.UNSUPPORTED,
        "bomb.png": Reason.TOO_LARGE,
        "pipe.jpg": Reason.UNSUPPORTED,
        "nothing.jpg": Reason.MISSING,
        "vanishing.jpg": Reason.MISSING,
    }
    counts = program.catalog.counts()
    assert (counts.photos, counts.captioned, counts.embedded) == (15, 7, 7)


def test_an_engine_killed_in_the_middle_loses_nothing_and_doubles_nothing(
    program: Program, tmp_path: Path
) -> None:
    draw_many(tmp_path / "photos", 40)
    killed: list[int] = []

    def kill_once(event: Event) -> None:
        if isinstance(event, PhotosDescribed) and not killed and program.engine.pid:
            killed.append(program.engine.pid)
            os.kill(program.engine.pid, signal.SIGKILL)

    program.bus.subscribe(kill_once)
    _index(program, tmp_path / "photos")
    assert killed
    assert program.engine.pid not in killed
    _check_each_is_described_once(program.catalog, 40)


def test_a_killed_program_takes_its_processes_along_and_goes_on_when_started_again(
    tmp_path: Path,
) -> None:
    photos = tmp_path / "photos"
    draw_many(photos, 40)
    catalog = tmp_path / "catalog.sqlite"
    command = [sys.executable, "-m", "tests.process.main_job", str(catalog), str(photos)]
    with subprocess.Popen(command, cwd=_REPOSITORY, stdout=subprocess.PIPE, text=True) as job:
        assert job.stdout is not None
        pids = [int(pid) for pid in job.stdout.readline().split()[1:] if pid != "None"]
        family = [psutil.Process(pid) for pid in pids]
        assert len(family) >= 2
        family += family[0].children(recursive=True)
        job.kill()
        died = time.monotonic()
        job.stdout.read()
    psutil.wait_procs(family, timeout=5)
    assert time.monotonic() - died < 2
    assert not [process for process in family if process.is_running()]
    with closing(Catalog.open(catalog)) as left:
        assert 0 < left.counts().captioned < 40
    done = subprocess.run(
        command, cwd=_REPOSITORY, capture_output=True, text=True, timeout=_PATIENCE_S, check=True
    )
    assert done.stdout.splitlines()[-1] == "idle"
    with closing(Catalog.open(catalog)) as catalog_again:
        _check_each_is_described_once(catalog_again, 40)


def test_closing_is_quick_even_in_the_middle_and_may_be_repeated(tmp_path: Path) -> None:
    draw_many(tmp_path / "photos", 30)
    program = open_program(ProgramOptions(tmp_path / "catalog.sqlite"))
    program.add_folder(tmp_path / "photos", sample_allowed=True)
    program.start()
    program.indexer.wait_until_idle(1.0)
    began = time.monotonic()
    program.close()
    assert time.monotonic() - began < 3
    program.close()


def _png_header(width: int, height: int) -> bytes:
    """A PNG that promises this size and holds nothing."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + data + chunk(b"IEND", b"")
