"""Above the photos: where one is, how many there are, and the search box."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSlider,
    QToolButton,
    QWidget,
)

from gallery.ui.elided_label import ElidedLabel
from gallery.ui.flow_view import THUMBNAIL_SIZES_PX
from gallery.ui.theme import theme

_PATIENCE_MS = 500


class TopBar(QWidget):
    """The search box finds as one types; Esc clears it and leaves."""

    search_typed = Signal(str)
    search_left = Signal()
    results_requested = Signal()
    thumbnail_size_requested = Signal(int)
    less_likely_requested = Signal()
    save_requested = Signal()
    sort_requested = Signal()

    def __init__(self, thumbnail_px: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("top_bar")
        self._title = ElidedLabel(self)
        self._title.setObjectName("place_title")
        self._note = QLabel(self)
        self._note.setObjectName("place_note")
        self._note.setTextFormat(Qt.TextFormat.PlainText)
        self._note.setWordWrap(True)
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._patience.timeout.connect(lambda: self._note.setText(self.tr("Searching…")))
        self.search = self._make_search()
        self._slider = self._make_slider(thumbnail_px)
        self._place_note, self._checked = "", ""
        self._less_likely = self._offer("less_likely", self.less_likely_requested)
        self._sort = self._offer("sort_checked", self.sort_requested)
        layout = QGridLayout(self)
        layout.setContentsMargins(18, 14, 18, 6)
        layout.setHorizontalSpacing(16)
        layout.setVerticalSpacing(1)
        layout.addWidget(self._title, 0, 0)
        below = QHBoxLayout()  # a row of its own: the box above keeps its width, come what may
        below.setSpacing(8)
        below.addWidget(self._note, 1)
        below.addWidget(self._sort)
        below.addWidget(self._less_likely)
        layout.addLayout(below, 1, 0, 1, 3)
        layout.addWidget(self._slider, 0, 1)
        layout.addWidget(self.search, 0, 2)
        layout.setColumnStretch(0, 1)

    def show_place(self, title: str, note: str, less_likely: str = "") -> None:
        """Say where one is, and offer what is less likely, if that text is there."""
        self._title.setText(title)
        self._place_note = note
        self._show_note()
        self._less_likely.setText(less_likely)
        self._less_likely.setVisible(bool(less_likely))

    def show_note(self, text: str) -> None:
        """Say what is going on, until something is shown."""
        self._place_note = text
        self._show_note()

    def show_checked(self, note: str, offer: str) -> None:
        """Say what was checked, and offer to sort by it, if that text is there."""
        self._checked = note
        self._show_note()
        self._sort.setText(offer)
        self._sort.setVisible(bool(offer))

    def show_busy(self, busy: bool) -> None:
        """Say that a search is going on, where it takes longer than a moment."""
        if busy:
            self._patience.start()
        else:
            self._patience.stop()

    def show_thumbnail_px(self, thumbnail_px: int) -> None:
        """Move the slider without asking for anything."""
        self._slider.blockSignals(True)
        self._slider.setValue(thumbnail_px)
        self._slider.blockSignals(False)

    def focus_search(self) -> None:
        """Put the cursor into the search box, its text selected."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def clear_search(self) -> None:
        """Empty the box."""
        self.search.clear()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the search box that are not text: Esc leaves, Enter and Down go to the hits."""
        if watched is self.search and isinstance(event, QKeyEvent):
            if event.type() is QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape:
                event.accept()
                return True
            if event.type() is QEvent.Type.KeyPress:
                return self._on_search_key(Qt.Key(event.key()))
        return super().eventFilter(watched, event)

    def _on_search_key(self, key: Qt.Key) -> bool:
        if key == Qt.Key.Key_Escape:
            self.search.clear()
            self.search_left.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
            self.results_requested.emit()
        else:
            return False
        return True

    def _show_note(self) -> None:
        self._note.setText("  ·  ".join(filter(None, (self._place_note, self._checked))))

    def _offer(self, name: str, wish: SignalInstance) -> QPushButton:
        button = QPushButton(self)
        button.setObjectName(name)
        button.setAutoDefault(True)  # Enter presses it, not only Space
        button.clicked.connect(wish)
        button.hide()
        return button

    def _make_search(self) -> QLineEdit:
        search = QLineEdit(self)
        search.setObjectName("search")
        search.setAccessibleName(self.tr("Search"))
        search.setAccessibleDescription(
            self.tr("Say what is in the photo: photos are found as you type; Alt+Down: suggestions")
        )
        search.setPlaceholderText(self.tr("What is in the photo?"))
        search.setToolTip(
            self.tr('Words, "exact words", -not, or, year:2024, folder:lisbon, is:edited (F1: all)')
        )
        search.setClearButtonEnabled(False)
        search.setMinimumWidth(160)
        search.setMaximumWidth(420)
        self._glass = QAction(theme.icon("search", "quiet"), self.tr("Search"), search)
        search.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self._save = QAction(
            theme.icon("bookmark", "quiet"),
            self.tr("Keep this search under a name (Ctrl+S)"),
            search,
        )
        self._save.triggered.connect(self.save_requested)
        search.addAction(self._save, QLineEdit.ActionPosition.TrailingPosition)
        self._save.setVisible(False)
        search.textChanged.connect(lambda text: self._save.setVisible(bool(text.strip())))
        for button in search.findChildren(QToolButton):
            button.setAccessibleName(button.defaultAction().text())
        search.textChanged.connect(self.search_typed)
        search.installEventFilter(self)
        return search

    def _make_slider(self, thumbnail_px: int) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal, self)
        slider.setRange(*THUMBNAIL_SIZES_PX)
        slider.setSingleStep(20)
        slider.setPageStep(60)
        slider.setFixedWidth(110)
        slider.setValue(thumbnail_px)
        slider.setAccessibleName(self.tr("Size of thumbnails"))
        slider.setToolTip(self.tr("Size of thumbnails (Ctrl and the mouse wheel)"))
        slider.valueChanged.connect(self.thumbnail_size_requested)
        return slider

    def changeEvent(self, event: QEvent) -> None:
        """Icons follow the palette."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "_slider"):
            self._glass.setIcon(theme.icon("search", "quiet"))
            self._save.setIcon(theme.icon("bookmark", "quiet"))
