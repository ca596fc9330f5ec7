"""The photos that could not be described: which, why, and once more."""

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gallery.domain import Photo
from gallery.ui.theme import theme
from gallery.ui.words import folder_text, reason_text

_ID = Qt.ItemDataRole.UserRole


class FailuresPage(QWidget):
    """A table of failures with their reasons in plain words."""

    try_again_requested = Signal(object)  # list of ids, or None for all
    open_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._list = QTreeWidget(self)
        self._list.setObjectName("failures_list")
        self._list.setAccessibleName(self.tr("Photos that could not be described"))
        self._list.setHeaderLabels([self.tr("Photo"), self.tr("Why"), self.tr("Folder")])
        self._list.setRootIsDecorated(False)
        self._list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._list.setUniformRowHeights(True)
        self._list.setAllColumnsShowFocus(True)
        self.setFocusProxy(self._list)
        header = self._list.header()
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.resizeSection(0, 200)
        header.resizeSection(2, 200)
        header.setStretchLastSection(False)
        self._list.itemActivated.connect(self._on_activated)
        again = QPushButton(self.tr("Try again"), self)
        again.setObjectName("try_again")
        again.setProperty("primary", True)
        again.setAutoDefault(True)
        again.setToolTip(self.tr("Read and describe the selected photos again, or all of them"))
        again.clicked.connect(self._on_again)
        note = QLabel(
            self.tr("These files stay as they are. All others are described all the same."), self
        )
        note.setObjectName("place_note")
        row = QHBoxLayout()
        row.addWidget(note, 1)
        row.addWidget(again)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 8, 18, 14)
        layout.setSpacing(10)
        layout.addLayout(row)
        layout.addWidget(self._list, 1)

    def show_failures(self, photos: Sequence[Photo]) -> None:
        """List these photos."""
        self._list.clear()
        for photo in photos:
            if photo.failure is None:
                continue
            why = photo.failure.detail or reason_text(photo.failure.reason)
            item = QTreeWidgetItem([photo.name, why, folder_text(photo.path.parent)])
            item.setIcon(0, theme.icon("alert", "danger"))
            item.setData(0, _ID, photo.id)
            for column in range(3):
                item.setToolTip(column, item.text(column))
            item.setToolTip(2, str(photo.path.parent).encode("utf-8", "replace").decode())
            self._list.addTopLevelItem(item)
        first = self._list.topLevelItem(0)
        if first is not None:
            self._list.setCurrentItem(first, 0, QItemSelectionModel.SelectionFlag.NoUpdate)

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """What is listed: names and reasons."""
        items = [self._list.topLevelItem(row) for row in range(self._list.topLevelItemCount())]
        return [(item.text(0), item.text(1)) for item in items if item is not None]

    def _on_again(self) -> None:
        chosen = [int(item.data(0, _ID)) for item in self._list.selectedItems()]
        self.try_again_requested.emit(chosen or None)

    def _on_activated(self, item: QTreeWidgetItem) -> None:
        self.open_requested.emit(int(item.data(0, _ID)))
