"""The layers of a slideshow: picture, subtitle, buttons and now and then a notice."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QCursor,
    QMouseEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QLabel, QWidget

from gallery.ui.slide_canvas import SlideCanvas
from gallery.ui.slide_loader import ReadySlide
from gallery.ui.slideshow_controls import SlideshowControls
from gallery.ui.subtitle import Subtitle

_IDLE_MS = 2_500
_NOTICE_MS = 8_000
_NOTICE_SHEET = (
    "background: rgba(0, 0, 0, 205); color: #f2f0eb; border-radius: 10px;"
    "padding: 8px 14px; font-size: 11pt;"
)


class SlideshowStage(QWidget):
    """Arranges the layers; hides buttons and pointer after a while without the mouse.

    ``holds_controls`` tells when the buttons must stay (held, at the end).
    """

    def __init__(self, holds_controls: Callable[[], bool], parent: QWidget) -> None:
        super().__init__(parent)
        self._holds_controls = holds_controls
        self.setMouseTracking(True)
        self.canvas = SlideCanvas(self)
        self.subtitle = Subtitle(self)
        self._notice = QLabel(self)
        self._notice.setStyleSheet(_NOTICE_SHEET)
        self._notice.setWordWrap(True)
        self._notice.hide()
        for layer in (self.canvas, self._notice):
            layer.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.controls = SlideshowControls(self)
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.timeout.connect(self._on_idle)
        self._idle.start(_IDLE_MS)

    def show_slide(self, slide: ReadySlide) -> None:
        """Show picture and words of a slide; without a picture its name stands there."""
        if slide.image is None:
            self.canvas.show_message(slide.name or self.tr("No picture"))
        else:
            self.canvas.show_image(slide.image, slide.echo, self.tr("Photo {0}").format(slide.name))
        self.show_words(slide.text)

    def show_words(self, text: str) -> None:
        """Show another sentence, no word lit."""
        self.subtitle.show_text(text)
        self._arrange()

    def notify(self, reason: str) -> None:
        """Say once what a person should know; the same is not said again."""
        if not reason or reason == self._notice.text():
            return
        self._notice.setText(reason)
        self._notice.show()
        self._arrange()
        self.announce(reason)
        QTimer.singleShot(_NOTICE_MS, self._notice, self._notice.hide)

    def announce(self, text: str) -> None:
        """Say a sentence through the screen reader, where one is active."""
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def wake_controls(self) -> None:
        """Show the buttons and the pointer for a while."""
        self.controls.show()
        self.unsetCursor()
        self._idle.start(_IDLE_MS)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Whoever moves the mouse looks for the buttons."""
        super().mouseMoveEvent(event)
        self.wake_controls()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange the layers."""
        super().resizeEvent(event)
        self._arrange()

    def _on_idle(self) -> None:
        if (
            self._holds_controls()
            or self.controls.has_focus()
            or self.controls.geometry().contains(self.mapFromGlobal(QCursor.pos()))
            or QAccessible.isActive()
        ):
            self._idle.start(_IDLE_MS)
            return
        self.controls.hide()
        if self.window().isFullScreen():
            self.setCursor(Qt.CursorShape.BlankCursor)

    def _arrange(self) -> None:
        width, height = self.width(), self.height()
        self.canvas.setGeometry(0, 0, width, height)
        self.controls.adjustSize()
        foot = height - self.controls.height() - 16
        self.controls.move((width - self.controls.width()) // 2, foot)
        font_px = min(44, max(18, height // 26))
        size = self.subtitle.fit(QSize(round(width * 0.86), height // 2), font_px)
        self.subtitle.setGeometry(
            (width - size.width()) // 2, foot - size.height() - 14, size.width(), size.height()
        )
        self._notice.setMaximumWidth(width - 40)
        self._notice.adjustSize()
        self._notice.move(20, 20)
