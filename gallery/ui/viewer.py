"""One photo large, its caption beside it."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from gallery.domain import Failure, Photo
from gallery.ui.announce import announce
from gallery.ui.details import Details
from gallery.ui.elided_label import ElidedLabel
from gallery.ui.photo_cache import PhotoCache
from gallery.ui.picture_loader import PictureLoader
from gallery.ui.stage import Stage
from gallery.ui.theme import theme
from gallery.ui.words import caption_line, count_text, reason_text, spoken_place

_MAX_PX = 4096
_STEPS = {
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Space: 1,
    Qt.Key.Key_PageDown: 1,
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Backspace: -1,
    Qt.Key.Key_PageUp: -1,
}


class Viewer(QWidget):
    """Walks through a list of photo ids."""

    left = Signal(int)
    photo_changed = Signal(int)
    full_screen_requested = Signal()

    def __init__(
        self, cache: PhotoCache, pictures: PictureLoader, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._cache, self._pictures = cache, pictures
        self._ids: Sequence[int] = ()
        self._place = 0
        self._bare = False
        self.stage = Stage(self)
        self.details = Details(self)
        self._header = self._make_header()
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header)
        column.addWidget(self.stage, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(column, 1)
        layout.addWidget(self.details)
        self.setFocusProxy(self.stage)
        cache.loaded.connect(self._on_loaded)
        pictures.ready.connect(self._on_picture)
        self.details.edit_requested.connect(self.edit_caption)
        self.details.edit_ended.connect(self.stage.setFocus)
        self.details.ask_box.left.connect(self.stage.setFocus)
        self.stage.double_clicked.connect(self.leave)

    @property
    def photo_id(self) -> int | None:
        """The photo shown."""
        return self._ids[self._place] if self._ids else None

    def open(self, ids: Sequence[int], photo_id: int) -> None:
        """Show a photo of a list."""
        self._ids = ids
        self.go(ids.index(photo_id))
        self.stage.setFocus()

    def follow(self, ids: Sequence[int]) -> None:
        """The list changed: stay with the photo shown where it is still there."""
        shown = self.photo_id
        if shown is not None and ids:
            self._ids = ids
            if shown in ids:
                self._place = ids.index(shown)
                self._show_facts()
            else:
                self.go(min(self._place, len(ids) - 1))
        elif shown is not None:
            self.leave()

    def go(self, place: int) -> None:
        """Show the photo at a place of the list; the ends stop."""
        if not self._ids:
            return
        self._place = min(max(place, 0), len(self._ids) - 1)
        photo_id = self._ids[self._place]
        around = [
            self._ids[near]
            for near in (self._place + 1, self._place - 1, self._place + 2)
            if 0 <= near < len(self._ids)
        ]
        photo = self._cache.photo(photo_id)
        self.stage.show_preview(self._cache.pixmap(photo_id), _natural(photo))
        self._cache.want([photo_id, *around])
        self._pictures.show(photo_id, around, self._max_px())
        self._show_facts()
        announce(self.stage, self.stage.accessibleName())
        self.photo_changed.emit(photo_id)

    def leave(self) -> None:
        """Back to the grid."""
        if self.photo_id is not None:
            self.left.emit(self.photo_id)

    def edit_caption(self) -> None:
        """Open the caption's editor."""
        self.show_bare(bare=False)
        self.details.edit()

    def ask(self) -> None:
        """Open the line for a question about the photo."""
        self.show_bare(bare=False)
        self.details.ask_box.open()

    def show_bare(self, *, bare: bool) -> None:
        """The picture alone, its caption at its foot (full screen)."""
        self._bare = bare
        self.details.setVisible(not bare)
        self._header.setVisible(not bare)
        self._show_facts()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys of the viewer; F1 lists them."""
        key = Qt.Key(event.key())
        if key in _STEPS:
            self.go(self._place + _STEPS[key])
        elif key == Qt.Key.Key_Home:
            self.go(0)
        elif key == Qt.Key.Key_End:
            self.go(len(self._ids) - 1)
        elif key in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.leave()
        else:
            super().keyPressEvent(event)

    def _on_loaded(self, photo_ids: frozenset[int]) -> None:
        shown = self.photo_id
        if shown in photo_ids and self.isVisible():
            if not self.stage.is_sharp and shown is not None:
                photo = self._cache.photo(shown)
                self.stage.show_preview(self._cache.pixmap(shown), _natural(photo))
            self._show_facts()

    def _on_picture(self, photo_id: int, picture: QImage | Failure) -> None:
        if photo_id != self.photo_id:
            return
        if isinstance(picture, Failure):
            self.stage.show_message(f"{reason_text(picture.reason)}\n\n{picture.detail}")
        elif picture.isNull():
            self.stage.show_message(self.tr("This picture cannot be shown"))
        else:
            self.stage.show_picture(picture)

    def _show_facts(self) -> None:
        if self.photo_id is None:
            return
        photo = self._cache.photo(self.photo_id)
        self.details.show_photo(photo)
        total = len(self._ids)
        self._where.setText(
            self.tr("{0} of {1}").format(count_text(self._place + 1), count_text(total))
        )
        self._name.setText(photo.name if photo else "")
        self.stage.setAccessibleName(spoken_place(photo, self._place + 1, total))
        self.stage.show_caption(caption_line(photo) if self._bare and photo else "")

    def _max_px(self) -> int:
        screen = self.screen().size() * self.devicePixelRatioF()
        return int(min(_MAX_PX, max(1024, screen.width(), screen.height())))

    def _make_header(self) -> QWidget:
        header = QWidget(self)
        row = QHBoxLayout(header)
        row.setContentsMargins(10, 6, 12, 6)
        row.setSpacing(6)
        self._buttons: list[tuple[QToolButton, str]] = []
        back = self._button("back", self.tr("Back to the photos (Esc)"), self.leave)
        back.setText(self.tr("Photos"))
        back.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        row.addWidget(back)
        self._name = ElidedLabel(header, mode=Qt.TextElideMode.ElideMiddle)
        self._name.setObjectName("place_note")
        self._name.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row.addWidget(self._name, 1)
        self._where = QLabel(header)
        self._where.setObjectName("place_note")
        row.addWidget(self._where)
        steps = (
            ("previous", self.tr("Previous photo (Left)"), -1),
            ("next", self.tr("Next photo (Space)"), 1),
        )
        for name, tip, step in steps:
            row.addWidget(self._button(name, tip, lambda *_, by=step: self.go(self._place + by)))
        full = self._button(
            "fullscreen", self.tr("Full screen (F11)"), self.full_screen_requested.emit
        )
        row.addWidget(full)
        return header

    def _button(self, icon: str, tip: str, slot: object) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(theme.icon(icon))
        button.setIconSize(QSize(18, 18))
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setProperty("quiet", True)
        button.clicked.connect(slot)
        self._buttons.append((button, icon))
        return button

    def changeEvent(self, event: QEvent) -> None:
        """Icons follow the palette."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "_buttons"):
            for button, icon in self._buttons:
                button.setIcon(theme.icon(icon))


def _natural(photo: Photo | None) -> QSize:
    if photo is None or not photo.width_px or not photo.height_px:
        return QSize()
    return QSize(photo.width_px, photo.height_px)
