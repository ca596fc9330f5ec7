"""What the grid costs at a million photos: counted, not timed."""

from array import array
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    Qt,
)
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QLineEdit, QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from gallery.program import Program
from gallery.ui.background import Background
from gallery.ui.grid_delegate import GridDelegate
from gallery.ui.grid_view import GridView
from gallery.ui.photo_cache import PhotoCache
from gallery.ui.photo_model import PhotoModel

MILLION = 1_000_000


class CountingModel(PhotoModel):
    looks = 0

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        self.looks += 1
        return super().data(index, role)


class CountingDelegate(GridDelegate):
    paints = 0

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.painted: set[int] = set()

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        self.paints += 1
        self.painted.add(index.row())
        super().paint(painter, option, index)


class Grid:
    def __init__(self, program: Program, qtbot: QtBot) -> None:
        self.view = GridView(220)
        qtbot.addWidget(self.view)
        self.background = Background(self.view)
        cache = PhotoCache(program.catalog, program.thumbnails, self.background, self.view)
        self.model = CountingModel(cache, self.view)
        self.delegate = CountingDelegate(self.view)
        self.view.setItemDelegate(self.delegate)
        self.view.setModel(self.model)
        self.model.set_ids(array("q", range(1, MILLION + 1)))
        self.view.resize(1000, 700)
        self.view.show()
        qtbot.waitExposed(self.view)


@pytest.fixture
def grid(program: Program, qtbot: QtBot) -> Iterator[Grid]:
    grid = Grid(program, qtbot)
    yield grid
    grid.background.close()


def test_nothing_costs_more_than_what_is_visible(grid: Grid, qtbot: QtBot) -> None:
    view, bar = grid.view, grid.view.verticalScrollBar()
    visible = len(view.visible_rows)
    assert 4 <= visible <= 30
    steps = [
        lambda: bar.setValue(bar.maximum()),
        lambda: view.resize(700, 500),
        lambda: view.set_thumbnail_px(160),
        lambda: grid.model.set_ids(array("q", range(MILLION, 0, -1))),
        lambda: view.go_to(MILLION // 2),
        view.selectAll,
        lambda: qtbot.keyClick(view, Qt.Key.Key_End),
        lambda: qtbot.keyClick(view, Qt.Key.Key_PageUp),
        lambda: qtbot.keyClicks(view, "abc"),
    ]
    for step in steps:
        grid.model.looks = grid.delegate.paints = 0
        step()
        view.viewport().repaint()
        most = 3 * max(visible, len(view.visible_rows))
        assert grid.delegate.paints <= most
        assert grid.model.looks <= 20 * most


def test_scrolling_paints_what_is_there_now(grid: Grid, qtbot: QtBot) -> None:
    view, painted = grid.view, grid.delegate.painted
    view.viewport().repaint()
    painted.clear()
    view.verticalScrollBar().setValue(50_000)
    qtbot.waitUntil(lambda: painted >= set(view.visible_rows))


def test_the_editor_stays_at_its_photo_when_the_grid_scrolls(grid: Grid, qtbot: QtBot) -> None:
    view = grid.view
    view.go_to(1)
    view.edit_current()
    editor = view.viewport().findChild(QLineEdit)
    assert editor is not None
    gap = editor.y() - view.visualRect(view.currentIndex()).y()
    view.verticalScrollBar().setValue(40)
    assert editor.y() - view.visualRect(view.currentIndex()).y() == gap


def test_a_rubber_band_is_seen_while_it_selects(grid: Grid, qtbot: QtBot) -> None:
    view, port = grid.view, grid.view.viewport()
    begin, end = QPoint(2, 2), view.visualRect(grid.model.index(1, 0)).center()
    qtbot.mousePress(port, Qt.MouseButton.LeftButton, pos=begin)
    plain = port.grab().toImage()
    for spot in ((begin + end) / 2, end):
        move = QMouseEvent(
            QEvent.Type.MouseMove,
            QPointF(spot),
            port.mapToGlobal(QPointF(spot)),
            Qt.MouseButton.NoButton,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(port, move)
    assert view.selected_ids() == [1, 2]
    edge = QPoint(begin.x(), end.y() // 2)
    assert port.grab().toImage().pixelColor(edge) != plain.pixelColor(edge)
    qtbot.mouseRelease(port, Qt.MouseButton.LeftButton, pos=end)
    assert port.grab().toImage().pixelColor(edge) == plain.pixelColor(edge)


def test_keys_go_where_people_expect(grid: Grid, qtbot: QtBot) -> None:
    view = grid.view
    columns = view.geometry_now.columns
    view.go_to(1)
    for key, row in [
        (Qt.Key.Key_Right, 1),
        (Qt.Key.Key_Down, 1 + columns),
        (Qt.Key.Key_Left, columns),
        (Qt.Key.Key_Up, 0),
        (Qt.Key.Key_Up, 0),
        (Qt.Key.Key_End, MILLION - 1),
        (Qt.Key.Key_Right, MILLION - 1),
        (Qt.Key.Key_Home, 0),
    ]:
        qtbot.keyClick(view, key)
        assert view.currentIndex().row() == row
        assert view.viewport().rect().intersects(view.visualRect(view.currentIndex()))


def test_shift_selects_in_reading_order(grid: Grid, qtbot: QtBot) -> None:
    view = grid.view
    view.go_to(2)
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    columns = view.geometry_now.columns
    assert view.selected_ids() == list(range(2, 3 + columns))


def test_the_first_visible_photo_stays_when_the_width_changes(grid: Grid) -> None:
    view = grid.view
    view.go_to(None, first_visible_id=5001)
    first = view.visible_rows.start
    view.resize(640, 700)
    assert first in view.visible_rows


def test_the_model_keeps_the_rules_of_qt(grid: Grid, qtbot: QtBot) -> None:
    grid.model.set_ids(array("q", [3, 1, 2]))
    QAbstractItemModelTester(
        grid.model, QAbstractItemModelTester.FailureReportingMode.Fatal, grid.view
    )
    assert grid.model.rowCount(grid.model.index(0, 0)) == 0
    assert grid.model.row_of(1) == 1
    assert grid.model.row_of(9) is None


def test_a_photo_that_is_gone_harms_nobody(grid: Grid, qtbot: QtBot) -> None:
    grid.model.set_ids(array("q", [7]))
    grid.view.go_to(7)
    grid.view.selectionModel().clear()
    grid.view.selectionModel().setCurrentIndex(
        grid.model.index(0, 0), QItemSelectionModel.SelectionFlag.NoUpdate
    )
    with qtbot.waitSignal(grid.model._cache.loaded, timeout=5000):
        grid.model.set_visible(range(1))
    assert grid.model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "photo 1 of 1"
