"""Copies of the catalog: when they are made, what they hold, which are removed."""

import os
import resource
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gallery.catalog import Catalog, writing_files
from gallery.catalog.backup_files import Backup, BackupKind, backups, backups_folder
from gallery.catalog.backups import DAILY_KEPT
from gallery.catalog.lock import backup_lock
from gallery.catalog.migrations import STEPS
from gallery.errors import DamagedCatalogError, KnownError
from tests.gallery.catalog.making import describe, filled, said, shown

# At noon, so that a day is a day wherever the test runs.
NOON = datetime.now().astimezone().replace(hour=12, minute=0).astimezone(UTC)
DAY = timedelta(days=1)


def caption_in(file: Path, photo_id: int) -> str | None:
    """The shown caption of a photo in a copy, read without touching it."""
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro&immutable=1", uri=True)) as copy:
        found = copy.execute("SELECT caption FROM photos WHERE id = ?", (photo_id,)).fetchone()
        return None if found is None else str(found[0])


def edited_at(catalog: Catalog, photo_id: int, text: str, moment: datetime) -> None:
    """Something is stored at this moment, as the clock of the file system tells."""
    catalog.edit_caption(photo_id, text)
    for file in catalog.path.parent.glob(f"{catalog.path.name}*"):
        if file.is_file():
            os.utime(file, (moment.timestamp(), moment.timestamp()))


