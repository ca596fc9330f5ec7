"""One line to ask the photo something, and what was answered."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from gallery.library.asking import LONGEST_QUESTION, PhotoAnswer
from gallery.ui.announce import announce
from gallery.ui.words import answer_origin_text, answer_text


class _Line(QLineEdit):
    """Keeps its keys to itself: in the viewer around it, Enter and Esc leave the photo."""

    left = Signal()

    def event(self, event: QEvent) -> bool:
        """Esc is this line's, whatever else it may be a shortcut of."""
        is_key = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if is_key and event.type() is QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leaves; all else is typing."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)
        event.accept()


class AskBox(QWidget):
    """Enter asks, Esc leaves. Hidden until it is opened; another photo closes it."""

    asked = Signal(int, str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._photo_id: int | None = None
        self._asked = ""
        self._line = _Line(self)
        self._line.setObjectName("question")
        self._line.setAccessibleName(self.tr("Question about this photo"))
        self._line.setPlaceholderText(self.tr("What do you want to know? Enter asks"))
        self._line.setMaxLength(LONGEST_QUESTION)
        self._line.returnPressed.connect(self._ask)
        self._line.left.connect(self.close_box)
        self._answer = self._label("answer_text", self.tr("Answer"))
        self._origin = self._label("caption_origin", self.tr("Who answered"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for widget in (self._line, self._answer, self._origin):
            layout.addWidget(widget)
        self.hide()

    def open(self) -> None:
        """Show the line, ready to be typed in."""
        if self._photo_id is not None:
            self.show()
            self._line.setFocus()
            self._line.selectAll()

    def close_box(self) -> None:
        """Take it away; an answer that still comes is not shown."""
        self._forget()
        self.hide()
        self.left.emit()

    def show_photo(self, photo_id: int) -> None:
        """Be about this photo from now on."""
        if photo_id == self._photo_id:
            return
        self._photo_id = photo_id
        held_keys = self._line.hasFocus()
        self._forget()
        self.hide()
        if held_keys:
            self.left.emit()

    def show_answer(self, photo_id: int, answer: PhotoAnswer) -> None:
        """Show an answer, unless another question or photo came meanwhile."""
        if self._waits_for(photo_id, answer.question):
            self._tell(answer_text(answer), answer_origin_text(answer), unsure=answer.unsure)

    def show_refusal(self, photo_id: int, question: str, why: str) -> None:
        """Say why there is no answer."""
        if self._waits_for(photo_id, question):
            self._tell(why, "", unsure=False)

    def _ask(self) -> None:
        question = " ".join(self._line.text().split())
        if not question or self._photo_id is None:
            return
        self._asked = question
        self._answer.setText(self.tr("Looking …"))
        self._answer.show()
        self._origin.hide()
        self.asked.emit(self._photo_id, question)

    def _waits_for(self, photo_id: int, question: str) -> bool:
        return (photo_id, question) == (self._photo_id, self._asked)

    def _tell(self, text: str, origin: str, *, unsure: bool) -> None:
        self._asked = ""
        self._answer.setText(text)
        self._origin.setText(origin)
        self._origin.setProperty("unsure", unsure)
        self._origin.style().unpolish(self._origin)
        self._origin.style().polish(self._origin)
        self._origin.setVisible(bool(origin))
        announce(self._answer, f"{text}. {origin}" if origin else text)

    def _forget(self) -> None:
        self._asked = ""
        self._line.clear()
        for label in (self._answer, self._origin):
            label.clear()
            label.hide()

    def _label(self, name: str, spoken: str) -> QLabel:
        label = QLabel(self)
        label.setObjectName(name)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setAccessibleDescription(spoken)
        label.hide()
        return label
