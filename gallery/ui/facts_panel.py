"""What the photo's file tells about itself: camera, place, stars, keywords."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QLabel, QWidget

from gallery.domain import Facts
from gallery.ui.words import coordinates_text, keywords_text, stars_text

#: So that what stands below one another begins in one line.
KEYS_PX = 76


class FactsPanel(QWidget):
    """A row for each thing that is told; without any the panel takes no room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._photo_id: int | None = None
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setHorizontalSpacing(14)
        self._form.setVerticalSpacing(8)
        names = {
            "camera": self.tr("Camera"),
            "lens": self.tr("Lens"),
            "exposure": self.tr("Exposure"),
            "rating": self.tr("Stars in file"),
            "place": self.tr("Place"),
            "keywords": self.tr("Keywords"),
            "raw": self.tr("RAW beside"),
        }
        self._values = {key: self._row(key, name) for key, name in names.items()}
        self.expect(None)

    def expect(self, photo_id: int | None) -> None:
        """Another photo is shown, whose facts are on their way."""
        if photo_id != self._photo_id:
            self._photo_id = photo_id
            self._show(Facts())

    def show_facts(self, photo_id: int, facts: Facts) -> None:
        """Show them, if it is still this photo's turn."""
        if photo_id == self._photo_id:
            self._show(facts)

    def _show(self, facts: Facts) -> None:
        texts = {
            "camera": facts.camera or "",
            "lens": facts.lens or "",
            "exposure": facts.exposure or "",
            "rating": stars_text(facts.rating),
            "place": coordinates_text(facts.latitude, facts.longitude),
            "keywords": keywords_text(facts.keywords),
            "raw": ", ".join(facts.beside),
        }
        for key, text in texts.items():
            self._values[key].setText(text)
            self._form.setRowVisible(self._values[key], bool(text))
        self.setVisible(any(texts.values()))

    def _row(self, key: str, name: str) -> QLabel:
        label = QLabel(name, self)
        label.setObjectName("detail_key")
        label.setMinimumWidth(KEYS_PX)
        value = QLabel(self)
        value.setObjectName(f"fact_{key}")
        value.setTextFormat(Qt.TextFormat.PlainText)
        value.setWordWrap(True)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        value.setAccessibleDescription(name)
        self._form.addRow(label, value)
        return value
