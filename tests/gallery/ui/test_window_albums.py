"""Albums and saved searches in the real window."""

from collections.abc import Sequence

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QInputDialog, QListWidget
from pytestqt.qtbot import QtBot

from gallery.ui import grid_arranging, keys
from gallery.ui.main_window import MainWindow
from gallery.ui.places import Kind, Place
from tests.gallery.ui.windows import NAMES, PATIENCE_MS, Describe, id_of, page_of


def _answer(window: MainWindow, qtbot: QtBot, text: str) -> QInputDialog:
    """Type into the dialog that is open, and press Enter."""
    qtbot.waitUntil(lambda: bool(_dialogs(window)), timeout=PATIENCE_MS)
    dialog = _dialogs(window)[-1]
    dialog.setTextValue(text)
    dialog.accept()
    return dialog


def _activate(window: MainWindow, qtbot: QtBot) -> None:
    """Shortcuts are the active window's."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=PATIENCE_MS)


def _dialogs(window: MainWindow) -> list[QInputDialog]:
    return [each for each in window.findChildren(QInputDialog) if each.isVisible()]


def _select(window: MainWindow, names: Sequence[str]) -> None:
    grid = page_of(window).grid
    grid.clearSelection()
    for place, name in enumerate(names):
        index = grid.model().index(page_of(window).model.row_of(id_of(window, name)) or 0, 0)
        if place == 0:
            grid.setCurrentIndex(index)
        grid.selectionModel().select(index, grid.selectionModel().SelectionFlag.Select)


def _names(window: MainWindow) -> list[str]:
    page = page_of(window)
    return [page.program.catalog.photo(each).path.stem for each in page.model.ids]


def _wait_for(window: MainWindow, qtbot: QtBot, names: Sequence[str]) -> None:
    qtbot.waitUntil(lambda: _names(window) == list(names), timeout=PATIENCE_MS)


def _rows(window: MainWindow) -> list[str]:
    places = page_of(window).sidebar.findChild(QListWidget, "places")
    assert places is not None
    return [places.item(row).text() for row in range(places.count())]


@pytest.fixture
def album(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """An album of three photos, opened."""
    _select(window, ["snow", "beach", "dog"])
    window.actions_.add_to_album.trigger()
    _answer(window, qtbot, "Rome")
    _wait_for(window, qtbot, _in_gallery_order(window, ["snow", "beach", "dog"]))
    return window


def _in_gallery_order(window: MainWindow, names: Sequence[str]) -> list[str]:
    catalog = page_of(window).program.catalog
    order = [catalog.photo(each).path.stem for each in catalog.photo_ids()]
    return [name for name in order if name in names]


def test_an_album_is_made_of_the_selection_and_stands_at_the_left(album: MainWindow) -> None:
    page = page_of(album)
    assert page.browser.place.kind is Kind.ALBUM
    assert _rows(album)[-2:] == ["Albums", "Rome"]
    assert page.top_bar.findChild(object, "place_title").text() == "Rome"


def test_keys_move_photos_in_an_album_and_undo_moves_them_back(
    album: MainWindow, qtbot: QtBot
) -> None:
    first, second, third = _names(album)
    _select(album, [third])
    _activate(album, qtbot)
    qtbot.keyClick(page_of(album).grid, Qt.Key.Key_Left, _CTRL_SHIFT)
    _wait_for(album, qtbot, [first, third, second])
    assert page_of(album).grid.current_id == id_of(album, third)
    album.actions_.move_earlier.trigger()
    _wait_for(album, qtbot, [third, first, second])
    album.actions_.move_later.trigger()
    _wait_for(album, qtbot, [first, third, second])
    undo = page_of(album).edits.undo_stack
    for expected in ([third, first, second], [first, third, second], [first, second, third]):
        undo.undo()
        _wait_for(album, qtbot, expected)
    undo.redo()
    _wait_for(album, qtbot, [first, third, second])


_CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def test_dragged_photos_go_before_the_one_they_are_dropped_on(
    album: MainWindow, qtbot: QtBot
) -> None:
    first, second, third = _names(album)
    grid = page_of(album).grid
    data = QMimeData()
    drag = grid_arranging.drag_of(grid, [id_of(album, third)], None)
    data.setData(grid_arranging.MIME_TYPE, drag.mimeData().data(grid_arranging.MIME_TYPE))
    left = grid.visualRect(grid.model().index(0, 0)).center()
    left.setX(left.x() - 30)
    event = QDropEvent(
        QPointF(left),
        Qt.DropAction.MoveAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    grid.dropEvent(event)
    assert event.isAccepted()
    _wait_for(album, qtbot, [third, first, second])


def test_delete_takes_a_photo_out_of_the_album_and_leaves_it_in_the_library(
    album: MainWindow, qtbot: QtBot
) -> None:
    first, second, third = _names(album)
    _select(album, [second])
    qtbot.keyClick(page_of(album).grid, Qt.Key.Key_Delete)
    _wait_for(album, qtbot, [first, third])
    assert page_of(album).program.catalog.counts().photos == len(NAMES)
    page_of(album).edits.undo_stack.undo()
    _wait_for(album, qtbot, [first, second, third])


def test_an_album_is_renamed_and_deleted_and_undo_brings_it_back(
    album: MainWindow, qtbot: QtBot
) -> None:
    page = page_of(album)
    order = _names(album)
    places = page.sidebar.findChild(QListWidget, "places")
    assert places is not None
    qtbot.keyClick(places, Qt.Key.Key_F2)
    _answer(album, qtbot, "Lisbon")
    qtbot.waitUntil(lambda: "Lisbon" in _rows(album), timeout=PATIENCE_MS)
    places.setFocus()
    qtbot.keyClick(places, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: "Albums" not in _rows(album), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: page.browser.place.kind is Kind.ALL, timeout=PATIENCE_MS)
    page.edits.undo_stack.undo()
    qtbot.waitUntil(lambda: "Lisbon" in _rows(album), timeout=PATIENCE_MS)
    assert page.browser.overview is not None
    (known,) = page.browser.overview.albums
    page.sidebar.place_requested.emit(Place(Kind.ALBUM, album_id=known.id))
    _wait_for(album, qtbot, order)


def test_a_name_that_is_taken_is_told_and_nothing_changes(album: MainWindow, qtbot: QtBot) -> None:
    page_of(album).grid.clearSelection()
    album.actions_.new_album.trigger()
    _answer(album, qtbot, "ROME")
    qtbot.waitUntil(lambda: album.trouble.box is not None, timeout=PATIENCE_MS)
    assert album.trouble.box is not None
    assert "already" in album.trouble.box.text()
    album.trouble.box.close()
    assert len(page_of(album).program.catalog.albums()) == 1


def test_the_slideshow_plays_an_album_in_its_order(album: MainWindow, qtbot: QtBot) -> None:
    first, second, third = _names(album)
    _select(album, [third])
    album.actions_.move_earlier.trigger()
    _wait_for(album, qtbot, [first, third, second])
    page_of(album).grid.go_to(id_of(album, first))
    assert album.wiring is not None
    album.wiring.start_slideshow()
    show = album.wiring.slideshow
    assert show is not None
    seen = []
    for _ in range(3):
        seen.append(show.current_photo_id)
        show.show_next()
    assert seen == [id_of(album, name) for name in (first, third, second)]
    show.close()


def test_a_search_is_kept_under_a_name_and_run_with_a_click(
    window: MainWindow, describe: Describe, qtbot: QtBot
) -> None:
    describe({"dog": "a dog on a beach", "boat": "a boat at night"})
    page = page_of(window)
    window.actions_.save_search.trigger()
    qtbot.waitUntil(lambda: window.trouble.box is not None, timeout=PATIENCE_MS)
    assert window.trouble.box is not None
    window.trouble.box.close()
    page.top_bar.search.setText("dog")
    qtbot.waitUntil(lambda: page.browser.searching, timeout=PATIENCE_MS)
    _activate(window, qtbot)
    qtbot.keyClick(page.top_bar.search, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    _answer(window, qtbot, "Our dogs")
    qtbot.waitUntil(lambda: "Our dogs" in _rows(window), timeout=PATIENCE_MS)
    page.top_bar.clear_search()
    qtbot.waitUntil(lambda: not page.browser.searching, timeout=PATIENCE_MS)
    places = page.sidebar.findChild(QListWidget, "places")
    assert places is not None
    places.setCurrentRow(places.count() - 1)
    qtbot.waitUntil(lambda: page.browser.searching, timeout=PATIENCE_MS)
    assert page.top_bar.search.text() == "dog"
    _wait_for(window, qtbot, ["dog"])
    spoken = places.item(places.count() - 1).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Our dogs, saved search"
    qtbot.keyClick(places, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: "Our dogs" not in _rows(window), timeout=PATIENCE_MS)


def test_every_key_of_albums_is_in_the_list_of_keys() -> None:
    told = " ".join(key for _, rows in keys.key_list() for key, _ in rows)
    for key in (keys.ADD_TO_ALBUM, keys.EARLIER, keys.LATER, keys.SAVE_SEARCH, keys.MORE_LIKE):
        assert key in told
