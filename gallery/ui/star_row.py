"""The stars of a photo, given by a click or by the arrow keys."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSlider, QWidget

from gallery.ui.keys import STARS
from gallery.ui.theme import theme

_MOST = 5
_STAR_PX = 24


class StarRow(QSlider):
    """A slider from 0 to 5 (so a screen reader says it as one) that looks like stars."""

    rated = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setObjectName("stars")
        self.setRange(0, _MOST)
        self.setPageStep(1)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(self.sizeHint())
        self.setAccessibleName(self.tr("Stars"))
        self.setToolTip(self.tr("Stars ({0} – {1})").format(STARS[0], STARS[-1]))
        self.valueChanged.connect(self.rated)

    def show_stars(self, stars: int | None) -> None:
        """Show what was given; nothing is told of it."""
        self.blockSignals(True)
        self.setValue(stars or 0)
        self.blockSignals(False)
        self.update()

    def sizeHint(self) -> QSize:
        """Room for five."""
        return QSize(_MOST * _STAR_PX + 8, _STAR_PX + 6)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The star under the cursor, and those before it; the last one again: none."""
        stars = min(_MOST, max(1, int(event.position().x() - 4) // _STAR_PX + 1))
        self.setValue(0 if stars == self.value() else stars)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Nothing is dragged."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Full stars, then empty ones."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(self.font())
        font.setPixelSize(_STAR_PX - 4)
        painter.setFont(font)
        for place in range(_MOST):
            full = place < self.value()
            painter.setPen(theme.colour("accent" if full else "quiet"))
            x = 4 + place * _STAR_PX
            centre = Qt.AlignmentFlag.AlignCenter
            painter.drawText(x, 3, _STAR_PX, _STAR_PX, centre, "★" if full else "☆")
        if self.hasFocus():
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 6, 6)
        painter.end()
