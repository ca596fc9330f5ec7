"""A sentence under a picture, with the word lit that is being spoken."""

from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QPainter,
    QPaintEvent,
    QTextCharFormat,
    QTextLayout,
    QTextLine,
    QTextOption,
)
from PySide6.QtWidgets import QLabel, QWidget

from gallery.ui.theme import load_colours

_MOST_LINES = 4  # of a long sentence, those around the spoken word
_PAD_X_PX, _PAD_Y_PX = 26, 14
_GROUND_ALPHA = 205  # white on it has more than 10:1 even over a white photo


class Subtitle(QLabel):
    """A label (so that a screen reader knows its text) that paints its lines itself."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        colours = load_colours("dark")
        self._ink, self._lit_ink = QColor(colours["stage_text"]), QColor(colours["on_spoken"])
        self._lit_ground = QColor(colours["spoken"])
        self._layout = QTextLayout()
        self._word = (0, 0)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_text(self, text: str) -> None:
        """Show another sentence, no word lit."""
        self._word = (0, 0)
        self.setText(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))

    def light(self, start: int, length: int) -> None:
        """Light a word, given in characters of the text; (0, 0) for none."""
        self._word = (start, length)
        self.update()

    @property
    def lit_word(self) -> str:
        """The word that is lit."""
        start, length = self._word
        return self.text()[start : start + length]

    def fit(self, room: QSize, font_px: int) -> QSize:
        """Lay the text out in at most ``room`` and return the size it takes."""
        font = QFont(self.font())
        font.setPixelSize(font_px)
        font.setWeight(QFont.Weight.DemiBold)
        option = QTextOption(Qt.AlignmentFlag.AlignHCenter)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._layout = QTextLayout(self.text(), font)
        self._layout.setTextOption(option)
        widest, width = 0.0, room.width() - 2 * _PAD_X_PX
        for wanted in (width, None):
            # laid out twice: the second time no wider than the words are
            line_width = float(width) if wanted is not None else widest + 1
            self._lay_out(line_width)
            widest = max((line.naturalTextWidth() for line in self._lines()), default=0.0)
        height = sum(line.height() for line in self._lines()[:_MOST_LINES])
        return QSize(round(widest) + 2 + 2 * _PAD_X_PX, round(height) + 2 * _PAD_Y_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground, the lit word's ground, and the lines."""
        lines = self._lines()
        if not lines:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, _GROUND_ALPHA))
        painter.drawRoundedRect(QRectF(self.rect()), 14, 14)
        start, end = (_utf16(self.text(), place) for place in (self._word[0], sum(self._word)))
        first = self._first_line(lines, start)
        shown = lines[first : first + _MOST_LINES]
        offset = QPointF(_PAD_X_PX, _PAD_Y_PX - shown[0].y())
        painter.setBrush(self._lit_ground)
        spots = [_spot(line, start, end).translated(offset) for line in shown]
        for spot in spots:
            if spot.width() > 0:
                painter.drawRoundedRect(spot.adjusted(-5, 1, 5, -1), 6, 6)
        painter.setPen(self._ink)
        painter.setClipRect(self.rect().adjusted(0, _PAD_Y_PX, 0, -_PAD_Y_PX))
        self._layout.draw(painter, offset, [self._lit_range(start, end)])
        painter.end()

    def _lit_range(self, start: int, end: int) -> QTextLayout.FormatRange:
        lit = QTextLayout.FormatRange()
        lit.start, lit.length = start, end - start
        form = QTextCharFormat()
        form.setForeground(self._lit_ink)
        lit.format = form
        return lit

    def _lay_out(self, width: float) -> None:
        self._layout.beginLayout()
        height = 0.0
        while True:
            line = self._layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(width)
            line.setPosition(QPointF(0, height))
            height += line.height()
        self._layout.endLayout()

    def _lines(self) -> list[QTextLine]:
        return [self._layout.lineAt(index) for index in range(self._layout.lineCount())]

    def _first_line(self, lines: list[QTextLine], position: int) -> int:
        spoken = next(
            (
                index
                for index, line in enumerate(lines)
                if position < line.textStart() + line.textLength()
            ),
            len(lines) - 1,
        )
        return max(0, min(spoken - 1, len(lines) - _MOST_LINES))


def _spot(line: QTextLine, start: int, end: int) -> QRectF:
    """Return where characters ``start`` to ``end`` stand in a line; empty where they do not."""
    start = max(start, line.textStart())
    end = min(end, line.textStart() + line.textLength())
    if start >= end:
        return QRectF()
    left, right = _x(line, start), _x(line, end)
    return QRectF(min(left, right), line.y(), abs(right - left), line.height())


def _x(line: QTextLine, position: int) -> float:
    found: Any = line.cursorToX(position)  # PySide gives the position back too
    return float(found[0] if isinstance(found, tuple) else found)


def _utf16(text: str, place: int) -> int:
    """Return a place counted as Qt counts: emoji and rare scripts count twice."""
    return len(text[:place].encode("utf-16-le", "surrogatepass")) // 2