@contextmanager
def files_of_at_most(size_bytes: int) -> Iterator[None]:
    """No file of this process grows beyond that, as on a full disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def names_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_a_backup_holds_all_that_was_stored_before_it(catalog: Catalog) -> None:
    (photo_id,) = filled(catalog, 1)
    catalog.edit_caption(photo_id, "mine")
    made = catalog.back_up()
    catalog.edit_caption(photo_id, "newer")
    assert made.kind is BackupKind.ASKED
    assert made.path.parent == backups_folder(catalog.path)
    assert caption_in(made.path, photo_id) == "mine"
    assert catalog.backups() == [made]
    assert names_in(made.path.parent) == [made.path.name]


def test_a_backup_can_be_written_anywhere_but_over_no_file(
    catalog: Catalog, tmp_path: Path
) -> None:
    (photo_id,) = filled(catalog, 1)
    catalog.edit_caption(photo_id, "mine")
    made = catalog.back_up(tmp_path / "stick.sqlite")
    assert caption_in(made.path, photo_id) == "mine"
    assert made.schema == len(STEPS)
    with pytest.raises(KnownError, match="is there already"):
        catalog.back_up(tmp_path / "stick.sqlite")
    with pytest.raises(KnownError, match="There is no folder"):
        catalog.back_up(tmp_path / "nowhere" / "stick.sqlite")


def test_a_new_catalog_has_nothing_to_back_up(catalog: Catalog) -> None:
    filled(catalog, 1)
    assert catalog.back_up_daily() is None


def test_a_day_has_one_backup_and_a_day_without_changes_none(catalog: Catalog) -> None:
    (photo_id,) = filled(catalog, 1)
    edited_at(catalog, photo_id, "first", NOON - DAY)
    first = catalog.back_up_daily(now=NOON - DAY)
    assert first is not None
    edited_at(catalog, photo_id, "second", NOON - DAY + timedelta(minutes=1))
    assert catalog.back_up_daily(now=NOON - DAY + timedelta(minutes=2)) is None
    second = catalog.back_up_daily(now=NOON)
    assert second is not None
    assert [caption_in(item.path, photo_id) for item in (first, second)] == ["first", "second"]
    os.utime(catalog.path, (NOON.timestamp() - 60,) * 2)
    assert catalog.back_up_daily(now=NOON + DAY) is None, "nothing was stored since"


def test_making_a_backup_and_closing_is_no_change(tmp_path: Path) -> None:
    catalog = Catalog.open(tmp_path / "catalog.sqlite")
    (photo_id,) = filled(catalog, 1)
    catalog.edit_caption(photo_id, "mine")
    assert catalog.back_up_daily() is not None
    catalog.close()
    again = Catalog.open(catalog.path)
    assert shown(again, photo_id) == "mine"
    assert again.back_up_daily(now=datetime.now(UTC) + DAY) is None
    again.edit_caption(photo_id, "newer")
    assert again.back_up_daily(now=datetime.now(UTC) + DAY) is not None
    again.close()


def test_a_clock_that_was_wrong_stops_no_backup(catalog: Catalog) -> None:
    (photo_id,) = filled(catalog, 1)
    catalog.edit_caption(photo_id, "mine")
    assert catalog.back_up_daily(now=NOON + 1000 * DAY) is not None
    assert catalog.back_up_daily() is not None


def test_after_a_week_on_a_wrong_clock_new_backups_stay(catalog: Catalog) -> None:
    photo_id = filled(catalog)[0]
    for day in range(DAILY_KEPT + 1):
        edited_at(catalog, photo_id, f"day {day} of the future", NOON + (1000 + day) * DAY)
        assert catalog.back_up_daily(now=NOON + (1000 + day) * DAY) is not None
    for day in range(3):
        edited_at(catalog, photo_id, f"day {day}", NOON + day * DAY)
        made = catalog.back_up_daily(now=NOON + day * DAY)
        assert made is not None, "it is gone again"
        assert caption_in(made.path, photo_id) == f"day {day}"
    assert len(catalog.backups()) == DAILY_KEPT


def test_the_last_seven_days_are_kept_and_what_was_asked_for_is(catalog: Catalog) -> None:
    (photo_id,) = filled(catalog, 1)
    catalog.edit_caption(photo_id, "mine")
    asked = catalog.back_up()
    made: list[Backup] = []
    for number in range(DAILY_KEPT + 3):
        moment = NOON + number * DAY
        edited_at(catalog, photo_id, f"day {number}", moment)
        backup = catalog.back_up_daily(now=moment)
        assert backup is not None
        made.append(backup)
    kept = [item for item in catalog.backups() if item.kind is BackupKind.DAILY]
    assert kept == list(reversed(made[3:]))
    assert asked in catalog.backups()


def test_others_write_while_a_backup_is_made(catalog: Catalog) -> None:
    ids = filled(catalog, 200)
    describe(catalog, *(said(photo_id, "a cat " * 200) for photo_id in ids))
    other = Catalog.open(catalog.path)
    looks = []

    def write_meanwhile() -> bool:
        looks.append(other.edit_caption(ids[0], f"turn {len(looks)}"))
        return False

    catalog.back_up()  # warms nothing: the next one is looked at
    sqlite_steps = "gallery.catalog.sqlite._STEPS_BETWEEN_LOOKS"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite_steps, 500)
        made = catalog.back_up_daily(stopped=write_meanwhile)
    assert made is not None
    assert len(looks) > 2
    assert caption_in(made.path, ids[0]) in {"a cat " * 200, *(f"turn {n}" for n in range(2))}
    assert shown(catalog, ids[0]) == f"turn {len(looks) - 1}"
    other.close()


def test_a_backup_that_is_stopped_leaves_nothing(catalog: Catalog) -> None:
    ids = filled(catalog, 100)
    describe(catalog, *(said(photo_id, "a cat") for photo_id in ids))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gallery.catalog.sqlite._STEPS_BETWEEN_LOOKS", 100)
        assert catalog.back_up_daily(stopped=lambda: True) is None
    assert names_in(backups_folder(catalog.path)) == []
    assert catalog.back_up_daily() is not None


def test_two_programs_do_not_make_the_same_backup(catalog: Catalog) -> None:
    (photo_id,) = filled(catalog, 1)
    catalog.edit_caption(photo_id, "mine")
    with backup_lock(catalog.path):
        assert catalog.back_up_daily() is None
    assert catalog.back_up_daily() is not None


def test_without_room_nothing_is_begun(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    (photo_id,) = filled(catalog, 1)
    catalog.edit_caption(photo_id, "mine")
    nearly_full = shutil.disk_usage(catalog.path.parent)._replace(free=1_000_000)
    monkeypatch.setattr(writing_files.shutil, "disk_usage", lambda _: nearly_full)
    with pytest.raises(KnownError, match="There is no room for a backup") as caught:
        catalog.back_up_daily()
    assert "1 MB are free" in caught.value.message
    assert names_in(backups_folder(catalog.path)) == []


def test_a_disk_that_fills_up_in_the_middle_leaves_the_older_backups(catalog: Catalog) -> None:
    ids = filled(catalog, 200)
    catalog.edit_caption(ids[0], "mine")
    good = catalog.back_up()
    describe(catalog, *(said(photo_id, "a cat " * 500) for photo_id in ids))
    with files_of_at_most(300_000), pytest.raises(KnownError, match="could not be written"):
        catalog.back_up_daily()
    assert catalog.backups() == [good]
    assert names_in(good.path.parent) == [good.path.name]
    assert catalog.back_up_daily() is not None


def test_damage_is_not_copied_but_told(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    catalog = Catalog.open(path)
    ids = filled(catalog, 500)
    catalog.edit_caption(ids[0], "mine")
    good = catalog.back_up()
    catalog.close()
    contents = bytearray(path.read_bytes())
    middle = len(contents) // 2
    contents[middle:-4096] = b"\xa5" * (len(contents) - middle - 4096)
    path.write_bytes(contents)
    damaged = Catalog.open(path)
    with pytest.raises(DamagedCatalogError, match="damaged") as caught:
        damaged.back_up()
    assert "photo-narrator catalog restore latest" in caught.value.hint
    assert caught.value.path == path
    assert backups(path) == [good]
    damaged.close()


def test_what_a_killed_program_left_is_removed(catalog: Catalog) -> None:
    (photo_id,) = filled(catalog, 1)
    catalog.edit_caption(photo_id, "mine")
    first = catalog.back_up()
    half = first.path.with_name("daily-20260101T120000000000Z.sqlite.partial")
    half.write_bytes(b"half of it")
    (first.path.parent / "notes.txt").write_text("a person's own")
    assert catalog.backups() == [first]
    second = catalog.back_up()
    assert names_in(first.path.parent) == sorted([first.path.name, second.path.name, "notes.txt"])
