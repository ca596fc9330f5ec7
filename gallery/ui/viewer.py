"""One photo large, its caption beside it."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gallery.ui.announce import announce
from gallery.ui.close_looks import CloseLooks
from gallery.ui.details import Details
from gallery.ui.film_strip import FilmStrip
from gallery.ui.hiding_bar import HidingBar
from gallery.ui.looking import Looking, Sources
from gallery.ui.moving_picture import MovingPicture
from gallery.ui.photo_cache import PhotoCache
from gallery.ui.picture_loader import PictureLoader
from gallery.ui.stage import Stage
from gallery.ui.viewer_header import ViewerHeader
from gallery.ui.viewer_keys import OVERRIDING, PANS, STEPS, Wish, wish_of
from gallery.ui.words import caption_line, spoken_place

_PAN_SHARE = 0.15


class Viewer(QWidget):
    """Walks through a list of photo ids."""

    left = Signal(int)
    photo_changed = Signal(int)
    full_screen_requested = Signal()

    def __init__(
        self,
        cache: PhotoCache,
        pictures: PictureLoader,
        looks: CloseLooks,
        moving: MovingPicture,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._cache = cache
        self._ids: Sequence[int] = ()
        self._place = 0
        self._bare = False
        self._strip_shown = {False: True, True: False}  # in the window; on the whole screen
        self.stage = Stage(self)
        self.strip = FilmStrip(cache, self)
        self.details = Details(self)
        self.header = ViewerHeader(self)
        self._looking = Looking(Sources(cache, pictures, looks, moving), self.stage, self.header)
        self._lay_out()
        self._bar = HidingBar(self.header, self.stage)
        self.setFocusProxy(self.stage)
        self._connect()
        self.header.show_strip(shown=True)

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
                self.strip.show_around(ids, self._place)
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
        self.strip.show_around(self._ids, self._place)
        self._cache.want(list(dict.fromkeys([photo_id, *around, *self.strip.photo_ids])))
        self._looking.show(photo_id, around)
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
        """The picture alone, its caption at its foot (full screen); the header comes and goes."""
        if bare != self._bare:
            self._bare = bare
            self.details.setVisible(not bare)
            self.stage.show_bare(bare=bare)
            if bare:
                self._column.removeWidget(self.header)
                self.header.setParent(self.stage)
                self._bar.begin()
            else:
                self._column.insertWidget(0, self.header)
                self._bar.end()
            self._show_strip()
        self._show_facts()

    def fulfil(self, wish: Wish) -> None:
        """Do what a key asks for."""
        if wish is Wish.FILM_STRIP:
            self._toggle_strip()
        else:
            self._looking.fulfil(wish)

    # Events

    def event(self, event: QEvent) -> bool:
        """Keys that the window uses elsewhere are the viewer's while it is shown."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
                self._bar.stir()  # before the focus moves: what is hidden gets none
            if wish_of(event) in OVERRIDING:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys of the viewer; F1 lists them."""
        key, wish = Qt.Key(event.key()), wish_of(event)
        if wish is not None:
            self.fulfil(wish)
        elif key in PANS and self.stage.framing.zoomed:
            right, down = PANS[key]
            step = _PAN_SHARE * min(self.stage.width(), self.stage.height())
            self.stage.pan(right * step, down * step)
        elif key in STEPS:
            self.go(self._place + STEPS[key])
        elif key == Qt.Key.Key_Home:
            self.go(0)
        elif key == Qt.Key.Key_End:
            self.go(len(self._ids) - 1)
        elif key in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.leave()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing moves and nothing is kept for a photo that nobody sees."""
        super().hideEvent(event)
        if not event.spontaneous():
            self._looking.end()

    def _on_loaded(self, photo_ids: frozenset[int]) -> None:
        if self.photo_id in photo_ids and self.isVisible():
            self._looking.show_loaded()
            self._show_facts()

    def _show_facts(self) -> None:
        if self.photo_id is None:
            return
        photo = self._cache.photo(self.photo_id)
        self.details.show_photo(photo)
        total = len(self._ids)
        self.header.show_photo(photo.name if photo else "", self._place + 1, total)
        self.stage.setAccessibleName(spoken_place(photo, self._place + 1, total))
        self.stage.show_caption(caption_line(photo) if self._bare and photo else "")

    def _toggle_strip(self) -> None:
        shown = self._strip_shown[self._bare] = not self._strip_shown[self._bare]
        if not shown and self.strip.has_focus():
            self.stage.setFocus()
        self._show_strip()
        told = self.tr("Film strip shown")
        announce(self.stage, told if shown else self.tr("Film strip hidden"))

    def _show_strip(self) -> None:
        shown = self._strip_shown[self._bare]
        self.strip.setVisible(shown)
        self.header.show_strip(shown=shown)

    def _lay_out(self) -> None:
        self._column = QVBoxLayout()
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.header)
        self._column.addWidget(self.stage, 1)
        self._column.addWidget(self.strip)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._column, 1)
        layout.addWidget(self.details)

    def _connect(self) -> None:
        header, stage = self.header, self.stage
        self._cache.loaded.connect(self._on_loaded)
        self.details.edit_requested.connect(self.edit_caption)
        self.details.edit_ended.connect(stage.setFocus)
        self.details.ask_box.left.connect(stage.setFocus)
        self.strip.chosen.connect(self.go)
        stage.double_clicked.connect(self.leave)
        stage.mouse_moved.connect(self._bar.stir)
        stage.view_changed.connect(self._bar.place)
        header.back_requested.connect(self.leave)
        header.step_requested.connect(lambda by: self.go(self._place + by))
        header.wished.connect(self.fulfil)
        header.full_screen_requested.connect(self.full_screen_requested)
