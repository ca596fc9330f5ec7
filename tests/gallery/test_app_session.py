"""The composition root: opens, remembers, changes the describer, tells what went wrong, closes."""

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.hub.store import Store
from gallery import app
from gallery.paths import checkpoints_dir, resources_dir
from gallery.program import ProgramOptions
from gallery.settings import SettingsFile

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
PATIENCE_MS = 20_000


@pytest.fixture
def session(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[app.Session]:
    app.make_application()
    options = ProgramOptions(tmp_path / "catalog.sqlite")
    session = app.Session(options, open_samples=False, folders=())
    session.start()
    qtbot.waitUntil(lambda: is_open(session), timeout=PATIENCE_MS)
    yield session
    session.close()
    qapp.processEvents()


def is_open(session: app.Session) -> bool:
    page = session.window.page
    return page is not None and page.browser.overview is not None


def describer(session: app.Session) -> str:
    return session.program.describer_set.name if session.program is not None else ""


def test_closing_saves_what_is_to_be_remembered(session: app.Session, tmp_path: Path) -> None:
    session.settings.theme = "dark"
    session.close()
    saved = SettingsFile(tmp_path / "settings.json").load()
    assert saved.theme == "dark"
    assert saved.window_geometry
    assert session.program is None


def test_another_describer_is_opened_and_remembered(
    session: app.Session, tmp_path: Path, qtbot: QtBot
) -> None:
    weights = tmp_path / "my-blip"
    shutil.copytree(resources_dir() / "checkpoints" / "sample", weights)
    first = session.program
    session.window.checkpoint_chosen.emit(str(weights))
    qtbot.waitUntil(lambda: describer(session) == "my-blip", timeout=PATIENCE_MS)
    assert session.program is not first
    qtbot.waitUntil(lambda: is_open(session), timeout=PATIENCE_MS)
    session.close()
    assert SettingsFile(tmp_path / "settings.json").load().checkpoint == str(weights)


def test_a_folder_without_weights_changes_nothing_and_is_told(
    session: app.Session, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "empty").mkdir()
    program = session.program
    session.window.checkpoint_chosen.emit(str(tmp_path / "empty"))
    qtbot.waitUntil(lambda: session.window.trouble.box is not None, timeout=PATIENCE_MS)
    assert session.program is program
    assert session.settings.checkpoint == ""
    box = session.window.trouble.box
    assert box is not None
    box.accept()


def test_a_bug_is_logged_and_told_once_with_the_logs_place(
    session: app.Session, caplog: pytest.LogCaptureFixture
) -> None:
    trouble = session.window.trouble
    with caplog.at_level(logging.ERROR):
        trouble.show_error(ZeroDivisionError("a bug of ours"))
    assert "a bug of ours" in caplog.text
    assert trouble.box is not None
    assert "photo-narrator.log" in trouble.box.informativeText()
    trouble.box.accept()
    trouble.show_error(ZeroDivisionError("again"))
    assert trouble.box is None


def test_an_installed_set_is_used_by_its_name_and_told_in_the_settings(
    session: app.Session, tmp_path: Path, qtbot: QtBot
) -> None:
    store = Store(checkpoints_dir())
    folder = store.checkpoint_folder("owner/mine", "a" * 40)
    shutil.copytree(resources_dir() / "checkpoints" / "sample", folder)
    store.add("mine", [folder])
    settings = session.window.settings_wiring
    settings.show()
    qtbot.waitUntil(lambda: settings.checkpoints.find("mine") is not None, timeout=PATIENCE_MS)
    assert settings.page is not None
    settings.page.list.choose("mine")
    settings.page.details.use.click()
    qtbot.waitUntil(lambda: describer(session) == "mine", timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: _is_in_use(session, "mine"), timeout=PATIENCE_MS)
    assert not settings.page.details.remove.isEnabled()
    session.close()
    assert SettingsFile(tmp_path / "settings.json").load().checkpoint == "mine"


def _is_in_use(session: app.Session, name: str) -> bool:
    item = session.window.settings_wiring.checkpoints.find(name)
    return item is not None and item.in_use
