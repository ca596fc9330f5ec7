"""Below a person's caption whose picture changed: the question whether it still fits."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gallery.domain import Photo


class DoubtLine(QWidget):
    """A quiet question with two answers; not there where nothing is in doubt."""

    fits = Signal(int)
    edit_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("doubt")
        self._photo_id = 0
        text = QLabel(self.tr("The picture changed since you wrote this. Does it still fit?"), self)
        text.setObjectName("caption_origin")
        text.setWordWrap(True)
        text.setTextFormat(Qt.TextFormat.PlainText)
        fits = QPushButton(self.tr("It fits"), self)
        fits.setObjectName("caption_fits")
        fits.setAccessibleDescription(text.text())
        fits.clicked.connect(lambda: self.fits.emit(self._photo_id))
        edit = QPushButton(self.tr("Edit"), self)
        edit.setAccessibleDescription(text.text())
        edit.clicked.connect(self.edit_requested)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (fits, edit):
            button.setAutoDefault(True)  # Enter presses it, not only Space
            buttons.addWidget(button)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(text)
        layout.addLayout(buttons)
        self.hide()

    def show_photo(self, photo: Photo) -> None:
        """Ask about this photo's caption, where it is in doubt."""
        self._photo_id = photo.id
        self.setVisible(photo.caption_doubted)
