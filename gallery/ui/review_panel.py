"""Beside a photo under review: its caption, why it is doubted, other wordings, the editor."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from gallery.domain import Doubt, Photo
from gallery.ui.review_words import doubt_text
from gallery.ui.wordings import Wording, Wordings
from gallery.ui.words import caption_line, origin_text

_WIDTH_PX = 360


class ReviewPanel(QWidget):
    """Enter saves what is typed, Esc leaves it; ``said`` is what a person wants to be said."""

    said = Signal(str)
    edit_ended = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("details")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(_WIDTH_PX)
        self._before = ""
        self._doubt = self._label("caption_origin", self.tr("Why it is to be reviewed"))
        self._doubt.setProperty("unsure", True)
        self._caption = self._label("caption_text", self.tr("Caption"))
        self._origin = self._label("caption_origin", self.tr("Who said it"))
        self._state = self._label("review_state", self.tr("What you decided"))
        self._editor = QPlainTextEdit(self)
        self._editor.setObjectName("review_editor")
        self._editor.setAccessibleName(self.tr("Caption"))
        self._editor.setPlaceholderText(self.tr("Say in your own words what the photo shows"))
        self._editor.setTabChangesFocus(True)
        self._editor.setFixedHeight(150)
        self._editor.installEventFilter(self)
        self._editor.hide()
        self._hint = self._label("caption_origin", "")
        self._hint.setText(self.tr("Enter saves and goes on, Esc leaves it."))
        self._hint.hide()
        self.wordings = Wordings(self)
        self.wordings.taken.connect(self._take)
        self.wordings.left.connect(self.end_edit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 20, 22, 20)
        layout.setSpacing(12)
        shown: tuple[QWidget, ...] = (self._doubt, self._caption, self._editor, self._hint)
        for widget in (*shown, self._origin, self._state, self.wordings):
            layout.addWidget(widget)
        layout.addStretch(1)

    @property
    def is_editing(self) -> bool:
        """Whether the caption is being typed."""
        return not self._editor.isHidden()

    def show_photo(self, photo: Photo | None, doubt: Doubt, state: str) -> None:
        """Show a caption, why it is doubted, and what was decided; an edit goes on."""
        self._doubt.setText(doubt_text(doubt))
        self._state.setText(state)
        self._state.setVisible(bool(state))
        self._before = photo.caption.text if photo and photo.caption else ""
        self._caption.setText(caption_line(photo) if photo else "")
        self._origin.setText(origin_text(photo) if photo else "")

    def show_wordings(self, wordings: Sequence[Wording], *, answered: bool) -> None:
        """List others than the caption."""
        others = [one for one in wordings if one.text != self._before]
        self.wordings.show_wordings(others, answered=answered)

    def edit(self, text: str | None = None) -> None:
        """Open the editor with the caption (or another text) selected."""
        self._editor.setPlainText(self._before if text is None else text)
        self._editor.selectAll()
        self._show_editor(shown=True)
        self._editor.setFocus()

    def end_edit(self) -> None:
        """Leave the editor without saving."""
        self._show_editor(shown=False)
        self.edit_ended.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter and Esc of the editor."""
        if watched is self._editor and isinstance(event, QKeyEvent):
            key = event.key()
            if event.type() is QEvent.Type.ShortcutOverride and key == Qt.Key.Key_Escape:
                event.accept()
                return True
            if event.type() is QEvent.Type.KeyPress:
                if key == Qt.Key.Key_Escape:
                    self.end_edit()
                    return True
                shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
                if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not shift:
                    self._take(self._editor.toPlainText())
                    return True
        return super().eventFilter(watched, event)

    def _take(self, text: str) -> None:
        if self.is_editing:
            self.end_edit()
        self.said.emit(" ".join(text.split()))

    def _show_editor(self, *, shown: bool) -> None:
        self._editor.setVisible(shown)
        self._hint.setVisible(shown)
        self._caption.setVisible(not shown)
        self._origin.setVisible(not shown)

    def _label(self, name: str, spoken: str) -> QLabel:
        label = QLabel(self)
        label.setObjectName(name)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setAccessibleDescription(spoken)
        return label
