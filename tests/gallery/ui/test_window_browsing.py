import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QAction, QDropEvent
from PySide6.QtWidgets import QAbstractButton, QLabel, QMenu, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import Engine, event

from gallery.domain import Origin
from gallery.program import Program
from gallery.settings import Settings
from gallery.ui.keys import STARS, key_list
from gallery.ui.main_window import MainWindow
from gallery.ui.places import ALL, FAILED, Kind, Place
from tests.gallery.ui.windows import (
    NAMES,
    PATIENCE_MS,
    Describe,
    OpenWindow,
    id_of,
    page_of,
    wait_for_photos,
)


@pytest.fixture
def sql_threads() -> Iterator[set[threading.Thread]]:
    """The threads that ran SQL."""
    seen: set[threading.Thread] = set()

    def note(*_: object) -> None:
        seen.add(threading.current_thread())

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)


def test_a_folder_is_shown_with_thumbnails_and_no_sql_on_the_gui_thread(
    program: Program,
    pictures: Path,
    open_window: OpenWindow,
    qtbot: QtBot,
    sql_threads: set[threading.Thread],
) -> None:
    window = open_window()
    assert window.wiring is not None
    sql_threads.clear()
    window.wiring.add_folder(pictures)
    wait_for_photos(window, qtbot, len(NAMES))
    page = page_of(window)
    qtbot.waitUntil(
        lambda: all(page.cache.pixmap(item) is not None for item in page.model.ids),
        timeout=PATIENCE_MS,
    )
    assert page.browser.place.kind is Kind.FOLDER
    assert page.banner.isVisible()
    assert sql_threads
    assert threading.main_thread() not in sql_threads


