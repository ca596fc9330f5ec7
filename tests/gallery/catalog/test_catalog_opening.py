"""Opening catalogs: new, old, newer, damaged, in impossible places."""

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect

from gallery.catalog import Catalog, sqlite
from gallery.catalog.backup_files import BackupKind, backups
from gallery.catalog.integrity import Part
from gallery.catalog.migrating import bring_up_to_date
from gallery.catalog.migrations import STEPS, Step
from gallery.catalog.tables import metadata
from gallery.errors import KnownError
from tests.gallery.catalog.making import CAPTIONER, MATCHER, filled, shown

SCHEMAS = sorted((Path(__file__).parent / "schemas").glob("v*.sqlite"))


def test_a_catalog_is_still_there_when_it_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "catalog.sqlite"
    first = Catalog.open(path)
    (photo_id,) = filled(first, 1)
    first.edit_caption(photo_id, "mine")
    first.close()
    second = Catalog.open(path)
    assert shown(second, photo_id) == "mine"
    second.close()
    second.close()
    assert backups(path) == [], "nothing was migrated"


def test_every_table_of_the_program_is_what_the_steps_made(catalog: Catalog) -> None:
    there = inspect(catalog._engine)
    for table in metadata.sorted_tables:
        made = {column["name"]: column["nullable"] for column in there.get_columns(table.name)}
        known = {column.name: bool(column.nullable) for column in table.columns}
        # SQLite calls an INTEGER PRIMARY KEY nullable.
        made |= {column.name: False for column in table.primary_key}
        assert made == known, table.name


def test_every_released_schema_has_a_fixture() -> None:
    assert [path.stem for path in SCHEMAS] == [f"v{step.number}" for step in STEPS]
    assert [step.number for step in STEPS] == list(range(1, len(STEPS) + 1))


@pytest.mark.parametrize("released", SCHEMAS, ids=lambda path: path.stem)
def test_a_released_schema_is_brought_up_to_date_with_all_it_holds(
    released: Path, tmp_path: Path
) -> None:
    path = tmp_path / "catalog.sqlite"
    shutil.copy(released, path)
    catalog = Catalog.open(path)
    edited, described, failed = catalog.photo_ids()
    assert shown(catalog, edited) == "Tom asleep in the café"
    assert [caption.text for caption in catalog.history(edited)] == [
        "Tom asleep in the café",
        "a cat on a table",
    ]
    assert [i for i, _ in catalog.ids_with_words("dogs", limit=9)] == [described]
    assert [photo.id for photo in catalog.failures()] == [failed]
    assert list(catalog.vectors(MATCHER)[0]) == [edited, described]
    assert catalog.backlog_count(CAPTIONER, MATCHER, sample=False) == 0
    assert catalog.check() == []
    catalog.close()


def _more(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE photos ADD COLUMN mood INTEGER")


def _broken(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE photos ADD COLUMN half INTEGER")
    connection.exec_driver_sql("ALTER TABLE absent ADD COLUMN half INTEGER")


def _columns(path: Path) -> set[str]:
    connection = sqlite3.connect(path)
    found = {row[1] for row in connection.execute("PRAGMA table_info(photos)")}
    connection.close()
    return found


def _migrate(path: Path, step: Step) -> None:
    engine = sqlite.open_engine(path)
    try:
        bring_up_to_date(engine, path, (*STEPS, step))
    finally:
        engine.dispose()


def test_a_copy_is_kept_before_a_catalog_is_changed(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    catalog = Catalog.open(path)
    (photo_id,) = filled(catalog, 1)
    catalog.edit_caption(photo_id, "mine")
    catalog.close()
    _migrate(path, Step(len(STEPS) + 1, "moods", _more))
    assert "mood" in _columns(path)
    (backup,) = backups(path)
    assert (backup.kind, backup.schema) == (BackupKind.MIGRATION, len(STEPS))
    assert "mood" not in _columns(backup.path)
    old = Catalog.open(backup.path)
    assert shown(old, photo_id) == "mine"
    old.close()


def test_a_check_tells_when_words_and_captions_differ(tmp_path: Path) -> None:
    catalog = Catalog.open(tmp_path / "catalog.sqlite")
    filled(catalog, 1)
    assert catalog.check() == []
    with catalog._writing() as connection:
        connection.exec_driver_sql("DROP TRIGGER photo_words_updated")
        connection.exec_driver_sql("UPDATE photos SET caption = 'a dog'")
    shown_ones, words = catalog.check()
    assert shown_ones.part is words.part is Part.WORDS
    assert "1 photos show another caption" in shown_ones.text
    assert "words differ from the captions" in words.text
    catalog.mend()
    assert catalog.check() == []
    catalog.close()


def test_a_step_that_fails_leaves_the_catalog_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    Catalog.open(path).close()
    with pytest.raises(Exception, match="no such table"):
        _migrate(path, Step(len(STEPS) + 1, "broken", _broken))
    assert "half" not in _columns(path)
    Catalog.open(path).close()


def test_a_catalog_of_a_newer_version_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    Catalog.open(path).close()
    _migrate(path, Step(len(STEPS) + 1, "moods", _more))
    before = path.read_bytes()
    with pytest.raises(KnownError, match="newer version of Photo Narrator") as caught:
        Catalog.open(path)
    assert "Update Photo Narrator" in caught.value.hint
    assert path.read_bytes() == before


def test_a_file_that_is_no_catalog_is_refused_and_left_alone(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("This is no database, but it is long enough to have a header. " * 20)
    other = tmp_path / "other.sqlite"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE recipes (name)")
    connection.commit()
    connection.close()
    for path in (text, other):
        with pytest.raises(KnownError, match="is not a catalog"):
            Catalog.open(path)
    assert text.read_text().startswith("This is no database")
    assert _tables(other) == {"recipes"}


def _tables(path: Path) -> set[str]:
    connection = sqlite3.connect(path)
    found = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema")}
    connection.close()
    return found


def test_a_damaged_catalog_is_told_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    catalog = Catalog.open(path)
    filled(catalog, 500)
    catalog.close()
    contents = bytearray(path.read_bytes())
    contents[8192:-4096] = b"\xa5" * (len(contents) - 8192 - 4096)
    path.write_bytes(contents)
    with pytest.raises(KnownError, match="damaged") as caught:
        _read_everything(path)
    assert "backup" in caught.value.hint


def _read_everything(path: Path) -> None:
    catalog = Catalog.open(path)
    try:
        catalog.photos(catalog.photo_ids())
    finally:
        catalog.close()


def test_a_place_where_nothing_can_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(KnownError, match="Nothing can be written in"):
        Catalog.open(tmp_path / "file" / "catalog.sqlite")
    (tmp_path / "folder").mkdir()
    with pytest.raises(KnownError, match="cannot be written"):
        Catalog.open(tmp_path / "folder")


def test_programs_that_create_one_catalog_at_once_all_get_it(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from gallery.catalog import Catalog;"
        " Catalog.open(Path(sys.argv[1])).close()"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "catalog.sqlite")],
            cwd=Path(__file__).parents[3],
        )
        for _ in range(3)
    ]
    assert [process.wait(60) for process in started] == [0, 0, 0]
