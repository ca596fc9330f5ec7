"""More like this, look-alikes and a picture in the search box, in the real window."""

import threading
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from gallery.domain import DescribedPhoto, Photo
from gallery.ui.gallery_page import GalleryPage
from gallery.ui.main_window import MainWindow
from gallery.ui.photo_model import NOTE_ROLE
from gallery.ui.places import Kind, Place
from tests.gallery.ui.windows import NAMES, PATIENCE_MS, id_of, page_of, wait_for_photos


def _look(window: MainWindow, angles: Mapping[str, float]) -> None:
    """Give photos vectors by the sample's matcher, so many degrees from one another."""
    program = page_of(window).program
    described = []
    for name, angle in angles.items():
        vector = np.zeros(128, "<f2")
        vector[:2] = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
        photo_id = id_of(window, name)
        described.append(DescribedPhoto(photo_id, None, None, "", vector.tobytes(), unsure=False))
    matcher = program.describer_set.matcher
    program.catalog.store_descriptions(described, captioner=None, matcher=matcher)


def _title(page: GalleryPage) -> str:
    title = page.top_bar.findChild(QLabel, "place_title")
    assert title is not None
    return title.toolTip() or title.text()


def _names(page: GalleryPage) -> list[str]:
    return [page.program.catalog.photo(each).path.stem for each in page.model.ids]


def _notes(page: GalleryPage) -> list[str]:
    return [page.model.index(row, 0).data(NOTE_ROLE) for row in range(len(page.model.ids))]


@pytest.fixture
def looked(window: MainWindow) -> MainWindow:
    _look(window, {"beach": 0, "boat": 10, "castle": 18, "dog": 80, "snow": 180})
    return window


def test_more_like_this_says_what_it_shows_and_esc_goes_back(
    looked: MainWindow, qtbot: QtBot
) -> None:
    page = page_of(looked)
    page.grid.go_to(id_of(looked, "beach"))
    looked.actions_.more_like.trigger()
    qtbot.waitUntil(lambda: _names(page) == ["boat", "castle", "dog", "snow"], timeout=PATIENCE_MS)
    assert _title(page) == "Like beach.jpg"
    assert _notes(page) == [
        "nearly the same · 0.98",
        "very alike · 0.95",
        "likeness 0.17",
        "likeness -1.00",
    ]
    spoken = page.model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.endswith("nearly the same · 0.98")
    page.browser.refresh()  # something was stored meanwhile
    looked.actions_.more_like.trigger()
    qtbot.waitUntil(lambda: _title(page) == "Like boat.jpg", timeout=PATIENCE_MS)
    qtbot.keyClick(page.grid, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: _title(page) == "Like beach.jpg", timeout=PATIENCE_MS)
    assert page.grid.current_id == id_of(looked, "boat")
    qtbot.keyClick(page.grid, Qt.Key.Key_Escape)
    wait_for_photos(looked, qtbot, len(NAMES))
    assert _title(page) == "All photos"
    qtbot.waitUntil(lambda: page.grid.current_id == id_of(looked, "beach"), timeout=PATIENCE_MS)


def test_the_context_menu_of_a_photo_offers_what_is_like_it(looked: MainWindow) -> None:
    page = page_of(looked)
    for widget in (page.grid, page.viewer.stage):
        assert widget.contextMenuPolicy() is Qt.ContextMenuPolicy.ActionsContextMenu
        assert looked.actions_.more_like in widget.actions()
        assert looked.actions_.add_to_album in widget.actions()


def test_esc_goes_back_to_the_search_that_was_shown(looked: MainWindow, qtbot: QtBot) -> None:
    page = page_of(looked)
    page.top_bar.search.setText("castle")
    qtbot.waitUntil(lambda: _names(page) == ["castle"], timeout=PATIENCE_MS)
    page.focus_photos()
    page.open_photo(id_of(looked, "castle"))
    looked.actions_.more_like.trigger()
    qtbot.waitUntil(lambda: _title(page) == "Like castle.jpg", timeout=PATIENCE_MS)
    assert not page.is_viewing
    qtbot.keyClick(page.grid, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: _title(page) == "“castle”", timeout=PATIENCE_MS)
    assert page.browser.apart is None


