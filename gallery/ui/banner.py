"""A quiet strip that says what the sample describer can do, and offers two ways on."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gallery.ui.words import photos_text

_NARROW_PX = 820


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
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addStretch(1)
        buttons.addWidget(anyway)
        buttons.addWidget(weights)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self._strip)
        self._row.setContentsMargins(14, 10, 12, 10)
        self._row.setSpacing(10)
        self._row.addWidget(self._text, 1)
        self._row.addLayout(buttons)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(18, 6, 18, 2)
        outer.addWidget(self._strip)
        self.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where it is narrow the buttons stand below the words."""
        super().resizeEvent(event)
        narrow = event.size().width() < _NARROW_PX
        direction = QBoxLayout.Direction
        self._row.setDirection(direction.TopToBottom if narrow else direction.LeftToRight)

    def show_waiting(self, waiting: int) -> None:
        """Say how many photos wait."""
        self._text.setText(
            self.tr(
                "Not described yet: {0}. The bundled sample describer knows drawn scenes only; of "
                "real photos it would tell confident nonsense."
            ).format(photos_text(waiting))
        )
        self.show()
