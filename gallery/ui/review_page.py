"""Captions reviewed one after another, by keys: made to correct hundreds in a sitting."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from gallery.domain import CaptionState, Doubt, Failure, Photo
from gallery.ui.announce import announce
from gallery.ui.photo_cache import PhotoCache
from gallery.ui.picture_loader import PictureLoader
from gallery.ui.review_panel import ReviewPanel
from gallery.ui.review_words import place_text, spoken_review, summary_text
from gallery.ui.stage import Stage
from gallery.ui.wordings import Wording
from gallery.ui.words import reason_text

_MAX_PX = 2048
_AHEAD = 3


class ReviewPage(QWidget):
    """Enter accepts, F2 edits, Space skips, Left goes back, Esc leaves; the list stays as it was.

    What is decided is told at once and stored behind; nothing waits for the disk.
    """

    decided = Signal(int, object)  # photo id, CaptionState
    wordings_wanted = Signal(int)
    more_wordings_wanted = Signal(int)
    left = Signal(int)  # the photo that was shown; 0: none

    def __init__(self, cache: PhotoCache, pictures: PictureLoader, parent: QWidget) -> None:
        super().__init__(parent)
        self._cache, self._pictures = cache, pictures
        self._ids: Sequence[int] = ()
        self._doubts: Mapping[int, Doubt] = {}
        self._place = 0
        self._decided: dict[int, bool] = {}  # whether the caption was changed
        self.stage = Stage(self)
        self.panel = ReviewPanel(self)
        self.panel.said.connect(self._say)
        self.panel.edit_ended.connect(self.stage.setFocus)
        self.panel.wordings.more_requested.connect(self.ask_more)
        self._lay_out()
        self.setFocusProxy(self.stage)
        cache.loaded.connect(self._on_loaded)
        pictures.ready.connect(self._on_picture)

    @property
    def photo_id(self) -> int | None:
        """The photo shown; None at the end."""
        return self._ids[self._place] if self._place < len(self._ids) else None

    @property
    def progress_text(self) -> str:
        """How far it is: "12 of 140"."""
        return self._where.text()

    def begin(self, doubts: Mapping[int, Doubt], first: int | None) -> None:
        """Review these photos, in this order, from one of them on."""
        self._ids, self._doubts, self._decided = list(doubts), doubts, {}
        self._bar.setRange(0, len(self._ids))
        self._go(self._ids.index(first) if first is not None and first in doubts else 0)
        self.stage.setFocus()

    def accept(self) -> None:
        """The caption is right: it becomes the person's. On to the next."""
        photo = self._photo()
        if photo is not None and photo.caption is not None:
            self._decide(photo, photo.caption.text, changed=False)

    def edit(self) -> None:
        """Open the editor."""
        if self.photo_id is not None:
            self.panel.edit()

    def skip(self) -> None:
        """Leave it as it is; it stays in the list."""
        if self.photo_id is not None:
            self._go(self._place + 1)

    def back(self) -> None:
        """To the one before."""
        self._go(max(0, self._place - 1))

    def leave(self) -> None:
        """End the review; what was decided is stored."""
        self.left.emit(self.photo_id or 0)

    def go_to(self, photo_ids: frozenset[int]) -> None:
        """What was said of these was undone or redone: show the first of them."""
        for place, photo_id in enumerate(self._ids):
            if photo_id in photo_ids:
                self._decided.pop(photo_id, None)
                self._go(place)
                return

    def show_wordings(self, photo_id: int, wordings: Sequence[Wording], *, answered: bool) -> None:
        """List other wordings for the photo, if it is still this one."""
        if photo_id == self.photo_id:
            self.panel.show_wordings(wordings, answered=answered)

    def show_no_wordings(self, photo_id: int, sentence: str) -> None:
        """Say why there are no others."""
        if photo_id == self.photo_id:
            self.panel.wordings.show_trouble(sentence)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys of a review; F1 lists them."""
        key, alone = Qt.Key(event.key()), not event.modifiers()
        digit = key - Qt.Key.Key_0
        if event.modifiers() == Qt.KeyboardModifier.AltModifier and 1 <= digit <= 9:
            self.panel.wordings.take(digit)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():  # a key that is held down has looked at nothing
                self.accept()
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Right) and alone:
            self.skip()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Backspace) and alone:
            self.back()
        elif key == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

    def _photo(self) -> Photo | None:
        return None if self.photo_id is None else self._cache.photo(self.photo_id)

    def _decide(self, photo: Photo, text: str, *, changed: bool) -> None:
        self._decided[photo.id] = changed
        self.decided.emit(photo.id, CaptionState(text or None, accepted=bool(text)))
        self._go(self._place + 1)

    def _say(self, text: str) -> None:
        photo = self._photo()
        if photo is not None:
            before = photo.caption.text if photo.caption else ""
            self._decide(photo, text, changed=text != before)

    def ask_more(self) -> None:
        """Have other wordings proposed."""
        if self.photo_id is not None:
            self.panel.wordings.show_busy()
            self.more_wordings_wanted.emit(self.photo_id)

    def _go(self, place: int) -> None:
        if self.panel.is_editing:
            self.panel.end_edit()
        self._place = min(place, len(self._ids))
        photo_id = self.photo_id
        over = photo_id is None
        self.panel.setVisible(not over)
        for button in self._buttons[:3]:
            button.setEnabled(not over)
        if photo_id is None:
            done = self.tr("That was all") + "\n\n" + summary_text(self._decided, len(self._ids))
            self.stage.show_message(done)
            self.stage.setAccessibleName(done)
            self._bar.setValue(len(self._ids))
            self._where.setText(place_text(len(self._ids), len(self._ids)))
            announce(self.stage, done)
            return
        near = [*self._ids[self._place + 1 : self._place + 1 + _AHEAD]]
        photo = self._cache.photo(photo_id)
        self.stage.show_preview(self._cache.pixmap(photo_id), _natural(photo))
        self._cache.want([photo_id, *near])
        self._pictures.show(photo_id, near, _MAX_PX)
        self.panel.wordings.clear()
        self.wordings_wanted.emit(photo_id)
        self._show_words(photo_id)
        if photo is not None:
            announce(self.stage, self.stage.accessibleName())

    def _show_words(self, photo_id: int) -> None:
        photo, doubt = self._cache.photo(photo_id), self._doubts[photo_id]
        changed = self._decided.get(photo_id)
        state = "" if changed is None else self.tr("Changed") if changed else self.tr("Accepted")
        self.panel.show_photo(photo, doubt, state)
        total = len(self._ids)
        self._where.setText(place_text(self._place + 1, total))
        self._bar.setValue(self._place + 1)
        spoken = spoken_review(photo, doubt, self._place + 1, total)
        self.stage.setAccessibleName(f"{spoken}. {state}" if state else spoken)

    def _on_loaded(self, photo_ids: frozenset[int]) -> None:
        shown = self.photo_id
        if shown in photo_ids and shown is not None and self.isVisible():
            if not self.stage.is_sharp:
                photo = self._cache.photo(shown)
                self.stage.show_preview(self._cache.pixmap(shown), _natural(photo))
            before = self.stage.accessibleName()
            self._show_words(shown)
            if before != self.stage.accessibleName():
                announce(self.stage, self.stage.accessibleName())

    def _on_picture(self, photo_id: int, picture: QImage | Failure) -> None:
        if photo_id != self.photo_id or not self.isVisible():
            return
        if isinstance(picture, Failure):
            self.stage.show_message(f"{reason_text(picture.reason)}\n\n{picture.detail}")
        elif not picture.isNull():
            self.stage.show_picture(picture)

    def _lay_out(self) -> None:
        self._where = QLabel(self)
        self._where.setObjectName("review_where")
        self._bar = QProgressBar(self)
        self._bar.setAccessibleName(self.tr("Progress of the review"))
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(6)
        title = QLabel(self.tr("Review captions"), self)
        title.setObjectName("place_title")
        head = QHBoxLayout()
        head.setContentsMargins(18, 12, 18, 8)
        head.setSpacing(14)
        head.addWidget(title)
        head.addWidget(self._bar, 1)
        head.addWidget(self._where)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.stage, 1)
        middle.addWidget(self.panel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addLayout(middle, 1)
        layout.addLayout(self._make_buttons())

    def _make_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(18, 10, 18, 10)
        row.setSpacing(10)
        self._buttons = []
        for text, act in (
            (self.tr("Accept (Enter)"), self.accept),
            (self.tr("Edit (F2)"), self.edit),
            (self.tr("Skip (Space)"), self.skip),
            (self.tr("Back (Left)"), self.back),
            (self.tr("Leave (Esc)"), self.leave),
        ):
            button = QPushButton(text, self)
            button.setAutoDefault(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys where they are
            button.clicked.connect(act)
            if act == self.leave:
                row.addStretch(1)
            row.addWidget(button)
            self._buttons.append(button)
        self._buttons[0].setProperty("primary", True)
        return row


def _natural(photo: Photo | None) -> QSize:
    if photo is None or not photo.width_px or not photo.height_px:
        return QSize()
    return QSize(photo.width_px, photo.height_px)
