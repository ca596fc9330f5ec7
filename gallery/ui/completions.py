"""Under the search box: what the word that is being typed may become.

It is there to be seen, and takes no key from a person who does not use it: Enter and Down go to
the hits as ever, Esc clears. Alt+Down (or the mouse) goes into it; then Up and Down walk, Enter or
Tab takes, Esc leaves it.
"""

import time

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QWidget

from gallery.catalog import Catalog
from gallery.domain import SearchWords
from gallery.library.completion import Completer, Completion, Completions
from gallery.ui.announce import announce
from gallery.ui.background import Background, Lane

_WIDEST_PX, _NARROWEST_PX = 420, 300
_FRESH_S = 600.0  # words change slowly
_ENDS = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down, Qt.Key.Key_Escape, Qt.Key.Key_Tab}
_TAKES = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab}


class SearchCompletions(QObject):
    """Completes in one line edit, from words that are read beside the window and kept."""

    def __init__(
        self,
        line: QLineEdit,
        over: QWidget,
        catalog: Catalog,
        background: Background,
    ) -> None:
        """``over``: the widget in which there is room below the line."""
        super().__init__(line)
        self._line, self._catalog, self._background = line, catalog, background
        self._closed = False
        self._over = over
        self._completer = Completer(SearchWords())
        self._read_at: float | None = None
        self._offered = Completions(0, 0)
        self.popup = _make_popup(over)
        self.popup.itemClicked.connect(lambda item: self._take(self.popup.row(item)))
        line.textEdited.connect(lambda _: self._offer())
        line.installEventFilter(self)

    @property
    def offered(self) -> list[str]:
        """What is offered just now, the likeliest first."""
        return [item.text for item in self._offered.items] if self.popup.isVisible() else []

    def close(self) -> None:
        """Give up what is being read."""
        self._closed = True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the line while something is offered; focus that comes and goes."""
        if watched is self._line:
            if event.type() is QEvent.Type.FocusIn:
                self._refresh()
            elif event.type() in (QEvent.Type.FocusOut, QEvent.Type.Hide):
                self._hide()
            elif isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
                return self._on_key(event)
            elif isinstance(event, QKeyEvent) and self._is_used and event.key() in _ENDS:
                event.accept()  # no shortcut's while something is marked
                return True
        return super().eventFilter(watched, event)

    @property
    def _is_used(self) -> bool:
        return self.popup.isVisible() and self.popup.currentRow() >= 0

    def _on_key(self, event: QKeyEvent) -> bool:
        key, row = Qt.Key(event.key()), self.popup.currentRow()
        if key == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            if not self.popup.isVisible():
                self._offer()
            self._mark(0 if self.popup.isVisible() else -1)
            return True
        if not self._is_used:
            if key in _ENDS:
                self._hide()
            return False
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._mark(min(row + (1 if key == Qt.Key.Key_Down else -1), self.popup.count() - 1))
        elif key in _TAKES:
            self._take(row)
        elif key == Qt.Key.Key_Escape:
            self._hide()
        else:
            return False
        return True

    def _refresh(self) -> None:
        """Read the words, unless they are fresh."""
        now = time.monotonic()
        if self._read_at is None or now - self._read_at > _FRESH_S:
            self._read_at = now
            self._background.run(Lane.VOCABULARY, self._made, self._on_read)

    def _made(self) -> Completer:
        return Completer(self._catalog.search_words(is_wanted=lambda: not self._closed))

    def _on_read(self, completer: Completer) -> None:
        self._completer = completer
        if not completer.has_words:
            self._read_at = None  # there may be some soon

    def _offer(self) -> None:
        self._offered = self._completer.complete(self._line.text(), self._line.cursorPosition())
        self.popup.clear()
        for item in self._offered.items:
            self.popup.addItem(_item(item))
        self.popup.setCurrentRow(-1)
        if self._offered.items and self._line.hasFocus():
            self._place()
            self.popup.show()
            self.popup.raise_()
        else:
            self._hide()

    def _place(self) -> None:
        width = min(max(self._line.width(), _NARROWEST_PX), _WIDEST_PX)
        rows = sum(self.popup.sizeHintForRow(row) for row in range(self.popup.count()))
        corner = self._line.mapTo(
            self._over, QPoint(self._line.width() - width, self._line.height())
        )
        self.popup.setGeometry(max(corner.x(), 0), corner.y() + 4, width, rows + 14)

    def _mark(self, row: int) -> None:
        self.popup.setCurrentRow(row)
        if row >= 0:
            item = self.popup.item(row)
            announce(self._line, str(item.data(Qt.ItemDataRole.AccessibleTextRole)))

    def _take(self, row: int) -> None:
        if not 0 <= row < len(self._offered.items):
            return
        text, (start, end) = self._offered.items[row].text, (self._offered.start, self._offered.end)
        going_on = text.endswith(":") or self._line.text()[end : end + 1] == " "
        self._hide()
        self._line.setSelection(start, end - start)
        self._line.insert(text if going_on else f"{text} ")
        self._line.setFocus()
        if text.endswith(":"):
            self._offer()

    def _hide(self) -> None:
        self.popup.setCurrentRow(-1)
        self.popup.hide()


def _make_popup(over: QWidget) -> QListWidget:
    popup = QListWidget(over)
    popup.setObjectName("completions")
    popup.setAccessibleName(popup.tr("Suggestions"))
    popup.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    popup.setFrameShape(QFrame.Shape.NoFrame)
    for policy in (popup.setHorizontalScrollBarPolicy, popup.setVerticalScrollBarPolicy):
        policy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    popup.setUniformItemSizes(True)
    popup.setCursor(Qt.CursorShape.PointingHandCursor)
    popup.hide()
    return popup


def _item(completion: Completion) -> QListWidgetItem:
    parts = [part for part in (completion.text, completion.about) if part]
    item = QListWidgetItem("    ".join(parts))
    item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(parts))
    return item
