"""Folders left out, doubts, missing photos, and large folders, in the window."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtWidgets import QInputDialog, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from gallery.library import estimating
from gallery.program import Program
from gallery.ui.folder_wishes import FolderWishes
from gallery.ui.main_window import MainWindow
from gallery.ui.places import ALL, MISSING, REVIEW, Kind, Place
from tests.gallery.ui.windows import NAMES, PATIENCE_MS, OpenWindow, id_of, page_of


def wishes_of(window: MainWindow) -> FolderWishes:
    assert window.folder_wishes is not None
    return window.folder_wishes


def box_of(window: MainWindow, qtbot: QtBot) -> QMessageBox:
    """The box that is open, or comes."""

    def is_there() -> bool:
        return any(box.isVisible() for box in window.findChildren(QMessageBox))

    qtbot.waitUntil(is_there, timeout=PATIENCE_MS)
    return next(box for box in window.findChildren(QMessageBox) if box.isVisible())


def press(box: QMessageBox, text: str) -> None:
    (button,) = (button for button in box.buttons() if button.text().replace("&", "") == text)
    button.click()


def places(window: MainWindow) -> list[str]:
    listed = page_of(window).sidebar._list
    return [listed.item(row).text() for row in range(listed.count())]


def change_under_my_words(window: MainWindow, pictures: Path, name: str) -> int:
    page = page_of(window)
    photo_id = id_of(window, name)
    page.program.catalog.edit_caption(photo_id, "my words")
    Image.new("RGB", (640, 480), (9, 9, 9)).save(pictures / f"{name}.jpg")
    page.program.indexer.request_scan()
    assert page.program.indexer.wait_until_idle(30)
    return photo_id


def test_a_changed_picture_is_to_be_reviewed_until_a_person_says_that_it_fits(
    window: MainWindow, pictures: Path, qtbot: QtBot
) -> None:
    page = page_of(window)
    assert "To review" not in places(window)
    photo_id = change_under_my_words(window, pictures, "boat")
    qtbot.waitUntil(lambda: "To review" in places(window), timeout=PATIENCE_MS)
    page.sidebar.place_requested.emit(REVIEW)
    qtbot.waitUntil(lambda: list(page.model.ids) == [photo_id], timeout=PATIENCE_MS)
    page.open_photo(photo_id)
    doubt = page.viewer.details.doubt
    qtbot.waitUntil(doubt.isVisible, timeout=PATIENCE_MS)
    doubt.findChild(QPushButton, "caption_fits").click()
    qtbot.waitUntil(lambda: not doubt.isVisible(), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: page.browser.place == ALL, timeout=PATIENCE_MS)
    assert page.program.catalog.person_caption(photo_id) == "my words"
    assert "To review" not in places(window)


def test_the_doubt_may_be_answered_by_an_edit(
    window: MainWindow, pictures: Path, qtbot: QtBot
) -> None:
    page = page_of(window)
    photo_id = change_under_my_words(window, pictures, "dog")
    page.open_photo(photo_id)
    doubt = page.viewer.details.doubt
    qtbot.waitUntil(doubt.isVisible, timeout=PATIENCE_MS)
    next(one for one in doubt.findChildren(QPushButton) if one.text() == "Edit").click()
    assert page.viewer.details.is_editing
    page.viewer.details._editor.setPlainText("other words")
    page.viewer.details._save()
    qtbot.waitUntil(lambda: not doubt.isVisible(), timeout=PATIENCE_MS)


def test_a_folder_is_left_out_and_taken_back(
    window: MainWindow, pictures: Path, qtbot: QtBot
) -> None:
    page, wishes = page_of(window), wishes_of(window)
    private = pictures / "private"
    private.mkdir()
    (pictures / "boat.jpg").rename(private / "boat.jpg")
    page.program.indexer.request_scan()
    assert page.program.indexer.wait_until_idle(30)
    wishes.leave_out(private)
    qtbot.waitUntil(lambda: len(page.model.ids) == len(NAMES) - 1, timeout=PATIENCE_MS)
    wishes.show_left_out()
    qtbot.waitUntil(lambda: bool(window.findChildren(QInputDialog)), timeout=PATIENCE_MS)
    (dialog,) = window.findChildren(QInputDialog)
    assert dialog.comboBoxItems() == [str(private)]
    dialog.accept()
    qtbot.waitUntil(lambda: len(page.model.ids) == len(NAMES), timeout=PATIENCE_MS)
    wishes.show_left_out()
    box = box_of(window, qtbot)
    assert box.text() == "No folder is left out."
    box.close()


def test_what_cannot_be_left_out_is_told(window: MainWindow, pictures: Path, qtbot: QtBot) -> None:
    wishes_of(window).leave_out(pictures)
    qtbot.waitUntil(lambda: window.trouble.box is not None, timeout=PATIENCE_MS)
    assert window.trouble.box is not None
    assert "is a folder of the library itself" in window.trouble.box.text()
    window.trouble.box.close()


def test_missing_photos_are_forgotten_after_asking(
    window: MainWindow, pictures: Path, qtbot: QtBot
) -> None:
    page, wishes = page_of(window), wishes_of(window)
    page.program.catalog.edit_caption(id_of(window, "snow"), "my words")
    (pictures / "snow.jpg").unlink()
    page.program.indexer.request_scan()
    qtbot.waitUntil(lambda: "File is missing" in places(window), timeout=PATIENCE_MS)
    page.sidebar.place_requested.emit(MISSING)
    qtbot.waitUntil(lambda: len(page.model.ids) == 1, timeout=PATIENCE_MS)
    wishes.ask_to_forget()
    box = box_of(window, qtbot)
    assert "1 photo whose files are gone" in box.text()
    assert "in your words: 1 photo" in box.informativeText()
    press(box, "Forget")
    qtbot.waitUntil(lambda: page.browser.place == ALL, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: len(page.model.ids) == len(NAMES) - 1, timeout=PATIENCE_MS)
    assert "File is missing" not in places(window)


@pytest.mark.parametrize(
    ("answer", "kept"),
    [("Start", [False]), ("Only list them", [True]), ("Not now", [])],
)
def test_a_large_folder_is_estimated_before_it_is_described(
    program: Program,
    pictures: Path,
    open_window: OpenWindow,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    kept: Sequence[bool],
) -> None:
    monkeypatch.setattr(estimating, "WORTH_ASKING", 3)
    program.notes.note_seconds_a_photo(
        estimating.pace_name(program.describer_set, program.options.precision), 3600.0
    )
    window = open_window()
    wishes_of(window).add(pictures)
    box = box_of(window, qtbot)
    assert "about 5 photos in “Holiday”" in box.text()
    assert "about 5 h on this computer (as measured before)" in box.informativeText()
    press(box, answer)
    qtbot.waitUntil(
        lambda: [folder.names_only for folder in program.catalog.folders()] == kept,
        timeout=PATIENCE_MS,
    )
    if kept == [True]:
        qtbot.waitUntil(lambda: "Holiday (only listed)" in places(window), timeout=PATIENCE_MS)
        (folder,) = program.catalog.folders()
        page_of(window).sidebar.describe_folder_requested.emit(folder.id)
        qtbot.waitUntil(lambda: "Holiday" in places(window), timeout=PATIENCE_MS)
    assert program.indexer.wait_until_idle(30)


def test_a_small_folder_is_added_without_a_question(
    program: Program, pictures: Path, open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    wishes_of(window).add(pictures)
    qtbot.waitUntil(lambda: page_of(window).browser.place.kind is Kind.FOLDER, timeout=PATIENCE_MS)
    assert not window.findChildren(QMessageBox)
    assert program.indexer.wait_until_idle(30)


def test_what_is_no_folder_is_told(
    program: Program, pictures: Path, open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    wishes_of(window).add(pictures / "nowhere")
    qtbot.waitUntil(lambda: window.trouble.box is not None, timeout=PATIENCE_MS)
    assert window.trouble.box is not None
    assert "There is no folder" in window.trouble.box.text()
    window.trouble.box.close()


def test_places_are_remembered_by_name() -> None:
    assert [Place.parse(str(place)) for place in (REVIEW, MISSING)] == [REVIEW, MISSING]
