"""Putting a backup in place: what it refuses, what it keeps, and that no end of it does harm."""

import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from gallery.catalog import Catalog, restoring, writing_files
from gallery.catalog.backup_files import BackupKind, backups, backups_folder
from gallery.catalog.integrity import Part
from gallery.catalog.lock import nobody_else
from gallery.catalog.migrations import STEPS
from gallery.catalog.restoring import BadBackupError, restore, restore_newest
from gallery.errors import CatalogError, DamagedCatalogError, KnownError
from tests.gallery.catalog.making import filled, shown
from tests.gallery.catalog.test_backups import caption_in, files_of_at_most, names_in

SCHEMAS = Path(__file__).parent / "schemas"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A catalog that said "old" when it was backed up, and says "new"."""
    catalog = Catalog.open(tmp_path / "catalog.sqlite")
    (photo_id,) = filled(catalog, 1)
    catalog.edit_caption(photo_id, "old")
    catalog.back_up()
    catalog.edit_caption(photo_id, "new")
    catalog.close()
    return catalog.path


def says(path: Path) -> str | None:
    """The caption of a whole catalog."""
    with closing(Catalog.open(path)) as catalog:
        assert catalog.check() == []
        return shown(catalog, 1)


def damage(path: Path) -> None:
    path.write_bytes(b"not a database any more, " + path.read_bytes()[25:])


def identity(path: Path) -> str:
    with closing(Catalog.open(path)) as catalog:
        return catalog.identity()


def test_a_backup_is_put_in_place_and_the_former_catalog_kept(path: Path) -> None:
    (backup,) = backups(path)
    before = backup.path.read_bytes()
    done = restore(path, backup.path)
    assert says(path) == "old"
    assert done.kept is not None
    assert caption_in(done.kept, 1) == "new"
    assert backup.path.read_bytes() == before
    back = restore(path, done.kept)
    assert says(path) == "new"
    assert back.kept is not None
    assert caption_in(back.kept, 1) == "old"


@pytest.fixture
def with_wal(path: Path) -> Path:
    """The catalog as a program that was killed leaves it, with its last words in the WAL."""
    copy, wal = path.with_name("copy.sqlite"), path.with_name("catalog.sqlite-wal")
    with closing(Catalog.open(path)) as catalog:
        catalog.edit_caption(1, "only in the WAL")
        shutil.copy(path, copy)
        contents = wal.read_bytes()
    copy.replace(path)
    wal.write_bytes(contents)
    return path


def test_what_stood_in_the_wal_is_kept_and_does_not_reach_the_restored(with_wal: Path) -> None:
    done = restore_newest(with_wal)
    assert done.kept is not None
    assert caption_in(done.kept, 1) == "only in the WAL"
    assert says(with_wal) == "old"


def test_a_wal_that_cannot_be_brought_into_its_file_is_kept_beside_it(
    with_wal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restoring, "_settle", lambda _: False)
    done = restore_newest(with_wal)
    assert done.kept is not None
    assert caption_in(done.kept, 1) == "new", "this much is in the file alone"
    assert says(with_wal) == "old"
    restore(with_wal, done.kept)
    assert says(with_wal) == "only in the WAL"


def test_a_damaged_catalog_is_kept_as_it_is(path: Path) -> None:
    damage(path)
    damaged = path.read_bytes()
    with pytest.raises(DamagedCatalogError, match="damaged"):
        Catalog.open(path)
    done = restore_newest(path)
    assert done.kept is not None
    assert done.kept.read_bytes() == damaged
    assert says(path) == "old"


def test_the_newest_backup_that_is_whole_is_taken(path: Path) -> None:
    with closing(Catalog.open(path)) as catalog:
        bad = catalog.back_up()
    damage(bad.path)
    done = restore_newest(path)
    assert done.refused == (bad.path,)
    assert says(path) == "old"
    assert restore_newest(path).kept is not None, "what was replaced is not taken by itself"
    assert says(path) == "old"


def test_where_no_backup_is_good_nothing_changes(path: Path) -> None:
    for backup in backups(path):
        damage(backup.path)
    with pytest.raises(CatalogError, match="no good backup"):
        restore_newest(path)
    assert says(path) == "new"
    assert {item.kind for item in backups(path)} == {BackupKind.ASKED}


def test_a_backup_that_cannot_be_used_is_refused_with_the_reason(
    path: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(other)) as made:
        made.execute("CREATE TABLE recipes (name)")
    newer = tmp_path / "newer.sqlite"
    shutil.copy(backups(path)[0].path, newer)
    with closing(sqlite3.connect(newer)) as made:
        made.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    wrong_words = tmp_path / "wrong.sqlite"
    shutil.copy(backups(path)[0].path, wrong_words)
    with closing(sqlite3.connect(wrong_words)) as made:
        made.execute("INSERT INTO photo_words (photo_words) VALUES ('delete-all')")
        made.commit()
    text = tmp_path / "notes.txt"
    text.write_text("no database " * 200)
    (tmp_path / "empty.sqlite").touch()
    for file, why in (
        (other, "no catalog of Photo Narrator"),
        (newer, "newer version"),
        (wrong_words, "words differ from the captions"),
        (text, "not a database"),
        (tmp_path / "empty.sqlite", "no catalog of Photo Narrator"),
    ):
        with pytest.raises(BadBackupError, match=why) as caught:
            restore(path, file)
        assert str(file) in caught.value.message
    with pytest.raises(KnownError, match="There is no file"):
        restore(path, tmp_path / "nowhere.sqlite")
    assert says(path) == "new"
    assert [item.kind for item in backups(path)] == [BackupKind.ASKED]
    assert not list(tmp_path.glob("*.restoring*"))


def test_a_restored_catalog_is_another_course_of_it(path: Path) -> None:
    before = identity(path)
    restore_newest(path)
    after = identity(path)
    restore_newest(path)
    assert len({before, after, identity(path)}) == 3


def test_a_backup_of_an_older_schema_is_put_in_place_and_migrated(path: Path) -> None:
    restore(path, SCHEMAS / "v1.sqlite")
    assert says(path) == "Tom asleep in the café"
    assert BackupKind.MIGRATION in {item.kind for item in backups(path)}


def test_a_catalog_that_is_gone_is_restored_too(path: Path) -> None:
    path.unlink()
    assert restore_newest(path).kept is None
    assert says(path) == "old"


def test_a_link_to_a_catalog_stays_one(path: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "drive" / "photos.sqlite"
    elsewhere.parent.mkdir()
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    restore_newest(path)
    assert path.is_symlink()
    assert says(path) == "old"
    assert names_in(elsewhere.parent)[0] == "photos.sqlite"


def test_where_a_file_can_have_one_name_only_a_copy_is_kept(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: Path, _target: Path) -> None:
        raise PermissionError("no links here")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    done = restore_newest(path)
    assert done.kept is not None
    assert caption_in(done.kept, 1) == "new"
    assert says(path) == "old"


@pytest.mark.parametrize("step", ["finish_file", "_settle", "_double"])
def test_a_restore_that_fails_midway_leaves_the_catalog_and_can_be_done_again(
    path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(restoring, step, fail)
        with pytest.raises(KnownError, match="No space left on device"):
            restore_newest(path)
    assert says(path) == "new"
    assert {item.kind for item in backups(path)} == {BackupKind.ASKED}, "no second name is listed"
    assert restore_newest(path).kept is not None
    assert says(path) == "old"
    assert len(names_in(backups_folder(path))) == 2


def test_a_full_disk_leaves_the_catalog(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with files_of_at_most(60_000), pytest.raises(KnownError, match="could not be put in place"):
        restore_newest(path)
    nearly_full = shutil.disk_usage(path.parent)._replace(free=1_000)
    with monkeypatch.context() as patch:
        patch.setattr(writing_files.shutil, "disk_usage", lambda _: nearly_full)
        with pytest.raises(KnownError, match="no room for what is to be restored"):
            restore_newest(path)
    assert says(path) == "new"


def test_nothing_is_restored_while_the_catalog_is_open(path: Path) -> None:
    one, other = Catalog.open(path), Catalog.open(path)
    for still_open in (one, other):
        with pytest.raises(CatalogError, match="Another program has the catalog") as caught:
            restore_newest(path)
        assert "Close the window" in caught.value.hint
        still_open.close()
    restore_newest(path)
    assert says(path) == "old"


def test_vectors_of_a_wrong_size_are_told_and_mended(path: Path) -> None:
    with closing(Catalog.open(path)) as catalog:
        with catalog._writing() as connection:
            connection.exec_driver_sql("INSERT INTO checkpoints VALUES (7, 'a', 'r')")
            for size in (4, 4, 3):
                connection.exec_driver_sql(
                    "INSERT INTO photos (root_id, path, name, size_bytes, mtime_ns, sort_at_us,"
                    " month, embedded_by) VALUES (1, randomblob(8), 'a', 1, 1, 1, 202401, 7)"
                )
                connection.exec_driver_sql(
                    f"INSERT INTO vectors (photo_id, checkpoint, vector)"
                    f" VALUES (last_insert_rowid(), 7, zeroblob({size}))"
                )
        (problem,) = catalog.check()
        assert problem.part is Part.VECTORS
        assert problem.text.startswith("1 vectors")
        assert catalog.counts().embedded == 3
        catalog.mend()
        assert catalog.check() == []
        assert catalog.counts().embedded == 2


def test_who_opens_the_catalog_meanwhile_waits(path: Path) -> None:
    with ThreadPoolExecutor(1) as other:
        with nobody_else(path):
            opening = other.submit(says, path)
            with pytest.raises(TimeoutError):
                opening.result(0.3)
        assert opening.result(20) == "new"
