"""A line of text that never makes its window wider: what does not fit is elided."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolTip, QWidget

from gallery.ui.words import tool_tip

_LEAST_PX = 60


class ElidedLabel(QLabel):
    """Plain text in one line; the whole text stays its text, for screen readers and tool tip."""

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> None:
        super().__init__(parent)
        self._mode = mode
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        """A little will do."""
        whole = super().minimumSizeHint()
        return QSize(min(_LEAST_PX, whole.width()), whole.height())

    def shown_text(self) -> str:
        """What there is room for."""
        return self.fontMetrics().elidedText(self.text(), self._mode, self.contentsRect().width())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what there is room for."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), self.alignment(), self.shown_text())
        painter.end()

    def event(self, event: QEvent) -> bool:
        """Tell the whole text where it is elided and there is no tool tip of its own."""
        if event.type() is QEvent.Type.ToolTip and not self.toolTip():
            assert isinstance(event, QHelpEvent)
            if self.shown_text() != self.text():
                QToolTip.showText(event.globalPos(), tool_tip(self.text()), self)
            return True
        return super().event(event)
