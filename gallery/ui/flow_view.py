"""A list view whose geometry is arithmetic, so that its cost is what is visible.

Why not ``QListView.IconMode``: it lays out every item; see docs/decisions/0006.
"""

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyleOptionViewItem, QWidget

from gallery.ui.grid_cursor import row_after
from gallery.ui.grid_geometry import GridGeometry

THUMBNAIL_SIZES_PX = (120, 420)
_Index = QModelIndex | QPersistentModelIndex
_Cursor = QAbstractItemView.CursorAction
_SETTLE_MS = 25


class FlowView(QListView):
    """Cells in lines, as many side by side as fit; nothing is laid out or stored."""

    visible_changed = Signal(object)  # range of rows
    thumbnail_size_changed = Signal(int)

    def __init__(self, thumbnail_px: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # first of all: what follows calls the methods below, which need these
        self._thumbnail_px = thumbnail_px
        self._last_geometry: GridGeometry | None = None
        self._band_from = QPoint()
        self._band_to: QPoint | None = None
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self._settle.timeout.connect(self._tell_visible)
        self.verticalScrollBar().valueChanged.connect(self._settle.start)

    @property
    def geometry_now(self) -> GridGeometry:
        """The grid as it stands.

        The scroll bar's room is always left free: were it not, a grid that just fits would need
        the bar, not fit, need it not, and so on without end.
        """
        model = self.model()
        count = model.rowCount() if model is not None else 0
        caption = self.fontMetrics().height() * 2 + 10
        width = self.width() - self.verticalScrollBar().sizeHint().width()
        return GridGeometry(count, width, self._thumbnail_px, caption)

    @property
    def visible_rows(self) -> range:
        """The rows that can be seen, at least in part."""
        top = self.verticalOffset()
        return self.geometry_now.span(top, top + self.viewport().height() - 1)

    def set_thumbnail_px(self, thumbnail_px: int) -> None:
        """Make thumbnails about this wide; what is at the top stays there."""
        low, high = THUMBNAIL_SIZES_PX
        thumbnail_px = min(max(thumbnail_px, low), high)
        if thumbnail_px == self._thumbnail_px:
            return
        anchor = self.currentIndex().row()
        if anchor not in self.visible_rows:
            anchor = self.visible_rows.start
        offset = self.geometry_now.cell(max(anchor, 0))[1] - self.verticalOffset()
        self._thumbnail_px = thumbnail_px
        self.updateGeometries()
        self.verticalScrollBar().setValue(self.geometry_now.cell(max(anchor, 0))[1] - offset)
        self.viewport().update()
        self._settle.start()
        self.thumbnail_size_changed.emit(thumbnail_px)

    @property
    def thumbnail_px(self) -> int:
        """How wide thumbnails are asked to be."""
        return self._thumbnail_px

    # Geometry: what QListView would look up in laid-out items

    def setModel(self, model: QAbstractItemModel | None) -> None:
        """Show this model; what is visible is told again after every reset."""
        super().setModel(model)
        if model is not None:
            model.modelReset.connect(self._settle.start)

    def doItemsLayout(self) -> None:
        """Nothing is laid out."""
        self.updateGeometries()
        self.viewport().update()
        self._settle.start()

    def updateGeometries(self) -> None:
        """Set the scroll range."""
        geometry = self.geometry_now
        height = self.viewport().height()
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, geometry.height_px - height))
        bar.setPageStep(max(geometry.line_px, height // geometry.line_px * geometry.line_px))
        bar.setSingleStep(max(1, geometry.line_px // 3))
        self._last_geometry = geometry

    def horizontalOffset(self) -> int:
        """Never scrolled sideways."""
        return 0

    def verticalOffset(self) -> int:
        """How far it is scrolled, in pixels."""
        return self.verticalScrollBar().value()

    def visualRect(self, index: _Index) -> QRect:
        """Where a photo's cell is, in the viewport."""
        if not index.isValid():
            return QRect()
        x, y, width, height = self.geometry_now.cell(index.row())
        return QRect(x, y - self.verticalOffset(), width, height)

    def indexAt(self, point: QPoint) -> QModelIndex:
        """Which photo is at a point of the viewport."""
        row = self.geometry_now.row_at(point.x(), point.y() + self.verticalOffset())
        return QModelIndex() if row is None else self.model().index(row, 0)

    def isIndexHidden(self, index: _Index) -> bool:
        """No photo is hidden."""
        return False

    def scrollTo(
        self,
        index: _Index,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        """Scroll no more than is needed to see a photo."""
        if not index.isValid():
            return
        geometry, margin = self.geometry_now, 12
        _, y, _, height = geometry.cell(index.row())
        bar, view = self.verticalScrollBar(), self.viewport().height()
        top = y - margin if index.row() >= geometry.columns else 0
        if hint is QAbstractItemView.ScrollHint.PositionAtCenter:
            bar.setValue(y + height // 2 - view // 2)
        elif top < bar.value():
            bar.setValue(top)
        elif y + height + margin > bar.value() + view:
            bar.setValue(min(top, y + height + margin - view))  # a tall one is seen from its top

    def moveCursor(self, action: _Cursor, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Which photo a key leads to."""
        geometry, row = self.geometry_now, self.currentIndex().row()
        if not geometry.count:
            return QModelIndex()
        if row < 0:
            return self.model().index(self.visible_rows.start, 0)
        target = row_after(geometry, row, action, self.viewport().height())
        return self.model().index(target, 0)

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """Select from one corner's photo to the other's, in reading order."""
        geometry, offset = self.geometry_now, self.verticalOffset()
        if not geometry.count:
            return
        ends = sorted(
            geometry.nearest(point.x(), point.y() + offset)
            for point in (rect.topLeft(), rect.bottomRight())
        )
        if rect.width() == rect.height() == 1 and not self.indexAt(rect.topLeft()).isValid():
            self.selectionModel().select(QItemSelection(), command)
            return
        first, last = (self.model().index(row, 0) for row in ends)
        self.selectionModel().select(QItemSelection(first, last), command)

    def keyboardSearch(self, search: str) -> None:
        """Typing letters does nothing here: Qt's own would walk every photo."""

    # Painting and events

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the photos that the event touches, no others."""
        painter = QPainter(self.viewport())
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        plain = option.state & ~QStyle.StateFlag.State_HasFocus
        model, selection = self.model(), self.selectionModel()
        current = self.currentIndex().row() if self.hasFocus() else -1
        hovered = self.indexAt(self.viewport().mapFromGlobal(self.cursor().pos())).row()
        top = self.verticalOffset() + event.rect().top()
        for row in self.geometry_now.span(top, top + event.rect().height()):
            index = model.index(row, 0)
            state = plain
            if selection.isSelected(index):
                state |= QStyle.StateFlag.State_Selected
            if row == current:
                state |= QStyle.StateFlag.State_HasFocus
            if row == hovered:
                state |= QStyle.StateFlag.State_MouseOver
            option.state = state
            option.rect = self.visualRect(index)
            self.itemDelegate().paint(painter, option, index)
        self._paint_band(painter)
        painter.end()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """QListView's own moves nothing where nothing is laid out; an open editor moves along."""
        self.viewport().scroll(dx, dy)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the first visible photo visible at any width."""
        old, top = self._last_geometry, self.verticalOffset()
        first = old.span(top, top).start if old is not None and top else None
        super().resizeEvent(event)
        self.updateGeometries()
        if first is not None:
            self.verticalScrollBar().setValue(self.geometry_now.cell(first)[1])
        self._settle.start()

    def viewportSizeHint(self) -> QSize:
        """Any size will do."""
        return QSize(640, 420)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A rubber band may begin here; it stays with the photos when they scroll."""
        self._band_from = event.position().toPoint() + QPoint(0, self.verticalOffset())
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The rubber band follows."""
        super().mouseMoveEvent(event)
        if self.state() is QAbstractItemView.State.DragSelectingState:
            self._band_to = event.position().toPoint()
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The rubber band is gone."""
        super().mouseReleaseEvent(event)
        if self._band_to is not None:
            self._band_to = None
            self.viewport().update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ctrl and the wheel change the size of the thumbnails."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            step = 20 if event.angleDelta().y() > 0 else -20
            self.set_thumbnail_px(self._thumbnail_px + step)
            event.accept()
        else:
            super().wheelEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """A new font or style changes the room for captions."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.doItemsLayout()

    def currentChanged(self, current: _Index, previous: _Index) -> None:
        """QListView's own would look up a laid-out item and name the list, not the photo."""
        QAbstractItemView.currentChanged(self, current, previous)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """As above."""
        QAbstractItemView.selectionChanged(self, selected, deselected)

    def _paint_band(self, painter: QPainter) -> None:
        if self._band_to is None:
            return
        band = QRect(self._band_from - QPoint(0, self.verticalOffset()), self._band_to)
        colour = self.palette().color(QPalette.ColorRole.Highlight)
        painter.setPen(colour)
        colour.setAlpha(40)
        painter.setBrush(colour)
        painter.drawRect(band.normalized())

    def _tell_visible(self) -> None:
        self.viewport().update()  # another photo may lie under the pointer now
        self.visible_changed.emit(self.visible_rows)
