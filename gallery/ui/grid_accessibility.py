"""The grid for those who do not see it: only the visible photos are exposed, each by its words.

A screen reader walks all children; with 1,000,000 it would never end. So the grid's children are
the photos on the screen, named as "A dog on a beach, photo 6 of 1,204".
"""

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, QRect, Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface, QWindow
from PySide6.QtWidgets import QAccessibleWidget, QWidget

if TYPE_CHECKING:
    from gallery.ui.grid_view import GridView

_ITEMS_KEPT = 600
_grids: dict[int, "_Grid"] = {}  # keeps Python's side alive while Qt holds the other


class _Item(QAccessibleInterface):
    """One visible photo."""

    def __init__(self, view: "GridView", row: int) -> None:
        super().__init__()
        self._view, self.row = view, row

    def isValid(self) -> bool:
        return self.row < self._view.geometry_now.count

    def object(self) -> QObject:
        return cast(QObject, None)

    def window(self) -> QWindow:
        return cast(QWindow, None)

    def parent(self) -> QAccessibleInterface:
        return QAccessible.queryAccessibleInterface(self._view)

    def childCount(self) -> int:
        return 0

    def child(self, index: int) -> QAccessibleInterface:
        return cast(QAccessibleInterface, None)

    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        return cast(QAccessibleInterface, None)

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    def text(self, kind: QAccessible.Text) -> str:
        roles = {
            QAccessible.Text.Name: Qt.ItemDataRole.AccessibleTextRole,
            QAccessible.Text.Description: Qt.ItemDataRole.AccessibleDescriptionRole,
        }
        if kind not in roles:
            return ""
        return str(self._view.model().index(self.row, 0).data(roles[kind]) or "")

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        return

    def rect(self) -> QRect:
        rect = self._view.visualRect(self._view.model().index(self.row, 0))
        return QRect(self._view.viewport().mapToGlobal(rect.topLeft()), rect.size())

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        state.selectable = state.focusable = True
        index = self._view.model().index(self.row, 0)
        if self._view.currentIndex().row() == self.row and self._view.hasFocus():
            state.focused = True
        if self._view.selectionModel().isSelected(index):
            state.selected = True
        return state


class _Grid(QAccessibleWidget):
    """The grid as a list of the photos on the screen."""

    def __init__(self, view: "GridView") -> None:
        super().__init__(view, QAccessible.Role.List, view.accessibleName())
        self._view = view
        self._items: dict[int, _Item] = {}

    def childCount(self) -> int:
        return len(self._view.visible_rows)

    def child(self, index: int) -> QAccessibleInterface:
        rows = self._view.visible_rows
        if not 0 <= index < len(rows):
            return cast(QAccessibleInterface, None)
        row = rows[index]
        if row not in self._items:
            if len(self._items) >= _ITEMS_KEPT:
                self._forget_unseen(rows)
            self._items[row] = _Item(self._view, row)
            QAccessible.registerAccessibleInterface(self._items[row])
        return self._items[row]

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        row = getattr(child, "row", -1)
        rows = self._view.visible_rows
        return row - rows.start if row in rows else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        point = self._view.viewport().mapFromGlobal(
            self._view.mapFromGlobal(QRect(x, y, 1, 1).topLeft())
        )
        index = self._view.indexAt(point)
        rows = self._view.visible_rows
        if index.row() not in rows:
            return cast(QAccessibleInterface, None)
        return self.child(index.row() - rows.start)

    def _forget_unseen(self, rows: range) -> None:
        for row in [row for row in self._items if row not in rows]:
            item = self._items.pop(row)
            QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(item))


def install() -> None:
    """Make every :class:`GridView` known to assistive technology by its visible photos."""
    QAccessible.installFactory(_make)


def tell_current(view: "GridView", row: int) -> None:
    """Tell a screen reader which photo has the focus now."""
    if not QAccessible.isActive() or not view.hasFocus():
        return
    view.scrollTo(view.model().index(row, 0))
    event = QAccessibleEvent(view, QAccessible.Event.Focus)
    event.setChild(row - view.visible_rows.start)
    QAccessible.updateAccessibility(event)


def _make(class_name: str, thing: QObject | None) -> QAccessibleInterface | None:
    if class_name != "GridView" or not isinstance(thing, QWidget):
        return None
    grid = _Grid(cast("GridView", thing))
    key = id(grid)
    _grids[key] = grid
    thing.destroyed.connect(lambda: _grids.pop(key, None))
    return grid
