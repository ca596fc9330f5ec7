"""The viewer's stage: one picture, fitted or as close as one wants to look."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QLabel, QWidget

from gallery.ui.close_looks import Part
from gallery.ui.framing import Framing
from gallery.ui.stage_caption import paint_caption
from gallery.ui.theme import theme

_WHEEL_STEP = 1.25  # for one click of a wheel; a touchpad's finer ones zoom as finely
_WHEEL_CLICK = 120
_PIXELS_SHOWN_FROM = 3.0  # from this scale on the pixels themselves are what one looks for


class Stage(QLabel):  # a label has a role that a screen reader speaks of
    """Paints a picture, a thumbnail until the picture is here, or why there is none."""

    double_clicked = Signal()
    view_changed = Signal()  # another part is seen, or another scale
    mouse_moved = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("stage")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(240, 180)
        self.setMouseTracking(True)
        self.framing = Framing()
        self._picture = QPixmap()
        self._part: tuple[QRectF, QPixmap] | None = None
        self._sharp = False
        self._bare = False
        self._message = ""
        self._caption = ""
        self._grip: QPointF | None = None

    # What is shown

    def show_nothing(self) -> None:
        """Clear the stage."""
        self._show(QPixmap(), "", sharp=False)

    def show_preview(self, thumbnail: QPixmap | None, natural: QSize) -> None:
        """Begin with a photo: its thumbnail at the size the picture will have (``natural``)."""
        picture = thumbnail or QPixmap()
        self._part = None
        self.framing.show(QSizeF(natural if natural.isValid() else picture.size()))
        self._show(picture, "", sharp=False)
        self._tell()

    def show_better_preview(self, thumbnail: QPixmap | None, natural: QSize) -> None:
        """More is known of the photo that is shown; it stays framed as it is."""
        if natural.isValid():
            self.framing.learn(QSizeF(natural))
        self._show(thumbnail or self._picture, "", sharp=False)
        self._tell()

    def show_picture(self, image: QImage) -> None:
        """Show the picture itself."""
        # What comes is never enlarged: where it is larger, the size was not known.
        self.framing.learn(QSizeF(_larger(self.framing.natural.toSize(), image.size())))
        self._show(QPixmap.fromImage(image), "", sharp=True)
        self._tell()

    def show_frame(self, image: QImage) -> None:
        """Show a frame of a moving picture in its place."""
        self._part = None
        self._show(QPixmap.fromImage(image), "", sharp=True)

    def show_part(self, part: Part) -> None:
        """Show a part of the picture over it, at the resolution of that part."""
        self._part = (part.area, QPixmap.fromImage(part.image))
        self.update()

    def show_message(self, message: str) -> None:
        """Say why there is no picture."""
        self._show(QPixmap(), message, sharp=True)

    def show_caption(self, text: str) -> None:
        """Write the caption on the picture's foot; empty: not."""
        self._caption = text
        self.update()

    def show_bare(self, *, bare: bool) -> None:
        """On the whole screen the ground is dark in every theme."""
        self._bare = bare
        self.update()

    @property
    def is_sharp(self) -> bool:
        """Whether the picture itself (or the reason for none) is shown."""
        return self._sharp

    @property
    def has_picture(self) -> bool:
        """Whether there is something to look at closely."""
        return not self._picture.isNull()

    @property
    def needs_parts(self) -> bool:
        """Whether the picture has more to show at this scale than is here."""
        natural = max(self.framing.natural.width(), self.framing.natural.height())
        here = max(self._picture.width(), self._picture.height())
        return self._sharp and 0 < here < natural * min(self.framing.scale, 1.0) * 0.95

    def seen_shares(self) -> QRectF:
        """The part that is seen, in shares of the upright picture."""
        seen, natural = self.framing.seen(), self.framing.natural
        if natural.isEmpty():
            return QRectF(0, 0, 1, 1)
        width, height = natural.width(), natural.height()
        return QRectF(
            seen.x() / width, seen.y() / height, seen.width() / width, seen.height() / height
        )

    # How it is looked at

    def zoom_step(self, direction: int) -> None:
        """One step closer (1) or farther (-1)."""
        self._zoom_to(self.framing.step_from(direction))

    def zoom_actual(self) -> None:
        """One pixel of the picture on one of the screen."""
        self._zoom_to(1.0)

    def fit(self) -> None:
        """All of it."""
        self.framing.fit()
        self._tell()

    def turn(self, quarters: int) -> None:
        """Turn what is shown clockwise; the file is not changed."""
        if self.has_picture:
            self.framing.turn(quarters)
            self._tell()

    def pan(self, dx: float, dy: float) -> None:
        """Move the picture by pixels of the widget."""
        if self.framing.pan(dx, dy):
            self._tell()

    # Events

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what is seen of the picture, never more of it."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("stage" if self._bare else "sunken"))
        if self.has_picture:
            self._paint_picture(painter)
        elif self._message:
            painter.setPen(theme.colour("stage_text" if self._bare else "text"))
            margin = self.rect().adjusted(40, 40, -40, -40)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(margin, flags, self._message)
        if self._caption:
            paint_caption(painter, self, self._caption)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit anew, or keep the middle where it is."""
        super().resizeEvent(event)
        self._tell()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """With Ctrl zoom around the cursor; else move what is zoomed."""
        turned = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            factor = _WHEEL_STEP ** ((turned.y() or turned.x()) / _WHEEL_CLICK)
            self._zoom_to(self.framing.scale * factor, event.position())
        elif self.framing.zoomed:
            moved = event.pixelDelta()
            moved = turned if moved.isNull() else moved
            self.pan(moved.x(), moved.y())
        else:
            event.ignore()
            return
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Two fingers on a touchpad zoom around where they are."""
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() is Qt.NativeGestureType.ZoomNativeGesture:
                self._zoom_to(self.framing.scale * (1 + event.value()), event.position())
                return True
            if event.gestureType() is Qt.NativeGestureType.SmartZoomNativeGesture:
                self._zoom_to(0.0 if self.framing.zoomed else 1.0, event.position())
                return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of what is zoomed."""
        if event.button() is Qt.MouseButton.LeftButton and self.framing.zoomed:
            self._grip = event.position()
            self._show_hand()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """What is held goes with the mouse."""
        self.mouse_moved.emit()
        if self._grip is not None:
            moved = event.position() - self._grip
            self._grip = event.position()
            self.pan(moved.x(), moved.y())
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._grip = None
        self._show_hand()
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Double click: as Enter."""
        self.double_clicked.emit()

    def _zoom_to(self, scale: float, about: QPointF | None = None) -> None:
        if self.has_picture:
            self.framing.zoom_to(scale, about)
            self._tell()

    def _show(self, picture: QPixmap, message: str, *, sharp: bool) -> None:
        self._picture, self._message, self._sharp = picture, message, sharp
        self.update()

    def _tell(self) -> None:
        self.framing.resize(QSizeF(self.size()), self.devicePixelRatioF())
        self._show_hand()
        self.update()
        self.view_changed.emit()

    def _show_hand(self) -> None:
        if not self.framing.zoomed:
            self.unsetCursor()
        elif self._grip is None:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def _paint_picture(self, painter: QPainter) -> None:
        framing = self.framing
        smooth = framing.scale < _PIXELS_SHOWN_FROM
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.setTransform(framing.to_room())
        whole = QRectF(QPointF(0, 0), framing.natural)
        _paint_seen(painter, self._picture, whole, framing.seen())
        if self._part is not None and framing.zoomed:
            shares, pixmap = self._part
            width, height = whole.width(), whole.height()
            area = QRectF(
                shares.x() * width,
                shares.y() * height,
                shares.width() * width,
                shares.height() * height,
            )
            _paint_seen(painter, pixmap, area, framing.seen())
        painter.resetTransform()


def _paint_seen(painter: QPainter, pixmap: QPixmap, area: QRectF, seen: QRectF) -> None:
    """Paint what is ``seen`` of a pixmap that fills ``area``: work grows with the widget only."""
    seen = seen.intersected(area)
    if seen.isEmpty() or pixmap.isNull():
        return
    across, down = pixmap.width() / area.width(), pixmap.height() / area.height()
    source = QRectF(
        (seen.x() - area.x()) * across,
        (seen.y() - area.y()) * down,
        seen.width() * across,
        seen.height() * down,
    )
    # Whole pixels, and a place that belongs to them exactly, or what is zoomed would tremble.
    grid = source.toAlignedRect().intersected(pixmap.rect())
    place = QRectF(
        area.x() + grid.x() / across,
        area.y() + grid.y() / down,
        grid.width() / across,
        grid.height() / down,
    )
    painter.drawPixmap(place, pixmap, QRectF(grid))


def _larger(one: QSize, other: QSize) -> QSize:
    return one if one.width() * one.height() > other.width() * other.height() else other
