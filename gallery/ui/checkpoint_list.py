"""The list of describer sets: two lines each, and how the set stands at the right."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from gallery.library.checkpoint_jobs import CheckpointJob
from gallery.library.checkpoint_shelf import Shelved
from gallery.ui.checkpoint_words import row_text, spoken_set, state_text
from gallery.ui.chosen_mark import paint_chosen
from gallery.ui.theme import theme

_NAME = Qt.ItemDataRole.UserRole
_SECOND = Qt.ItemDataRole.UserRole + 1
_STATE = Qt.ItemDataRole.UserRole + 2
_MARKED = Qt.ItemDataRole.UserRole + 3
_ROW_PX, _INSET_PX, _ABOVE_PX = 50, 12, 8


class CheckpointList(QListWidget):
    """Tells which set is current; keeps it when the list is shown anew."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("checkpoint_list")
        self.setAccessibleName(self.tr("Describers"))
        self.setItemDelegate(_Delegate(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setMinimumHeight(3 * _ROW_PX + 8)
        self.currentItemChanged.connect(self._on_current)

    @property
    def current_name(self) -> str:
        """The name of the current set."""
        item = self.currentItem()
        return str(item.data(_NAME)) if item is not None else ""

    def choose(self, name: str) -> None:
        """Go to a set."""
        for row in range(self.count()):
            if self.item(row).data(_NAME) == name:
                self.setCurrentRow(row)

    def show_sets(self, items: Sequence[Shelved], job: CheckpointJob) -> None:
        """Show how the sets stand; the one in use is current at first."""
        current = self.current_name
        names = [item.name for item in items]
        if names != [str(self.item(row).data(_NAME)) for row in range(self.count())]:
            self.blockSignals(True)
            self.clear()
            for name in names:
                QListWidgetItem(self).setData(_NAME, name)
            self.blockSignals(False)
        for row, item in enumerate(items):
            self._show(self.item(row), item, job)
        if current not in names:
            used = next((item.name for item in items if item.in_use), names[0] if names else "")
            self.choose(used)
        else:
            self.choose(current)

    def _show(self, row: QListWidgetItem, item: Shelved, job: CheckpointJob) -> None:
        row.setText(item.title)
        row.setData(_SECOND, row_text(item))
        row.setData(_STATE, state_text(item, job))
        row.setData(_MARKED, item.in_use)
        row.setData(Qt.ItemDataRole.AccessibleTextRole, spoken_set(item, job))

    def _on_current(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(str(item.data(_NAME)))


class _Delegate(QStyledItemDelegate):
    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(0, max(_ROW_PX, 2 * option.fontMetrics.height() + 18))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent_soft"))
            painter.drawRoundedRect(rect.adjusted(2, 1, -2, -1), 7, 7)
            paint_chosen(painter, rect.adjusted(2, 1, -2, -1))
            if state & QStyle.StateFlag.State_HasFocus:
                painter.setPen(QPen(theme.colour("accent"), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(rect.adjusted(3, 2, -3, -2), 6, 6)
        self._paint_words(
            painter, rect.adjusted(_INSET_PX, _ABOVE_PX, -_INSET_PX, -_ABOVE_PX), index
        )
        painter.restore()

    def _paint_words(
        self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        font = painter.font()
        state = str(index.data(_STATE) or "")
        marked = bool(index.data(_MARKED))
        painter.setPen(theme.colour("accent" if marked else "quiet"))
        font.setBold(marked)
        painter.setFont(font)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(rect, right, state)
        room = rect.adjusted(0, 0, -painter.fontMetrics().horizontalAdvance(state) - 16, 0)
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(theme.colour("text"))
        left = Qt.AlignmentFlag.AlignLeft
        _draw(painter, room, left | Qt.AlignmentFlag.AlignTop, str(index.data()))
        font.setBold(False)
        painter.setFont(font)
        painter.setPen(theme.colour("quiet"))
        second = str(index.data(_SECOND) or "")
        _draw(painter, room, left | Qt.AlignmentFlag.AlignBottom, second)


def _draw(painter: QPainter, rect: QRect, where: Qt.AlignmentFlag, text: str) -> None:
    elided = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, where, elided)
