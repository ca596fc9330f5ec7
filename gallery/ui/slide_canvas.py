"""The picture of a slideshow: fitted, on a dim echo of itself, cross-faded."""

from PySide6.QtCore import QEasingCurve, QRect, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QStyle, QWidget

from gallery.ui.theme import load_colours

_FADE_MS = 500
_ECHO_OPACITY = 0.32
_MOST_ENLARGED = 2  # a small picture is not blown up to mush


class SlideCanvas(QWidget):
    """Shows one picture or, where there is none, a sentence in its place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        colours = load_colours("dark")
        self._ground = QColor(colours["sunken"])
        self._ink = QColor(colours["stage_text"])
        self._image: QImage | None = None
        self._echo: QImage | None = None
        self._message = ""
        self._now = QPixmap()
        self._before = QPixmap()
        self._fade = QVariantAnimation(self)
        self._fade.setStartValue(0.0)
        self._fade.setEndValue(1.0)
        self._fade.setEasingCurve(QEasingCurve.Type.InOutQuad)
        self._fade.valueChanged.connect(lambda _: self.update())
        self._fade.finished.connect(self._on_faded)

    def show_image(self, image: QImage, echo: QImage | None, name: str) -> None:
        """Fade to a picture; ``name`` is what it is called for a screen reader."""
        self._change(image, echo, "")
        self.setAccessibleName(name)

    def show_message(self, message: str) -> None:
        """Fade to a sentence in place of a picture."""
        self._change(None, None, message)
        self.setAccessibleName(message)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture, over the one before while they fade."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._ground)
        fading = self._fade.state() is QVariantAnimation.State.Running
        if fading:
            painter.drawPixmap(0, 0, self._before)
            painter.setOpacity(float(self._fade.currentValue()))
        painter.drawPixmap(0, 0, self._now)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit anew; nothing fades on."""
        super().resizeEvent(event)
        self._fade.stop()
        self._before = QPixmap()
        self._now = self._painted()

    def _change(self, image: QImage | None, echo: QImage | None, message: str) -> None:
        self._fade.stop()
        self._before = self._now
        self._image, self._echo, self._message = image, echo, message
        self._now = self._painted()
        # a person may have switched motion off
        hint = QStyle.StyleHint.SH_Widget_Animation_Duration
        moves = self.style().styleHint(hint, None, self) > 0
        self._fade.setDuration(_FADE_MS)
        if moves and self.isVisible() and not self._before.isNull():
            self._fade.start()
        self.update()

    def _on_faded(self) -> None:
        self._before = QPixmap()
        self.update()

    def _painted(self) -> QPixmap:
        """Return the whole ground with the picture on it, so that a fade only blends two."""
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(self.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(self._ground)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._image is not None:
            if self._echo is not None:
                self._paint_echo(painter, self._echo)
            self._paint_image(painter, self._image, ratio)
        elif self._message:
            self._paint_message(painter)
        painter.end()
        return pixmap

    def _paint_echo(self, painter: QPainter, echo: QImage) -> None:
        size = echo.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
        area = QRect(0, 0, size.width(), size.height())
        area.moveCenter(self.rect().center())
        painter.setOpacity(_ECHO_OPACITY)
        painter.drawImage(area, echo)
        painter.setOpacity(1.0)

    def _paint_image(self, painter: QPainter, image: QImage, ratio: float) -> None:
        room = (self.size() * ratio).boundedTo(image.size() * _MOST_ENLARGED)
        fitted = image.size().scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        scaled = image.scaled(
            fitted,
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        area = QRect(0, 0, round(fitted.width() / ratio), round(fitted.height() / ratio))
        area.moveCenter(self.rect().center())
        painter.drawImage(area, scaled)

    def _paint_message(self, painter: QPainter) -> None:
        font = QFont(self.font())
        font.setPixelSize(max(20, self.height() // 24))
        painter.setFont(font)
        painter.setPen(self._ink)
        room = self.rect().adjusted(60, 40, -60, -self.height() // 4)
        painter.drawText(
            room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._message
        )
