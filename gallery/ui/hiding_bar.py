"""A bar that lies over a picture on the whole screen, and goes when nobody needs it."""

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QWidget

from gallery.ui.viewer_header import ViewerHeader

_STAYS_MS = 2500


class HidingBar(QObject):
    """Shows the bar when the mouse moves or Tab is pressed; hides it and the cursor after that."""

    def __init__(self, bar: ViewerHeader, over: QWidget) -> None:
        super().__init__(over)
        self._bar, self._over = bar, over
        self._on = False
        self._timer = QTimer(self, singleShot=True, interval=_STAYS_MS)
        self._timer.timeout.connect(self._hide)

    def begin(self) -> None:
        """From now on the bar comes and goes; it must be in no layout."""
        self._on = True
        self.place()
        self.stir()

    def end(self) -> None:
        """It stays."""
        self._on = False
        self._timer.stop()
        self._over.unsetCursor()
        self._bar.show()

    def stir(self) -> None:
        """Somebody is there."""
        if self._on:
            if self._bar.isHidden():
                self._bar.show()
                self._bar.raise_()
                self._over.unsetCursor()
            self._timer.start()

    def place(self) -> None:
        """Across the upper edge."""
        if self._on:
            self._bar.setGeometry(0, 0, self._over.width(), self._bar.sizeHint().height())
            self._bar.raise_()

    def _hide(self) -> None:
        if self._bar.has_focus() or self._bar.underMouse():
            self._timer.start()
        else:
            self._bar.hide()
            self._over.setCursor(Qt.CursorShape.BlankCursor)
