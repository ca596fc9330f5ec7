"""What stands where photos would stand: what this is, and what to do next."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gallery.ui.theme import application_icon, theme

_TEXT_PX = 600


class EmptyState(QWidget):
    """A sentence or two in the middle, and at most two buttons."""

    add_folder_requested = Signal()
    samples_requested = Signal()
    clear_search_requested = Signal()
    less_likely_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name = ""
        self._icon = QLabel(self)
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = self._label("empty_title")
        self._text = self._label("empty_text")
        self._add = self._button(self.tr("Add a folder of photos…"), primary=True)
        self._add.clicked.connect(self.add_folder_requested)
        self._samples = self._button(self.tr("Try the sample gallery"))
        self._samples.setObjectName("try_samples")
        self._samples.clicked.connect(self.samples_requested)
        self._clear = self._button(self.tr("Clear the search"))
        self._clear.clicked.connect(self.clear_search_requested)
        self._nearest = self._button("")
        self._nearest.clicked.connect(self.less_likely_requested)
        buttons = QHBoxLayout()
        buttons.setSpacing(12)
        buttons.addStretch(1)
        for button in self._buttons():
            buttons.addWidget(button)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addStretch(4)
        layout.addWidget(self._icon)
        layout.addWidget(self._title, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self._text, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(10)
        layout.addLayout(buttons)
        layout.addStretch(5)

    def show_welcome(self, *, samples: bool) -> None:
        """No folder yet."""
        self._show(
            "",
            self.tr("Let your photos tell what they show"),
            self.tr(
                "Add a folder of photos. Photo Narrator describes every one of them, finds them "
                "by what is in them, and tells them aloud. Your files are never changed, and "
                "nothing leaves this computer."
            ),
        )
        self._add.show()
        self._samples.setVisible(samples)

    def show_no_photos(self, *, working: bool, connected: bool) -> None:
        """A folder without photos, or one that is not there."""
        if not connected:
            self._show(
                "folder-away",
                self.tr("This folder is not connected"),
                self.tr(
                    "Is its drive unplugged? Connect it, then choose “Look for changes”. "
                    "Nothing is forgotten meanwhile."
                ),
            )
        elif working:
            self._show("folder", self.tr("Looking for photos…"), "")
        else:
            self._show(
                "folder",
                self.tr("There are no photos here"),
                self.tr("Photos put into this folder appear when it is looked through again."),
            )
            self._add.show()

    def show_no_hits(self, text: str, less_likely: str) -> None:
        """A search that found nothing; ``less_likely`` offers what came nearest, if anything."""
        self._show(
            "search",
            self.tr("Nothing matches “{0}”").format(text),
            self.tr("Try fewer or other words: things, places and colours that can be seen."),
        )
        self._nearest.setText(less_likely)
        self._nearest.setVisible(bool(less_likely))
        self._clear.show()

    def show_empty_album(self) -> None:
        """An album that has no photos yet."""
        self._show(
            "album",
            self.tr("This album is empty"),
            self.tr("Select photos and choose “Add to album…” in the menu “Photo” (Ctrl+B)."),
        )

    def show_nothing(self, text: str) -> None:
        """Nothing is alike, said in a sentence."""
        self._show("search", text, "")

    def show_no_failures(self) -> None:
        """Everything could be described."""
        self._show("check", self.tr("Every photo could be read"), "")

    def show_opening(self) -> None:
        """The catalog is being opened."""
        self._show("", self.tr("Opening your photos…"), "")

    def changeEvent(self, event: QEvent) -> None:
        """The drawing follows the palette."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "_clear"):
            self._draw()

    def _show(self, icon: str, title: str, text: str) -> None:
        self._icon_name = icon
        self._draw()
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        for label in (self._title, self._text):  # a layout that centres them gives them too little
            label.ensurePolished()
            label.setMinimumHeight(max(0, label.heightForWidth(_TEXT_PX)))
        for button in self._buttons():
            button.hide()

    def _draw(self) -> None:
        size = QSize(64, 64) if self._icon_name else QSize(96, 96)
        icon = theme.icon(self._icon_name, "quiet") if self._icon_name else application_icon()
        self._icon.setPixmap(icon.pixmap(size, self.devicePixelRatioF()))

    def _buttons(self) -> tuple[QPushButton, ...]:
        return self._add, self._samples, self._nearest, self._clear

    def _label(self, name: str) -> QLabel:
        label = QLabel(self)
        label.setObjectName(name)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        label.setFixedWidth(_TEXT_PX)
        return label

    def _button(self, text: str, *, primary: bool = False) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(True)  # Enter presses it, not only Space
        button.setProperty("primary", primary)
        button.setProperty("large", True)
        return button