def test_look_alikes_are_listed_by_their_first_photo_and_enter_opens_a_group(
    looked: MainWindow, qtbot: QtBot
) -> None:
    page = page_of(looked)
    looked.actions_.look_alikes.trigger()
    qtbot.waitUntil(lambda: _title(page) == "Look-alikes", timeout=PATIENCE_MS)
    (leading,) = _names(page)
    assert leading in ("beach", "boat")
    assert _notes(page) == ["2 that are nearly the same"]
    qtbot.keyClick(page.grid, Qt.Key.Key_Return)
    assert sorted(_names(page)) == ["beach", "boat"]
    assert _title(page) == "2 that are nearly the same"
    qtbot.keyClick(page.grid, Qt.Key.Key_Return)
    assert page.is_viewing
    qtbot.keyClick(page.viewer.stage, Qt.Key.Key_Escape)
    qtbot.keyClick(page.grid, Qt.Key.Key_Escape)
    assert _names(page) == [leading]
    qtbot.keyClick(page.grid, Qt.Key.Key_Return)
    assert sorted(_names(page)) == ["beach", "boat"]
    qtbot.keyClick(page.grid, Qt.Key.Key_Escape)
    qtbot.keyClick(page.grid, Qt.Key.Key_Escape)
    wait_for_photos(looked, qtbot, len(NAMES))
    assert page.program.catalog.counts().missing == 0


def test_who_goes_elsewhere_meanwhile_is_not_brought_back(
    looked: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_of(looked)
    asked, go_on = threading.Event(), threading.Event()
    catalog = page.program.catalog
    photo_of = catalog.photo

    def slow(photo_id: int) -> Photo:
        asked.set()
        assert go_on.wait(PATIENCE_MS / 1000)
        return photo_of(photo_id)

    monkeypatch.setattr(catalog, "photo", slow)
    looked.actions_.more_like.trigger()
    qtbot.waitUntil(asked.is_set, timeout=PATIENCE_MS)
    page.sidebar.place_requested.emit(Place(Kind.FOLDER, catalog.folders()[0].id))
    go_on.set()
    monkeypatch.undo()
    page.grid.go_to(id_of(looked, "boat"))
    looked.actions_.more_like.trigger()  # in the same lane: shown behind the one that was dropped
    qtbot.waitUntil(lambda: page.browser.apart is not None, timeout=PATIENCE_MS)
    assert _title(page) == "Like boat.jpg"
    qtbot.keyClick(page.grid, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not page.browser.searching, timeout=PATIENCE_MS)
    assert page.browser.place.kind is Kind.FOLDER


def test_where_nothing_is_alike_that_is_said(window: MainWindow, qtbot: QtBot) -> None:
    _look(window, {"beach": 0, "boat": 90})
    page = page_of(window)
    window.actions_.look_alikes.trigger()
    qtbot.waitUntil(page.empty.isVisible, timeout=PATIENCE_MS)
    assert "belong together" in " ".join(label.text() for label in page.empty.findChildren(QLabel))


def _drop(page: GalleryPage, data: QMimeData) -> None:
    buttons = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, *buttons)
    QApplication.sendEvent(page.top_bar.search, entering)
    assert entering.isAccepted()
    dropping = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, *buttons)
    QApplication.sendEvent(page.top_bar.search, dropping)


def test_a_picture_dropped_on_the_search_box_or_pasted_finds_photos_like_it(
    looked: MainWindow, qtbot: QtBot, tmp_path: Path, pictures: Path
) -> None:
    page = page_of(looked)
    picture = tmp_path / "other.jpg"
    picture.write_bytes((pictures / "dog.jpg").read_bytes())
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(picture))])
    _drop(page, data)
    qtbot.waitUntil(lambda: _title(page) == "Like other.jpg", timeout=60_000)
    assert len(page.model.ids) == len(NAMES)
    assert page.program.catalog.counts().photos == len(NAMES)
    qtbot.keyClick(page.grid, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not page.browser.searching, timeout=PATIENCE_MS)

    QGuiApplication.clipboard().setImage(QImage(str(picture)))
    page.top_bar.search.setFocus()
    qtbot.keyClick(page.top_bar.search, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: _title(page) == "Like the pasted picture", timeout=PATIENCE_MS)

    QGuiApplication.clipboard().setText("castle")
    qtbot.keyClick(page.top_bar.search, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert page.top_bar.search.text() == "castle"

    broken = tmp_path / "broken.jpg"
    broken.write_text("no picture")
    data.setUrls([QUrl.fromLocalFile(str(broken))])
    _drop(page, data)
    qtbot.waitUntil(lambda: looked.trouble.box is not None, timeout=PATIENCE_MS)
    assert looked.trouble.box is not None
    assert "“broken.jpg” cannot be compared." in looked.trouble.box.text()
    looked.trouble.box.close()
