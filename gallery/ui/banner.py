"""A quiet strip that says what the sample describer can do, and offers two ways on."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gallery.ui.words import photos_text


class SampleBanner(QWidget):
    """Shown where photos wait that the sample set may not describe."""

    describe_anyway_requested = Signal()
    real_weights_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._strip = QWidget(self)
        self._strip.setObjectName("banner")
        self._strip.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._text = QLabel(self._strip)
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        anyway = QPushButton(self.tr("Describe with the sample anyway"), self._strip)
        anyway.setObjectName("describe_anyway")
        anyway.clicked.connect(self.describe_anyway_requested)
        weights = QPushButton(self.tr("Use real BLIP weights…"), self._strip)
        weights.setObjectName("use_real_weights")
        weights.clicked.connect(self.real_weights_requested)
        for button in (anyway, weights):
            button.setAutoDefault(True)  # Enter presses it, not only Space
        row = QHBoxLayout(self._strip)
        row.setContentsMargins(14, 10, 12, 10)
        row.setSpacing(10)
        row.addWidget(self._text, 1)
        row.addWidget(anyway)
        row.addWidget(weights)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(18, 6, 18, 2)
        outer.addWidget(self._strip)
        self.hide()

    def show_waiting(self, waiting: int) -> None:
        """Say how many photos wait."""
        self._text.setText(
            self.tr(
                "Not described yet: {0}. The bundled sample describer knows drawn scenes only; of "
                "real photos it would tell confident nonsense."
            ).format(photos_text(waiting))
        )
        self.show()
