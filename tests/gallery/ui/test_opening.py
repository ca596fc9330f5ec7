"""What is opened from a file manager, at the start or while the window is there."""

import shutil
from pathlib import Path

from pytestqt.qtbot import QtBot

from gallery.ui.main_window import MainWindow
from gallery.ui.opening import Opening
from gallery.ui.places import Kind
from tests.gallery.ui.windows import NAMES, PATIENCE_MS, OpenWindow, page_of, wait_for_photos


def opening(window: MainWindow) -> Opening:
    assert window.wiring is not None
    return Opening(page_of(window).program, window.wiring)


def shown(window: MainWindow) -> Path | None:
    page = page_of(window)
    if not page.is_viewing or page.viewer.photo_id is None:
        return None
    return page.program.catalog.photo(page.viewer.photo_id).path


def test_a_known_photo_is_shown_in_its_folder(
    window: MainWindow, pictures: Path, qtbot: QtBot
) -> None:
    opening(window).open([pictures / "dog.jpg"])
    qtbot.waitUntil(lambda: shown(window) == pictures / "dog.jpg", timeout=PATIENCE_MS)
    assert page_of(window).browser.place.kind is Kind.FOLDER


def test_a_photo_of_a_folder_that_is_not_known_adds_the_folder_and_is_shown(
    open_window: OpenWindow, pictures: Path, qtbot: QtBot
) -> None:
    window = open_window()
    opening(window).open([pictures / "snow.jpg"])
    qtbot.waitUntil(lambda: shown(window) == pictures / "snow.jpg", timeout=PATIENCE_MS)
    assert [item.path for item in page_of(window).program.catalog.folders()] == [pictures]


def test_a_photo_that_is_new_in_a_known_folder_is_looked_for_there(
    window: MainWindow, pictures: Path, qtbot: QtBot
) -> None:
    below = pictures / "Evening"
    below.mkdir()
    shutil.copy(pictures / "dog.jpg", below / "new.jpg")
    with (below / "new.jpg").open("ab") as file:
        file.write(b"another content")
    opening(window).open([below / "new.jpg"])
    qtbot.waitUntil(lambda: shown(window) == below / "new.jpg", timeout=PATIENCE_MS)
    assert [item.path for item in page_of(window).program.catalog.folders()] == [pictures]


def test_a_folder_is_added_and_gone_to(
    open_window: OpenWindow, pictures: Path, qtbot: QtBot
) -> None:
    window = open_window()
    opening(window).open([pictures])
    wait_for_photos(window, qtbot, len(NAMES))
    assert page_of(window).browser.place.kind is Kind.FOLDER


def test_what_is_not_there_is_told(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    opening(window).open([tmp_path / "gone.jpg"])
    qtbot.waitUntil(lambda: window.trouble.box is not None, timeout=PATIENCE_MS)
    box = window.trouble.box
    assert box is not None
    assert "gone.jpg" in box.text()
    box.accept()
