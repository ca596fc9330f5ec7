"""How one photo is looked at: its picture, parts of it from close by, its frames where it moves."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QSize, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QStyle

from gallery.domain import Failure, Photo
from gallery.ui.announce import announce
from gallery.ui.close_looks import CloseLooks, Part
from gallery.ui.moving_picture import MovingPicture
from gallery.ui.photo_cache import PhotoCache
from gallery.ui.picture_loader import PictureLoader
from gallery.ui.stage import Stage
from gallery.ui.viewer_header import ViewerHeader, zoom_text
from gallery.ui.viewer_keys import Wish
from gallery.ui.words import reason_text

_MAX_PX = 4096
_SAY_ZOOM_MS = 250  # after the last turn of a wheel
_MAY_MOVE = frozenset({".gif", ".webp", ".png", ".apng", ".avif"})


@dataclass(frozen=True, slots=True)
class Sources:
    """Where pictures come from."""

    cache: PhotoCache
    pictures: PictureLoader
    looks: CloseLooks
    moving: MovingPicture


class Looking(QObject):
    """Brings to the stage what it needs of one photo, and says what a person did to it."""

    def __init__(self, sources: Sources, stage: Stage, header: ViewerHeader) -> None:
        super().__init__(stage)
        self._cache, self._pictures = sources.cache, sources.pictures
        self._looks, self._moving = sources.looks, sources.moving
        self._stage, self._header = stage, header
        self._photo_id: int | None = None
        self._said_scale = 0.0  # 0: fitted
        self._say_zoom = QTimer(self, singleShot=True, interval=_SAY_ZOOM_MS)
        self._say_zoom.timeout.connect(self._announce_zoom)
        self._pictures.ready.connect(self._on_picture)
        self._looks.ready.connect(self._on_part)
        self._moving.frame_changed.connect(self._on_frame)
        self._moving.found.connect(self._show_playing)
        self._moving.playing_changed.connect(self._say_playing)
        stage.view_changed.connect(self._on_view_changed)

    def show(self, photo_id: int, around: Sequence[int]) -> None:
        """Show a photo, its thumbnail first; ``around`` are got ready behind it."""
        self.end()
        self._photo_id = photo_id
        natural = _natural(self._cache.photo(photo_id))
        self._stage.show_preview(self._cache.pixmap(photo_id), natural)
        self._pictures.show(photo_id, around, self._max_px())

    def show_loaded(self) -> None:
        """The cache knows more of the photo."""
        if self._photo_id is not None and not self._stage.is_sharp:
            natural = _natural(self._cache.photo(self._photo_id))
            self._stage.show_better_preview(self._cache.pixmap(self._photo_id), natural)

    def end(self) -> None:
        """Nothing moves, and no part is kept, for a photo that nobody sees."""
        self._photo_id = None
        self._looks.drop()
        self._moving.close()
        self._said_scale = 0.0
        self._show_playing()

    def fulfil(self, wish: Wish) -> None:
        """Do what a key or a button asks for."""
        if wish in (Wish.ZOOM_IN, Wish.ZOOM_OUT):
            self._stage.zoom_step(1 if wish is Wish.ZOOM_IN else -1)
        elif wish is Wish.FIT:
            self._stage.fit()
        elif wish is Wish.ACTUAL_SIZE:
            self._stage.zoom_actual()
        elif wish is Wish.PLAY:
            self._moving.toggle()
        else:
            self._turn(1 if wish is Wish.TURN else -1)

    def _turn(self, quarters: int) -> None:
        if self._stage.has_picture:
            self._stage.turn(quarters)
            right = self.tr("Turned right")
            announce(self._stage, right if quarters > 0 else self.tr("Turned left"))

    def _on_picture(self, photo_id: int, picture: QImage | Failure) -> None:
        if photo_id != self._photo_id:
            return
        if isinstance(picture, Failure):
            self._stage.show_message(f"{reason_text(picture.reason)}\n\n{picture.detail}")
        elif picture.isNull():
            self._stage.show_message(self.tr("This picture cannot be shown"))
        else:
            self._stage.show_picture(picture)
            photo = self._cache.photo(photo_id)
            if photo is not None and photo.path.suffix.lower() in _MAY_MOVE:
                self._moving.open(photo_id, self._max_px(), play=self._motion_is_welcome())

    def _on_part(self, photo_id: int, part: Part) -> None:
        if photo_id == self._photo_id:
            self._stage.show_part(part)

    def _on_frame(self, photo_id: int, image: QImage) -> None:
        if photo_id == self._photo_id:
            self._stage.show_frame(image)

    def _on_view_changed(self) -> None:
        scale = self._stage.framing.scale
        self._header.show_zoom(scale)
        self._stage.setAccessibleDescription(zoom_text(scale))
        self._say_zoom.start()
        if self._photo_id is not None and self._stage.needs_parts and not self._moving.moves:
            self._looks.look(self._photo_id, self._stage.seen_shares(), scale)

    def _announce_zoom(self) -> None:
        """Say what a person did, not what came of another photo or a resized window."""
        framing = self._stage.framing
        said, self._said_scale = self._said_scale, framing.scale if framing.zoomed else 0.0
        if said != self._said_scale:
            announce(self._stage, zoom_text(framing.scale))

    def _show_playing(self, *_: object) -> None:
        self._header.show_moving(moves=self._moving.moves, playing=self._moving.playing)

    def _say_playing(self, playing: bool) -> None:
        self._show_playing()
        announce(self._stage, self.tr("Playing") if playing else self.tr("Held"))

    def _motion_is_welcome(self) -> bool:
        hint = QStyle.StyleHint.SH_Widget_Animation_Duration
        return self._stage.style().styleHint(hint, None, self._stage) > 0

    def _max_px(self) -> int:
        stage = self._stage
        screen = stage.screen().size() * stage.devicePixelRatioF()
        return int(min(_MAX_PX, max(1024, screen.width(), screen.height())))


def _natural(photo: Photo | None) -> QSize:
    if photo is None or not photo.width_px or not photo.height_px:
        return QSize()
    return QSize(photo.width_px, photo.height_px)
