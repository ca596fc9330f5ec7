"""Under the caption's editor: other wordings, each with how well it fits; one key takes one."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QListView,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gallery.ui.announce import announce
from gallery.ui.keys import MORE_WORDINGS

_KEYS = 9  # Alt+1 to Alt+9
_TALLEST_PX, _LOWEST_PX = 330, 48
_PADDING_PX = 16


@dataclass(frozen=True, slots=True)
class Wording:
    """A caption that can be taken, and in words how well it fits (empty: nobody can tell)."""

    text: str
    how_sure: str


class Wordings(QWidget):
    """Asks for more, lists what there is, and tells which one was taken."""

    more_requested = Signal()
    taken = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts: list[str] = []
        self._more = QPushButton(self.tr("More wordings ({0})").format(MORE_WORDINGS), self)
        self._more.setObjectName("more_wordings")
        self._more.setAccessibleDescription(self.tr("Let the describer propose other captions"))
        self._more.setAutoDefault(True)
        self._more.clicked.connect(self.more_requested)
        self._note = self._label()
        self._list = self._make_list()
        self._list.installEventFilter(self)
        self._footnote = self._label()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._note)
        layout.addWidget(self._list)
        layout.addWidget(self._footnote)

    @property
    def texts(self) -> list[str]:
        """What is listed, best first."""
        return list(self._texts)

    def set_footnote(self, text: str) -> None:
        """What is to be known of all that is listed; empty: nothing."""
        self._footnote.setText(text)

    def clear(self) -> None:
        """Nothing is known of this photo yet."""
        self._more.setEnabled(True)
        self._note.hide()
        self.show_wordings(())

    def show_busy(self) -> None:
        """More were asked for."""
        self._more.setEnabled(False)
        self._tell(self.tr("The describer is looking for other words…"))

    def show_trouble(self, sentence: str) -> None:
        """There is no answer, and why."""
        self._more.setEnabled(True)
        self._tell(sentence)
        announce(self._note, sentence)

    def show_wordings(self, wordings: Sequence[Wording], *, answered: bool = False) -> None:
        """List the best; ``answered``: somebody waited for them."""
        news = {one.text for one in wordings} - set(self._texts)
        self._list.clear()
        self._texts = [one.text for one in wordings]
        for place, one in enumerate(wordings, 1):
            self._list.addItem(_item(place, one))
        self._list.setVisible(bool(wordings))
        self._footnote.setVisible(bool(wordings and self._footnote.text()))
        self._fit()
        if answered and not news:
            self.show_trouble(self.tr("The describer has no other words for this photo."))
        elif answered:
            self._more.setEnabled(True)
            self._note.hide()
            announce(self._list, self.tr("{0} other wordings").format(len(self._texts)))

    def take(self, place: int) -> bool:
        """Take the one at a place (from 1 on); False where there is none."""
        if not 1 <= place <= len(self._texts):
            return False
        self.taken.emit(self._texts[place - 1])
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter takes the one that is marked, Esc leaves the editor."""
        if watched is self._list and isinstance(event, QKeyEvent):
            key = event.key()
            if event.type() is QEvent.Type.ShortcutOverride and key == Qt.Key.Key_Escape:
                event.accept()
                return True
            if event.type() is QEvent.Type.KeyPress:
                if key == Qt.Key.Key_Escape:
                    self.left.emit()
                    return True
                if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                    return self.take(self._list.currentRow() + 1)
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Long wordings wrap."""
        super().resizeEvent(event)
        self._fit()

    def _tell(self, sentence: str) -> None:
        self._note.setText(sentence)
        self._note.show()

    def _fit(self) -> None:
        """Make items as high as their wrapped text, and the list as they are if there is room."""
        width = max(self.width() - 2 * _PADDING_PX - 8, 80)
        total = 2
        for row in range(self._list.count()):
            item = self._list.item(row)
            flags = Qt.TextFlag.TextWordWrap
            high = self._list.fontMetrics().boundingRect(0, 0, width, 4000, flags, item.text())
            item.setSizeHint(QSize(width, high.height() + _PADDING_PX))
            total += high.height() + _PADDING_PX
        self._list.setMaximumHeight(min(total, _TALLEST_PX))
        self._list.setMinimumHeight(min(total, _LOWEST_PX))  # so that the window can be low

    def _label(self) -> QLabel:
        label = QLabel(self)
        label.setObjectName("caption_origin")
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.hide()
        return label

    def _make_list(self) -> QListWidget:
        made = QListWidget(self)
        made.setObjectName("wordings")
        made.setAccessibleName(self.tr("Other wordings"))
        made.setWordWrap(True)
        made.setSizeAdjustPolicy(QListWidget.SizeAdjustPolicy.AdjustToContents)
        made.setFrameShape(QFrame.Shape.NoFrame)
        made.setResizeMode(QListView.ResizeMode.Adjust)
        made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        made.setCursor(Qt.CursorShape.PointingHandCursor)
        made.itemClicked.connect(lambda item: self.take(made.row(item) + 1))
        made.hide()
        return made


def _item(place: int, wording: Wording) -> QListWidgetItem:
    key = f"Alt+{place}" if place <= _KEYS else ""
    parts = [part for part in (key, wording.how_sure) if part]
    item = QListWidgetItem("\n".join([wording.text, "  ·  ".join(parts)]).strip())
    spoken = ", ".join([wording.text, *reversed(parts)])
    item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
    return item
