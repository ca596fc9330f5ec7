"""The film strip: the photos before and after the one that is shown large."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from gallery.ui.photo_cache import PhotoCache
from gallery.ui.theme import theme
from gallery.ui.words import spoken_place

_FRAME_PX = QSize(92, 72)
_GAP_PX = 6
_MARGIN_PX = 8
_BUTTON_KEYS = (Qt.Key.Key_Space, Qt.Key.Key_Select, Qt.Key.Key_Tab, Qt.Key.Key_Backtab)


class FilmStrip(QWidget):
    """As many frames as there is room for, whatever the length of the list."""

    chosen = Signal(int)  # a place in the list

    def __init__(self, cache: PhotoCache, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("film_strip")
        self.setAccessibleName(self.tr("Film strip"))
        self.setFixedHeight(_FRAME_PX.height() + 2 * _MARGIN_PX)
        self._cache = cache
        self._ids: Sequence[int] = ()
        self._place = 0
        self._frames: list[_Frame] = []
        cache.loaded.connect(self._on_loaded)

    @property
    def photo_ids(self) -> list[int]:
        """The photos in the frames; none while the strip is hidden."""
        return [] if self.isHidden() else [self._ids[place] for place in self._places()]

    def show_around(self, ids: Sequence[int], place: int) -> None:
        """Show the neighbours of a place, that one in the middle where both sides have enough."""
        self._ids, self._place = ids, place
        self._fill()

    def has_focus(self) -> bool:
        """Whether one of the frames has the keys."""
        return any(frame.hasFocus() for frame in self._frames)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground, as the theme has it."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("window"))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More room, more frames."""
        super().resizeEvent(event)
        self._fill()
        if self.photo_ids:
            self._cache.want(self.photo_ids)

    def _places(self) -> range:
        room = max(1, (self.width() - _MARGIN_PX) // (_FRAME_PX.width() + _GAP_PX))
        count = min(room, len(self._ids))
        first = min(max(self._place - count // 2, 0), len(self._ids) - count)
        return range(first, first + count)

    def _fill(self) -> None:
        places = self._places()
        while len(self._frames) < len(places):
            frame = _Frame(self)
            frame.clicked.connect(lambda *_, it=frame: self.chosen.emit(it.place))
            self._frames.append(frame)
        step = _FRAME_PX.width() + _GAP_PX
        left = max(_MARGIN_PX, (self.width() - len(places) * step + _GAP_PX) // 2)
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        held = self.has_focus()
        for number, frame in enumerate(self._frames):
            if number >= len(places):
                frame.hide()
                continue
            x = left + number * step
            x = self.width() - x - _FRAME_PX.width() if mirrored else x
            frame.setGeometry(QRect(x, _MARGIN_PX, _FRAME_PX.width(), _FRAME_PX.height()))
            self._dress(frame, places[number])
            frame.show()
            if held and frame.place == self._place:
                frame.setFocus()  # goes with the photo, not with the place on the strip

    def _dress(self, frame: "_Frame", place: int) -> None:
        photo_id = self._ids[place]
        current = place == self._place
        frame.place = place
        frame.setChecked(current)
        # One stop on the way through the window; arrows go on from there.
        frame.setFocusPolicy(Qt.FocusPolicy.TabFocus if current else Qt.FocusPolicy.NoFocus)
        name = spoken_place(self._cache.photo(photo_id), place + 1, len(self._ids))
        frame.setAccessibleName(name)
        frame.setToolTip(name)
        frame.pixmap = self._cache.pixmap(photo_id)
        frame.update()

    def _on_loaded(self, photo_ids: frozenset[int]) -> None:
        if self.isVisible() and len(self._ids):
            for frame, place in zip(self._frames, self._places(), strict=False):
                if self._ids[place] in photo_ids:
                    self._dress(frame, place)


class _Frame(QAbstractButton):
    """One photo of the strip."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.place = 0
        self.pixmap: QPixmap | None = None

    def sizeHint(self) -> QSize:
        """Always the same."""
        return _FRAME_PX

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A button's own keys; all others are the viewer's."""
        if event.key() in _BUTTON_KEYS:
            super().keyPressEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The thumbnail, whole; a frame around the one that is shown large."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inner = self.rect().adjusted(4, 4, -4, -4)
        painter.fillRect(inner, theme.colour("tile"))
        if self.pixmap is not None and not self.pixmap.isNull():
            size = self.pixmap.size().scaled(inner.size(), Qt.AspectRatioMode.KeepAspectRatio)
            area = QRect(0, 0, size.width(), size.height())
            area.moveCenter(inner.center())
            painter.drawPixmap(area, self.pixmap)
        if self.isChecked():
            # The one with the keys has a heavier frame in the colour of text.
            focused = self.hasFocus()
            painter.setPen(
                QPen(theme.colour("text" if focused else "accent"), 4 if focused else 2.5)
            )
            painter.drawRoundedRect(self.rect().adjusted(2, 2, -2, -2), 4, 4)
        painter.end()
