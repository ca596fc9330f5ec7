"""Beside the picture: its caption large, who said it, and what is known of the file."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gallery.domain import Photo
from gallery.ui.ask_box import AskBox
from gallery.ui.doubt_line import DoubtLine
from gallery.ui.elided_label import ElidedLabel
from gallery.ui.facts_panel import KEYS_PX, FactsPanel
from gallery.ui.star_row import StarRow
from gallery.ui.theme import theme
from gallery.ui.wordings import Wording, Wordings
from gallery.ui.words import (
    breakable,
    caption_line,
    date_time_text,
    folder_text,
    origin_text,
    size_text,
)

_LONG = 160  # characters; a caption this long is no headline


class Details(QWidget):
    """The caption is edited in place: Enter saves, Esc leaves it as it was.

    Other wordings stand under the editor; one that is taken is a person's caption like any other.
    """

    caption_edited = Signal(int, str)
    edit_requested = Signal()
    edit_ended = Signal()
    wordings_wanted = Signal(int)
    more_wordings_wanted = Signal(int)
    narrate_requested = Signal()
    rated = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("details")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(340)
        self._photo: Photo | None = None
        self._offers_wordings = False
        self._caption = self._label("caption_text", self.tr("Caption"))
        self._editor = QPlainTextEdit(self)
        self._editor.setObjectName("caption_editor")
        self._editor.setAccessibleName(self.tr("Caption"))
        self._editor.setPlaceholderText(self.tr("Say in your own words what the photo shows"))
        self._editor.setTabChangesFocus(True)
        self._editor.installEventFilter(self)
        self._editor.setFixedHeight(150)
        self._editor.hide()
        self._origin = self._label("caption_origin", self.tr("Who said it"))
        self._hint = self._label("caption_origin", "")
        self._hint.setText(
            self.tr("Enter saves, Esc leaves it. Empty: back to what was there before.")
        )
        self._hint.hide()
        self.doubt = DoubtLine(self)
        self.doubt.edit_requested.connect(self.edit_requested)
        self._stars = StarRow(self)
        self._stars.rated.connect(self.rated)
        self.ask_box = AskBox(self)
        self.wordings = Wordings(self)
        self.wordings.hide()
        self.wordings.more_requested.connect(self.ask_more)
        self.wordings.taken.connect(self._take)
        self.wordings.left.connect(self.end_edit)
        self.facts_panel = FactsPanel(self)
        self._why = self._label("why_text", self.tr("Why it is here"))
        self._why.hide()
        self._facts = [self._fact(name) for name in self._fact_names()]
        self._lay_out()

    @property
    def is_editing(self) -> bool:
        """Whether the caption is being edited."""
        return not self._editor.isHidden()

    def show_photo(self, photo: Photo | None) -> None:
        """Show what is known; an edit of the same photo goes on."""
        if photo is None and self.is_editing:
            return  # it is just being read again
        same = photo is not None and self._photo is not None and photo.id == self._photo.id
        if self.is_editing and not same:
            self._save()  # what was typed is not lost by going on
        self._photo = photo
        if photo is None:
            return
        self.ask_box.show_photo(photo.id)
        self._stars.show_stars(photo.rating)
        self.facts_panel.expect(photo.id)
        self.doubt.show_photo(photo)
        named = photo.caption is None and photo.failure is None
        self._caption.setText(breakable(photo.name) if named else caption_line(photo))
        _style(self._caption, "long", len(self._caption.text()) > _LONG)
        self._origin.setText(origin_text(photo))
        _style(self._origin, "unsure", photo.caption is not None and photo.caption.unsure)
        size = f"{photo.width_px} × {photo.height_px}" if photo.width_px else "–"
        folder = folder_text(photo.path.parent)
        self._facts[-1].setToolTip(str(photo.path.parent).encode("utf-8", "replace").decode())
        values = (date_time_text(photo), photo.name, size, size_text(photo.size_bytes), folder)
        for label, value in zip(self._facts, values, strict=True):
            label.setText(value)

    def show_why(self, text: str) -> None:
        """Say why the photo is among what was found; empty: it was not searched for."""
        title = self.tr("Why it is here")
        self._why.setText(f"{title}\n{text}" if text else "")
        self._why.setVisible(bool(text))

    def edit(self, text: str | None = None) -> None:
        """Open the editor with the caption (or another text) selected."""
        if self._photo is None:
            return
        said = self._photo.caption.text if self._photo.caption else ""
        self._editor.setPlainText(said if text is None else text)
        self._editor.selectAll()
        self.wordings.clear()
        self._show_editor(shown=True)
        self._editor.setFocus()
        self.wordings_wanted.emit(self._photo.id)

    def offer_wordings(self, *, offered: bool) -> None:
        """Whether there is a describer that can propose some."""
        self._offers_wordings = offered

    def ask_more(self) -> None:
        """Have other wordings proposed for the caption that is edited."""
        if self._photo is not None and self.is_editing and self._offers_wordings:
            self.wordings.show_busy()
            self.more_wordings_wanted.emit(self._photo.id)

    def show_wordings(self, photo_id: int, wordings: Sequence[Wording], *, answered: bool) -> None:
        """List other wordings than the caption, where that of this photo is being edited."""
        if self._is_editing_of(photo_id):
            said = self._photo.caption.text if self._photo and self._photo.caption else ""
            others = [one for one in wordings if one.text != said]
            self.wordings.show_wordings(others, answered=answered)

    def show_no_wordings(self, photo_id: int, sentence: str) -> None:
        """Say why there are no others."""
        if self._is_editing_of(photo_id):
            self.wordings.show_trouble(sentence)

    def end_edit(self) -> None:
        """Leave the editor without saving."""
        self._show_editor(shown=False)
        self.edit_ended.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter and Esc of the editor."""
        if watched is self._editor and isinstance(event, QKeyEvent):
            key = event.key()
            leaves = key == Qt.Key.Key_Escape
            place = _place_of(event)
            if event.type() is QEvent.Type.ShortcutOverride and (leaves or place):
                event.accept()
                return True
            if event.type() is QEvent.Type.KeyPress:
                if place and self.wordings.take(place):
                    return True
                if leaves:
                    self.end_edit()
                    return True
                shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
                if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not shift:
                    self._save()
                    return True
        return super().eventFilter(watched, event)

    def _is_editing_of(self, photo_id: int) -> bool:
        return self.is_editing and self._photo is not None and self._photo.id == photo_id

    def _show_editor(self, *, shown: bool) -> None:
        self._editor.setVisible(shown)
        self._hint.setVisible(shown)
        self.wordings.setVisible(shown and self._offers_wordings)
        self._caption.setVisible(not shown)
        self._origin.setVisible(not shown)

    def _save(self) -> None:
        text = " ".join(self._editor.toPlainText().split())
        photo = self._photo
        self.end_edit()
        if photo is not None and text != (photo.caption.text if photo.caption else ""):
            self.caption_edited.emit(photo.id, text)

    def _take(self, text: str) -> None:
        """What was typed is saved first: undo brings it back."""
        photo = self._photo
        if photo is not None and self.is_editing:
            if self._editor.toPlainText().strip():
                self._save()
            else:
                self.end_edit()
            self.caption_edited.emit(photo.id, text)

    def _lay_out(self) -> None:
        self._edit_button = QPushButton(theme.icon("edit"), self.tr("Edit (F2)"), self)
        self._edit_button.setObjectName("edit_caption")
        self._edit_button.clicked.connect(self.edit_requested)
        self._narrate_button = QPushButton(theme.icon("speak"), self.tr("Tell (Ctrl+D)"), self)
        self._narrate_button.setObjectName("narrate")
        self._narrate_button.setAccessibleDescription(self.tr("Say this caption aloud"))
        self._narrate_button.clicked.connect(self.narrate_requested)
        for button in (self._edit_button, self._narrate_button):
            button.setAutoDefault(True)  # Enter presses it, not only Space
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._edit_button)
        buttons.addWidget(self._narrate_button)
        buttons.addStretch(1)
        form = QFormLayout()
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(8)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        for name, label in zip(self._fact_names(), self._facts, strict=True):
            key = QLabel(name, self)
            key.setObjectName("detail_key")
            key.setMinimumWidth(KEYS_PX)
            form.addRow(key, label)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 24, 22, 20)
        layout.setSpacing(12)
        layout.addWidget(self._caption)
        layout.addWidget(self._editor)
        layout.addWidget(self._hint)
        layout.addWidget(self.wordings)
        layout.addWidget(self._origin)
        layout.addWidget(self.doubt)
        layout.addWidget(self._stars)
        layout.addLayout(buttons)
        layout.addWidget(self.ask_box)
        layout.addWidget(self._why)
        layout.addSpacing(16)
        layout.addLayout(form)
        layout.addWidget(self.facts_panel)
        layout.addStretch(1)

    def changeEvent(self, event: QEvent) -> None:
        """Icons follow the palette."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "_narrate_button"):
            self._edit_button.setIcon(theme.icon("edit"))
            self._narrate_button.setIcon(theme.icon("speak"))

    def _fact_names(self) -> tuple[str, ...]:
        return (
            self.tr("Taken"),
            self.tr("File"),
            self.tr("Pixels"),
            self.tr("Size"),
            self.tr("Folder"),
        )

    def _label(self, name: str, spoken: str) -> QLabel:
        label = QLabel(self)
        label.setObjectName(name)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        label.setAccessibleDescription(spoken)
        return label

    def _fact(self, spoken: str) -> QLabel:
        label = ElidedLabel(self, mode=Qt.TextElideMode.ElideMiddle)
        label.setAccessibleDescription(spoken)
        return label


def _place_of(event: QKeyEvent) -> int:
    """The digit of Alt+1 to Alt+9; 0 for any other key."""
    digit = event.key() - Qt.Key.Key_0
    alone = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return digit if alone == Qt.KeyboardModifier.AltModifier and 1 <= digit <= 9 else 0


def _style(label: QLabel, name: str, value: bool) -> None:
    """Set a property that the style sheet looks at."""
    label.setProperty(name, value)
    label.style().unpolish(label)
    label.style().polish(label)
    label.updateGeometry()
