"""The photo grid: everything it tells is by photo id."""

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QWidget

from gallery.ui import grid_arranging
from gallery.ui.flow_view import FlowView
from gallery.ui.grid_accessibility import tell_current
from gallery.ui.photo_model import ID_ROLE, PhotoModel

_Index = QModelIndex | QPersistentModelIndex


class GridView(FlowView):
    """Shows a :class:`PhotoModel`."""

    open_requested = Signal(int)
    current_changed = Signal(int)
    edit_ended = Signal()
    left = Signal()
    remove_requested = Signal()
    dropped = Signal(object, object)  # photo ids, and the id they go before (None: to the end)

    def __init__(self, thumbnail_px: int, parent: QWidget | None = None) -> None:
        super().__init__(thumbnail_px, parent)
        self.setObjectName("grid")
        self.setAccessibleName(self.tr("Photos"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self._drop_row: int | None = None
        self.doubleClicked.connect(self._open)

    @property
    def current_id(self) -> int | None:
        """The photo that has the focus."""
        index = self.currentIndex()
        return int(index.data(ID_ROLE)) if index.isValid() else None

    @property
    def chosen_id(self) -> int | None:
        """The current photo where a person chose it (a grid that is new has one just for keys)."""
        chosen = self.selectionModel().isSelected(self.currentIndex())
        return self.current_id if chosen else None

    @property
    def top_id(self) -> int | None:
        """The photo at the top left; None where nothing was scrolled yet."""
        rows = self.visible_rows if self.verticalOffset() else range(0)
        return int(self.model().index(rows.start, 0).data(ID_ROLE)) if rows else None

    @property
    def is_editing(self) -> bool:
        """Whether a caption is being edited in place."""
        return self.state() is QAbstractItemView.State.EditingState

    def selected_ids(self) -> list[int]:
        """The selected photos, in the order shown."""
        rows = sorted(index.row() for index in self.selectedIndexes())
        model = self.model()
        return [int(model.index(row, 0).data(ID_ROLE)) for row in rows]

    def go_to(self, photo_id: int | None, *, first_visible_id: int | None = None) -> None:
        """Make a photo current and visible; with another one at the top if it is told."""
        model = self.model()
        assert isinstance(model, PhotoModel)
        top = model.row_of(first_visible_id) if first_visible_id else None
        if top is not None:
            self.verticalScrollBar().setValue(self.geometry_now.cell(top)[1])
        row = model.row_of(photo_id) if photo_id else None
        if row is not None:
            self.setCurrentIndex(model.index(row, 0))
        elif model.rowCount():
            first = self.visible_rows.start
            self.selectionModel().setCurrentIndex(
                model.index(first, 0), QItemSelectionModel.SelectionFlag.NoUpdate
            )

    def edit_current(self) -> None:
        """Open the caption's editor in place."""
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())
            self.edit(self.currentIndex())

    def set_arrangeable(self, *, on: bool) -> None:
        """Whether photos can be dragged to another place among the others."""
        mode = QAbstractItemView.DragDropMode
        self.setDragDropMode(mode.InternalMove if on else mode.NoDragDrop)
        self.viewport().setAcceptDrops(on)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the photo, Esc leaves (a search)."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self.is_editing:
            self._open(self.currentIndex())
            event.accept()
        elif event.key() == Qt.Key.Key_Escape and not self.is_editing:
            self.left.emit()
        elif event.key() == Qt.Key.Key_Delete and not self.is_editing:
            self.remove_requested.emit()
        else:
            super().keyPressEvent(event)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        """Tell that the edit is over, saved or not."""
        super().closeEditor(editor, hint)
        self.edit_ended.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The photo has the keys, not the list."""
        super().focusInEvent(event)
        if self.currentIndex().isValid():
            tell_current(self, self.currentIndex().row())

    def currentChanged(self, current: _Index, previous: _Index) -> None:
        """Tell which photo has the keys now, also to a screen reader."""
        super().currentChanged(current, previous)
        if current.isValid():
            tell_current(self, current.row())
            self.current_changed.emit(int(current.data(ID_ROLE)))

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Drag the selected photos; the model stays as it is until the move is stored."""
        chosen = self.selected_ids()
        if chosen:
            picture = self.currentIndex().data(Qt.ItemDataRole.DecorationRole)
            grid_arranging.drag_of(self, chosen, picture).exec(Qt.DropAction.MoveAction)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Only photos of this grid."""
        self._on_drag(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Show where they would go."""
        self._on_drag(event)
        margin = self.geometry_now.line_px // 3
        y, height = event.position().toPoint().y(), self.viewport().height()
        step = (y > height - margin) - (y < margin)
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + step * bar.singleStep() // 2)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Show nothing any more."""
        self._mark(None)

    def dropEvent(self, event: QDropEvent) -> None:
        """Tell where they are wanted."""
        if self._on_drag(event) and self._drop_row is not None:
            model, row = self.model(), self._drop_row
            there = row < model.rowCount()
            before = int(model.index(row, 0).data(ID_ROLE)) if there else None
            self.dropped.emit(grid_arranging.ids_of(event.mimeData()), before)
        self._mark(None)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The photos, and where dragged ones would go."""
        super().paintEvent(event)
        if self._drop_row is not None:
            painter = QPainter(self.viewport())
            rect = grid_arranging.mark_rect(self.geometry_now, self._drop_row)
            grid_arranging.paint_mark(painter, rect.translated(0, -self.verticalOffset()))
            painter.end()

    def _on_drag(self, event: QDropEvent) -> bool:
        ours = event.mimeData().hasFormat(grid_arranging.MIME_TYPE)
        if ours and self.dragDropMode() is QAbstractItemView.DragDropMode.InternalMove:
            point = event.position().toPoint()
            y = point.y() + self.verticalOffset()
            self._mark(grid_arranging.row_before(self.geometry_now, point.x(), y))
            event.setDropAction(Qt.DropAction.MoveAction)
            event.accept()
            return True
        event.ignore()
        return False

    def _mark(self, row: int | None) -> None:
        self._drop_row = row
        self.viewport().update()

    def _open(self, index: _Index) -> None:
        if index.isValid():
            self.open_requested.emit(int(index.data(ID_ROLE)))
