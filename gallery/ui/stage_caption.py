"""The caption on a picture's foot, readable on any picture."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QWidget


def paint_caption(painter: QPainter, widget: QWidget, caption: str) -> None:
    """Write white on a dark plate above the lower edge of ``widget``."""
    font = QFont(widget.font())
    font.setPointSizeF(font.pointSizeF() * 1.5)
    painter.setFont(font)
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    room = widget.rect().adjusted(60, 0, -60, -36)
    words = painter.fontMetrics().boundingRect(room, flags, caption)
    words.moveBottom(room.bottom())
    words.moveCenter(words.center())
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setOpacity(0.72)
    painter.setBrush(Qt.GlobalColor.black)
    painter.drawRoundedRect(QRectF(words.adjusted(-18, -10, 18, 10)), 10, 10)
    painter.setOpacity(1.0)
    painter.setPen(Qt.GlobalColor.white)
    painter.drawText(words, flags, caption)
