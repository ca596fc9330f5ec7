"""The thread that backs up: when it looks, what it tells, how it ends."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gallery.catalog import Catalog, writing_files
from gallery.catalog.backup_files import BackupKind, backups
from gallery.library.daily_backups import DailyBackups
from gallery.library.events import Event, EventBus, Notice
from tests.gallery.catalog.making import filled

PATIENCE_S = 20.0


class Watched:
    """The thread on a catalog, and what it told."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog, self.told = catalog, list[Event]()
        bus = EventBus()
        bus.subscribe(self.told.append)
        self.backups = DailyBackups(catalog, bus)

    def look_again(self) -> None:
        self.backups.look_again()
        assert self.backups.wait(PATIENCE_S)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    with closing(Catalog.open(tmp_path / "catalog.sqlite")) as catalog:
        (photo_id,) = filled(catalog, 1)
        catalog.edit_caption(photo_id, "mine")
        watched = Watched(catalog)
        yield watched
        watched.backups.stop()


def test_a_backup_is_made_at_the_start_and_once_a_day(watched: Watched) -> None:
    assert watched.backups.wait(0), "nobody waits for what was not begun"
    watched.backups.start()
    assert watched.backups.wait(PATIENCE_S)
    watched.catalog.edit_caption(1, "newer")
    watched.look_again()
    assert [item.kind for item in backups(watched.catalog.path)] == [BackupKind.DAILY]
    assert watched.told == []


def test_it_waits_for_its_time_and_can_be_ended_before(watched: Watched) -> None:
    watched.backups.start(3600.0)
    assert not watched.backups.wait(0)
    watched.backups.stop()
    assert backups(watched.catalog.path) == []


def test_without_room_it_tells_once_and_goes_on(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = shutil.disk_usage(watched.catalog.path.parent)._replace(free=1000)
    with monkeypatch.context() as patch:
        patch.setattr(writing_files.shutil, "disk_usage", lambda _: full)
        watched.backups.start()
        assert watched.backups.wait(PATIENCE_S)
        watched.look_again()
        (notice,) = watched.told
        assert isinstance(notice, Notice)
        assert "no room for a backup" in notice.message
        assert backups(watched.catalog.path) == []
    watched.look_again()
    assert len(backups(watched.catalog.path)) == 1


def test_a_bug_is_told_and_ends_nothing(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(watched.catalog, "back_up_daily", lambda **_: 1 // 0)
        watched.backups.start()
        assert watched.backups.wait(PATIENCE_S)
    (notice,) = watched.told
    assert isinstance(notice, Notice)
    assert "daily backup" in notice.message
    watched.look_again()
    assert len(backups(watched.catalog.path)) == 1


def test_a_backup_that_is_being_made_is_given_up_at_the_end(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_end = threading.Event(), threading.Event()
    make = watched.catalog.back_up_daily

    def make_slowly(*, stopped: object) -> object:
        def is_stopped() -> bool:
            begun.set()
            may_end.wait(PATIENCE_S)
            return bool(callable(stopped) and stopped())

        return make(stopped=is_stopped)

    monkeypatch.setattr("gallery.catalog.sqlite._STEPS_BETWEEN_LOOKS", 100)
    monkeypatch.setattr(watched.catalog, "back_up_daily", make_slowly)
    watched.backups.start()
    assert begun.wait(PATIENCE_S)
    watched.backups._stopping.set()
    may_end.set()
    watched.backups.stop()
    assert backups(watched.catalog.path) == []
    assert watched.told == []
