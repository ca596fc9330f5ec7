"""The settings: pages at the right, their names at the left."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gallery.ui.announce import announce
from gallery.ui.settings_search import mark, page_says, words_of
from gallery.ui.theme import theme

_PAGES_PX = 200
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
        self.search = QLineEdit(self)
        self.search.setObjectName("settings_search")
        self.search.setAccessibleName(self.tr("Search in the settings"))
        self.search.setPlaceholderText(self.tr("Search"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._on_searched)
        self.search.returnPressed.connect(self._go_to_found)
        self._nothing = QLabel(self.tr("No setting says that."), self)
        self._nothing.setObjectName("page_note")
        self._nothing.setWordWrap(True)
        self._nothing.hide()
        QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self, self.search.setFocus)
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
        left = QWidget(self)
        left.setFixedWidth(_PAGES_PX)
        column = QVBoxLayout(left)
        column.setContentsMargins(8, 16, 8, 0)
        column.addWidget(self.search)
        column.addWidget(self._nothing)
        column.addWidget(self._names, 1)
        layout.addWidget(left)
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

    def _on_searched(self, text: str) -> None:
        """Pages that do not say all words are not listed; in the others those words are marked."""
        words = words_of(text)
        shown = []
        for row in range(self._names.count()):
            page = self._pages.widget(row)
            assert page is not None  # a name for each page
            says = page_says(page, words)
            mark(page, words if says else [])
            self._names.item(row).setHidden(not says)
            shown += [row] if says else []
        self._nothing.setVisible(not shown)
        if shown and self._names.currentRow() not in shown:
            self._names.setCurrentRow(shown[0])
        if not shown:
            announce(self, self._nothing.text())

    def _go_to_found(self) -> None:
        """Enter goes to the first setting that was found, else to its page."""
        page = self._pages.currentWidget()
        if page is not None and not self._nothing.isVisible():
            (mark(page, words_of(self.search.text())) or page).setFocus()

    def changeEvent(self, event: QEvent) -> None:
        """Icons follow the palette."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "_names"):
            for row in range(self._names.count()):
                item = self._names.item(row)
                item.setIcon(theme.icon(str(item.data(_ICON))))
