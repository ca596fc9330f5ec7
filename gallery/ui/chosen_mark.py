"""What tells the chosen row of a list without relying on a tint: a bar at its leading edge."""

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QPainter

from gallery.ui.theme import theme

_WIDE_PX = 3.0
_SHORTER_PX = 7.0


def paint_chosen(painter: QPainter, rect: QRect) -> None:
    """Paint the bar into a chosen row: a tint alone has too little contrast to its ground."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("accent"))
    bar = QRectF(rect).adjusted(3, _SHORTER_PX, 0, -_SHORTER_PX)
    if QGuiApplication.layoutDirection() is Qt.LayoutDirection.RightToLeft:
        bar.moveRight(rect.right() - 3.0)
        bar.setLeft(bar.right() - _WIDE_PX)
    else:
        bar.setWidth(_WIDE_PX)
    painter.drawRoundedRect(bar, _WIDE_PX / 2, _WIDE_PX / 2)