def test_an_empty_library_says_what_to_do(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    empty = page_of(window).empty
    qtbot.waitUntil(empty.isVisible)
    shown = {button.text() for button in empty.findChildren(QAbstractButton) if button.isVisible()}
    assert shown == {"Add a folder of photos…", "Try the sample gallery"}
    assert not page_of(window).banner.isVisible()


def test_the_viewer_walks_and_returns_to_the_photo_shown(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window)
    page.grid.setFocus()
    page.grid.go_to(page.model.ids[1])
    qtbot.keyClick(page.grid, Qt.Key.Key_Return)
    assert page.is_viewing
    qtbot.waitUntil(lambda: page.viewer.stage.is_sharp, timeout=PATIENCE_MS)
    qtbot.keyClick(page.viewer.stage, Qt.Key.Key_Space)
    qtbot.keyClick(page.viewer.stage, Qt.Key.Key_Right)
    qtbot.keyClick(page.viewer.stage, Qt.Key.Key_Left)
    assert page.viewer.photo_id == page.model.ids[2]
    qtbot.keyClick(page.viewer.stage, Qt.Key.Key_Escape)
    assert not page.is_viewing
    assert page.grid.current_id == page.model.ids[2]


def test_where_one_was_is_there_again_after_a_restart(
    window: MainWindow, open_window: OpenWindow, filled: Program, qtbot: QtBot
) -> None:
    page = page_of(window)
    folder_id = filled.catalog.folders()[0].id
    page.sidebar.place_requested.emit(Place(Kind.FOLDER, folder_id))
    qtbot.waitUntil(lambda: page.browser.place.folder_id == folder_id)
    page.grid.go_to(page.model.ids[3])
    page.grid.set_thumbnail_px(300)
    chosen, settings = page.grid.current_id, window.settings
    window.close_page()
    again = open_window(Settings(**{**vars_of(settings), "theme": "light"}))
    wait_for_photos(again, qtbot, len(NAMES))
    assert page_of(again).browser.place.folder_id == folder_id
    qtbot.waitUntil(lambda: page_of(again).grid.current_id == chosen, timeout=PATIENCE_MS)
    assert page_of(again).grid.thumbnail_px == 300


def test_another_place_begins_at_its_top(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window)
    page.grid.set_thumbnail_px(420)
    page.grid.go_to(page.model.ids[4])
    qtbot.waitUntil(lambda: page.grid.verticalOffset() > 0)
    page.sidebar.place_requested.emit(Place(Kind.FOLDER, page.program.catalog.folders()[0].id))
    qtbot.waitUntil(lambda: page.grid.verticalOffset() == 0, timeout=PATIENCE_MS)
    page.sidebar.place_requested.emit(ALL)
    qtbot.waitUntil(lambda: page.grid.verticalOffset() > 0, timeout=PATIENCE_MS)


def test_a_folder_that_is_gone_says_so_and_keeps_its_photos_in_sight(
    window: MainWindow, pictures: Path, qtbot: QtBot
) -> None:
    page = page_of(window)
    pictures.rename(pictures.with_name("unplugged"))
    page.sidebar.place_requested.emit(Place(Kind.FOLDER, page.program.catalog.folders()[0].id))
    assert window.wiring is not None
    window.wiring.scan()
    note = page.top_bar.findChild(QLabel, "place_note")
    assert note is not None
    qtbot.waitUntil(lambda: "not connected" in note.text(), timeout=PATIENCE_MS)
    assert len(page.model.ids) == len(NAMES)


def test_esc_goes_back_from_the_hits_too(
    window: MainWindow, describe: Describe, qtbot: QtBot
) -> None:
    describe({"dog": "a dog on a beach"})
    page = page_of(window)
    page.top_bar.search.setText("dog")
    qtbot.waitUntil(lambda: page.browser.searching, timeout=PATIENCE_MS)
    qtbot.keyClick(page.top_bar.search, Qt.Key.Key_Return)
    qtbot.keyClick(page.grid, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not page.browser.searching, timeout=PATIENCE_MS)
    wait_for_photos(window, qtbot, len(NAMES))


def test_enter_presses_the_buttons_that_tab_reaches(
    program: Program, open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    empty = page_of(window).empty
    qtbot.waitUntil(empty.isVisible)
    button = next(item for item in empty.findChildren(QPushButton) if "sample" in item.text())
    empty.samples_requested.disconnect()  # pressing is the matter here, not describing
    with qtbot.waitSignal(empty.samples_requested):
        qtbot.keyClick(button, Qt.Key.Key_Return)


def vars_of(settings: Settings) -> dict[str, str | int]:
    return {name: getattr(settings, name) for name in Settings.__slots__}


def test_what_could_not_be_described_is_listed_with_reasons_and_tried_again(
    pictures: Path, program: Program, open_window: OpenWindow, qtbot: QtBot
) -> None:
    good = (pictures / "dog.jpg").read_bytes()
    (pictures / "empty.jpg").write_bytes(b"")
    (pictures / "text.jpg").write_text("no picture")
    program.add_folder(pictures)
    assert program.indexer.wait_until_idle(30)
    window = open_window(Settings(theme="light", place=str(FAILED)))
    page = page_of(window)
    qtbot.waitUntil(lambda: len(page.failures.reasons) == 2, timeout=PATIENCE_MS)
    reasons = dict(page.failures.reasons)
    assert reasons["empty.jpg"] == "The file is empty."
    assert reasons["text.jpg"]
    (pictures / "empty.jpg").write_bytes(good)
    page.failures.try_again_requested.emit(None)
    qtbot.waitUntil(lambda: program.catalog.counts().failed == 1, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: len(page.failures.reasons) == 1, timeout=PATIENCE_MS)


def test_removing_a_folder_asks_and_leaves_the_files(
    window: MainWindow, filled: Program, pictures: Path, qtbot: QtBot
) -> None:
    page = page_of(window)
    window.ask_to_remove(filled.catalog.folders()[0].id)
    box = window.findChild(QMessageBox)
    assert box is not None
    assert "stay" in box.informativeText()
    remove = next(button for button in box.buttons() if "Remove" in button.text())
    remove.click()
    qtbot.waitUntil(lambda: not page.model.ids, timeout=PATIENCE_MS)
    qtbot.waitUntil(page.empty.isVisible)
    assert filled.catalog.folders() == ()
    assert len(list(pictures.iterdir())) == len(NAMES)


def test_a_dropped_folder_is_added_and_a_dropped_file_is_refused_in_words(
    pictures: Path, open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    drop(window, pictures / "dog.jpg")
    qtbot.waitUntil(lambda: window.trouble.box is not None, timeout=PATIENCE_MS)
    assert window.trouble.box is not None
    assert "not a folder" in window.trouble.box.text()
    window.trouble.box.accept()
    drop(window, pictures)
    wait_for_photos(window, qtbot, len(NAMES))


def drop(window: MainWindow, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    position, buttons = QPoint(50, 50), Qt.MouseButton.LeftButton
    action, keys = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(position, action, data, buttons, keys))


def test_the_banner_lets_the_sample_describe_after_a_plain_yes(
    window: MainWindow, filled: Program, qtbot: QtBot
) -> None:
    page = page_of(window)
    qtbot.waitUntil(page.banner.isVisible, timeout=PATIENCE_MS)
    filled.indexer.pause()  # what it would say is not the matter here
    page.banner.describe_anyway_requested.emit()
    qtbot.waitUntil(page.banner.isHidden, timeout=PATIENCE_MS)
    assert filled.catalog.folders()[0].sample_allowed


def test_every_control_has_a_name(window: MainWindow) -> None:
    window.show_keys()
    nameless = [
        widget
        for widget in window.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isVisibleTo(window)
        and not widget.accessibleName()
        and not (isinstance(widget, QAbstractButton) and widget.text())
        and not widget.objectName().startswith("qt_")
    ]
    assert nameless == []


def test_mnemonics_and_shortcuts_are_unique(window: MainWindow) -> None:
    menus = [window.menuBar(), *window.menuBar().findChildren(QMenu)]
    for menu in menus:
        letters = [letter for action in menu.actions() if (letter := mnemonic(action))]
        assert len(letters) == len(set(letters)), [action.text() for action in menu.actions()]
    shortcuts = [
        shortcut.toString()
        for action in window.findChildren(QAction)
        for shortcut in action.shortcuts()
    ]
    assert len(shortcuts) == len(set(shortcuts))
    listed = " ".join(key for _, rows in key_list() for key, _ in rows)
    told_otherwise = {"Ctrl++", *STARS[1:-1]}  # with Ctrl+=; as a range
    assert all(shortcut in listed for shortcut in shortcuts if shortcut not in told_otherwise)


def mnemonic(action: QAction) -> str:
    text = action.text().replace("&&", "")
    return text[text.index("&") + 1].lower() if "&" in text else ""


def test_a_photo_is_said_with_its_caption_its_place_and_who_said_it(
    window: MainWindow, describe: Describe, qtbot: QtBot
) -> None:
    describe({"dog": "a dog on a beach"})
    page = page_of(window)
    row = page.model.row_of(id_of(window, "dog"))
    assert row is not None
    index = page.model.index(row, 0)
    said = f"a dog on a beach, photo {row + 1} of 5"
    qtbot.waitUntil(
        lambda: index.data(Qt.ItemDataRole.AccessibleTextRole) == said, timeout=PATIENCE_MS
    )
    page.edits.set_caption(id_of(window, "dog"), "our Rex")
    said = f"our Rex, photo {row + 1} of 5, edited"
    qtbot.waitUntil(
        lambda: index.data(Qt.ItemDataRole.AccessibleTextRole) == said, timeout=PATIENCE_MS
    )
    caption = page.program.catalog.photo(id_of(window, "dog")).caption
    assert caption is not None
    assert caption.origin is Origin.PERSON
