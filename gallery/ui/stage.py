"""The viewer's dark stage: one picture, as large as it fits."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QImage, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QLabel, QWidget

from gallery.ui.theme import theme


class Stage(QLabel):  # a label has a role that a screen reader speaks of
    """Paints a picture, a thumbnail until the picture is here, or why there is none."""

    double_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("stage")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(240, 180)
        self._picture = QPixmap()
        self._sharp = False
        self._message = ""
        self._caption = ""
        self._natural = QSize()

    def show_nothing(self) -> None:
        """Clear the stage."""
        self._picture, self._message, self._sharp = QPixmap(), "", False
        self.update()

    def show_preview(self, thumbnail: QPixmap | None, natural: QSize) -> None:
        """Show a thumbnail at the size the picture will have (``natural``, pixels)."""
        self._picture = thumbnail or QPixmap()
        self._natural, self._message, self._sharp = natural, "", False
        self.update()

    def show_picture(self, image: QImage) -> None:
        """Show the picture itself."""
        self._picture = QPixmap.fromImage(image)
        self._natural = self._natural if self._natural.isValid() else image.size()
        self._message, self._sharp = "", True
        self.update()

    def show_message(self, message: str) -> None:
        """Say why there is no picture."""
        self._picture, self._message, self._sharp = QPixmap(), message, True
        self.update()

    def show_caption(self, text: str) -> None:
        """Write the caption on the picture's foot; empty: not."""
        self._caption = text
        self.update()

    @property
    def is_sharp(self) -> bool:
        """Whether the picture itself (or the reason for none) is shown."""
        return self._sharp

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture in the middle, never enlarged beyond its own size."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("stage"))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if not self._picture.isNull():
            painter.drawPixmap(self._target(), self._picture)
        elif self._message:
            painter.setPen(theme.colour("stage_text"))
            margin = self.rect().adjusted(40, 40, -40, -40)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(margin, flags, self._message)
        if self._caption:
            self._paint_caption(painter)
        painter.end()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Double click: as Enter."""
        self.double_clicked.emit()

    def _target(self) -> QRect:
        natural = self._natural if self._natural.isValid() else self._picture.size()
        room = self.size() - QSize(24, 24)
        size = natural / self.devicePixelRatioF()
        if size.width() > room.width() or size.height() > room.height():
            size = natural.scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        target = QRect(0, 0, size.width(), size.height())
        target.moveCenter(self.rect().center())
        return target

    def _paint_caption(self, painter: QPainter) -> None:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 1.5)
        painter.setFont(font)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        room = self.rect().adjusted(60, 0, -60, -36)
        words = painter.fontMetrics().boundingRect(room, flags, self._caption)
        words.moveBottom(room.bottom())
        words.moveCenter(words.center())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setOpacity(0.72)
        painter.setBrush(Qt.GlobalColor.black)
        painter.drawRoundedRect(QRectF(words.adjusted(-18, -10, 18, 10)), 10, 10)
        painter.setOpacity(1.0)
        painter.setPen(Qt.GlobalColor.white)
        painter.drawText(words, flags, self._caption)
