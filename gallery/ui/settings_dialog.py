"""The settings: pages at the right, their names at the left."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gallery.ui.theme import theme

_PAGES_PX = 180
_ICON = Qt.ItemDataRole.UserRole


class SettingsDialog(QDialog):
    """Shows the pages that were added; what is chosen in one acts at once."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Settings"))
        self.resize(940, 760)
        self._names = QListWidget(self)
        self._names.setObjectName("settings_pages")
        self._names.setAccessibleName(self.tr("Pages of the settings"))
        self._names.setFixedWidth(_PAGES_PX)
        self._pages = QStackedWidget(self)
        self._names.currentRowChanged.connect(self._pages.setCurrentIndex)
        buttons = QDialogButtonBox(self)
        close = buttons.addButton(self.tr("&Close"), QDialogButtonBox.ButtonRole.RejectRole)
        close.setAutoDefault(False)  # Enter in a page does not close
        buttons.rejected.connect(self.reject)
        foot = QHBoxLayout()
        foot.setContentsMargins(20, 0, 20, 16)
        foot.addWidget(buttons)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self._pages, 1)
        right.addLayout(foot)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._names)
        layout.addLayout(right, 1)

    def add_page(self, page: QWidget, icon: str) -> None:
        """Add a page; its window title is its name."""
        item = QListWidgetItem(theme.icon(icon), page.windowTitle(), self._names)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, page.windowTitle())
        item.setData(_ICON, icon)
        self._pages.addWidget(page)
        if self._names.currentRow() < 0:
            self._names.setCurrentRow(0)

    def open_at(self, page: QWidget) -> None:
        """Show the dialog at this page, in front."""
        self._names.setCurrentRow(self._pages.indexOf(page))
        if self.isVisible():
            self.raise_()
        self.show()
        self.activateWindow()
        page.setFocus()

    def changeEvent(self, event: QEvent) -> None:
        """Icons follow the palette."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "_names"):
            for row in range(self._names.count()):
                item = self._names.item(row)
                item.setIcon(theme.icon(str(item.data(_ICON))))
