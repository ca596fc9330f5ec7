"""The photo grid: everything it tells is by photo id."""

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QWidget

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

    def __init__(self, thumbnail_px: int, parent: QWidget | None = None) -> None:
        super().__init__(thumbnail_px, parent)
        self.setObjectName("grid")
        self.setAccessibleName(self.tr("Photos"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
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

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the photo, Esc leaves (a search)."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self.is_editing:
            self._open(self.currentIndex())
            event.accept()
        elif event.key() == Qt.Key.Key_Escape and not self.is_editing:
            self.left.emit()
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

    def _open(self, index: _Index) -> None:
        if index.isValid():
            self.open_requested.emit(int(index.data(ID_ROLE)))
