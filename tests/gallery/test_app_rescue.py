"""The window on a catalog that cannot be used: it says so, and offers the way back."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from gallery import app
from gallery.catalog import Catalog
from gallery.catalog.backup_files import BackupKind, backups
from gallery.catalog.migrations import STEPS
from gallery.program import ProgramOptions
from gallery.settings import Settings, SettingsFile
from tests.gallery.catalog.making import filled, shown

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
PATIENCE_MS = 20_000
Open = Callable[[], app.Session]


@pytest.fixture
def exits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    codes: list[int] = []
    monkeypatch.setattr(QApplication, "exit", codes.append)
    return codes


@pytest.fixture
def open_it(qapp: QApplication, tmp_path: Path, exits: list[int]) -> Iterator[Open]:
    app.make_application()
    opened: list[app.Session] = []

    def start() -> app.Session:
        options = ProgramOptions(tmp_path / "catalog.sqlite")
        session = app.Session(options, open_samples=False, folders=())
        opened.append(session)
        session.start()
        return session

    yield start
    for session in opened:
        session.close()
    qapp.processEvents()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A catalog with a person's caption, and a backup of it."""
    with closing(Catalog.open(tmp_path / "catalog.sqlite")) as catalog:
        (photo_id,) = filled(catalog, 1)
        catalog.edit_caption(photo_id, "mine")
        catalog.back_up()
        return catalog.path


def offered(session: app.Session, qtbot: QtBot) -> QMessageBox:
    qtbot.waitUntil(lambda: session.rescue.box is not None, timeout=PATIENCE_MS)
    assert session.rescue.box is not None
    return session.rescue.box


def press(box: QMessageBox, text: str) -> None:
    next(button for button in box.buttons() if button.text() == text).click()


def test_a_damaged_catalog_is_restored_and_opened_when_a_person_says_so(
    path: Path, open_it: Open, qtbot: QtBot, exits: list[int]
) -> None:
    path.write_bytes(b"not a database any more, " + path.read_bytes()[25:])
    session = open_it()
    box = offered(session, qtbot)
    assert "damaged" in box.text()
    assert "newest backup is of" in box.informativeText()
    press(box, "&Restore the Backup")
    qtbot.waitUntil(lambda: session.window.page is not None, timeout=PATIENCE_MS)
    assert session.program is not None
    assert shown(session.program.catalog, 1) == "mine"
    told = session.window.trouble.box
    assert told is not None
    (kept,) = (item for item in backups(path) if item.kind is BackupKind.REPLACED)
    assert str(kept.path) in told.informativeText()
    assert exits == []
    told.accept()


def test_damage_that_is_met_later_is_offered_too_and_the_catalog_closed_first(
    path: Path, open_it: Open, qtbot: QtBot
) -> None:
    contents = bytearray(path.read_bytes())
    with closing(sqlite3.connect(path)) as catalog:
        pages = catalog.execute(
            "SELECT rootpage FROM sqlite_schema WHERE tbl_name = 'photos' AND rootpage > 0"
        ).fetchall()
    for (page,) in pages:
        contents[(page - 1) * 4096 : page * 4096] = b"\xa5" * 4096
    path.write_bytes(contents)
    session = open_it()
    box = offered(session, qtbot)
    first = session.program
    assert first is not None, "what opening reads is whole"
    press(box, "&Restore the Backup")
    qtbot.waitUntil(lambda: session.program not in (None, first), timeout=PATIENCE_MS)
    assert session.program is not None
    assert shown(session.program.catalog, 1) == "mine"
    box = session.window.trouble.box
    assert box is not None
    box.accept()


def test_who_does_not_want_a_backup_quits_and_nothing_changes(
    path: Path, open_it: Open, qtbot: QtBot, exits: list[int]
) -> None:
    path.write_bytes(b"not a database any more, " + path.read_bytes()[25:])
    damaged = path.read_bytes()
    press(offered(open_it(), qtbot), "&Quit")
    assert exits == [2]
    assert path.read_bytes() == damaged


def test_without_a_backup_only_quitting_is_offered(
    path: Path, open_it: Open, qtbot: QtBot, exits: list[int]
) -> None:
    path.write_bytes(b"not a database any more, " + path.read_bytes()[25:])
    for backup in backups(path):
        backup.path.unlink()
    box = offered(open_it(), qtbot)
    assert [button.text() for button in box.buttons()] == ["&Quit"]
    assert f"no backup of {path}" in box.informativeText()
    box.reject()
    assert exits == [2]


def test_a_catalog_of_a_newer_version_is_refused_and_the_describer_remembered(
    path: Path, open_it: Open, qtbot: QtBot, exits: list[int]
) -> None:
    with closing(sqlite3.connect(path)) as catalog:
        catalog.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    SettingsFile(path.with_name("settings.json")).save(Settings(checkpoint="sample"))
    session = open_it()
    qtbot.waitUntil(lambda: session.window.trouble.box is not None, timeout=PATIENCE_MS)
    box = session.window.trouble.box
    assert box is not None
    assert "newer version of Photo Narrator" in box.text()
    assert "Update Photo Narrator" in box.informativeText()
    box.accept()
    assert exits == [2]
    assert session.settings.checkpoint == "sample"
