"""Which part of a picture is seen, and how large: fit, zoom, pan and turns. No painting."""

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QTransform

MOST_SCALE = 16.0
_MARGIN_PX = 24.0
_LADDER = (0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.25, 0.33, 0.5, 0.67, 0.75, 1.0)
_STEPS = (*_LADDER, 1.25, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, MOST_SCALE)
_SAME = 1.005


class Framing:
    """A picture of ``natural`` pixels in a room of widget pixels.

    A scale is in pixels of the screen for each pixel of the picture, so that 1 is sharp on every
    display. Fitted, a picture is never larger than that; zoomed, never smaller than fitted.
    """

    def __init__(self) -> None:
        self._natural, self._room = QSizeF(), QSizeF(1, 1)
        self._ratio = 1.0
        self._scale: float | None = None  # None: fitted, also when the room changes
        self._middle = QPointF(0.5, 0.5)  # what is in the middle of the room, in shares
        self.turns = 0

    def show(self, natural: QSizeF) -> None:
        """Another picture: fitted and upright."""
        self._scale, self.turns, self._middle = None, 0, QPointF(0.5, 0.5)
        self._natural = natural

    def learn(self, natural: QSizeF) -> None:
        """The size of this picture is known better now."""
        self._natural = natural
        self._settle()

    def resize(self, room: QSizeF, ratio: float) -> None:
        """The widget's size, and the screen's pixels for each of its pixels."""
        self._room, self._ratio = QSizeF(max(room.width(), 1), max(room.height(), 1)), ratio
        self._settle()

    @property
    def natural(self) -> QSizeF:
        """The size of the upright picture in pixels."""
        return self._natural

    @property
    def fitted_scale(self) -> float:
        """The scale at which all of it is seen."""
        size = self._turned()
        if size.isEmpty():
            return 1.0
        across = (self._room.width() - _MARGIN_PX) * self._ratio / size.width()
        down = (self._room.height() - _MARGIN_PX) * self._ratio / size.height()
        return min(1.0, max(min(across, down), 1e-4))

    @property
    def scale(self) -> float:
        """The scale in use."""
        return self.fitted_scale if self._scale is None else self._scale

    @property
    def zoomed(self) -> bool:
        """Whether it is larger than fitted."""
        return self._scale is not None

    def fit(self) -> None:
        """See all of it."""
        self._scale, self._middle = None, QPointF(0.5, 0.5)

    def zoom_to(self, scale: float, about: QPointF | None = None) -> None:
        """Zoom; what is under ``about`` (widget pixels; None: the middle) stays there."""
        fitted = self.fitted_scale
        if scale <= fitted * _SAME or self._natural.isEmpty():
            self.fit()
            return
        point = QPointF(self._room.width() / 2, self._room.height() / 2) if about is None else about
        before = self.from_room(point)
        self._scale = min(scale, max(MOST_SCALE, fitted))
        now = self.from_room(point)
        self._middle += before - now
        self._settle()

    def step_from(self, direction: int) -> float:
        """The next scale that is larger (1) or smaller (-1); fitted is one of them."""
        steps = sorted({*_STEPS, self.fitted_scale})
        if direction > 0:
            return next((step for step in steps if step > self.scale * _SAME), steps[-1])
        return next((step for step in reversed(steps) if step * _SAME < self.scale), steps[0])

    def pan(self, dx: float, dy: float) -> bool:
        """Move the picture by widget pixels; False where it is at its edge already."""
        shown, before = self._shown(), QPointF(self._middle)
        if shown.isEmpty():
            return False
        self._middle -= QPointF(dx / shown.width(), dy / shown.height())
        self._settle()
        return self._middle != before

    def turn(self, quarters: int) -> None:
        """Turn clockwise; what is in the middle stays there."""
        for _ in range(quarters % 4):
            self._middle = QPointF(1 - self._middle.y(), self._middle.x())
        self.turns = (self.turns + quarters) % 4
        self._settle()

    def from_room(self, point: QPointF) -> QPointF:
        """Where a widget point lies in the turned picture, in shares of it."""
        shown = self._shown()
        dx = (point.x() - self._room.width() / 2) / max(shown.width(), 1e-9)
        dy = (point.y() - self._room.height() / 2) / max(shown.height(), 1e-9)
        return self._middle + QPointF(dx, dy)

    def to_room(self) -> QTransform:
        """From pixels of the upright picture to the widget's."""
        shown, turned, scale = self._shown(), self._turned(), self.scale / self._ratio
        transform = QTransform()
        left = self._on_pixel(self._room.width() / 2 - self._middle.x() * shown.width())
        top = self._on_pixel(self._room.height() / 2 - self._middle.y() * shown.height())
        transform.translate(left + shown.width() / 2, top + shown.height() / 2)
        if scale and not turned.isEmpty():
            transform.rotate(90 * self.turns)
            transform.scale(scale, scale)
        transform.translate(-self._natural.width() / 2, -self._natural.height() / 2)
        return transform

    def seen(self) -> QRectF:
        """The part of the upright picture that is in the room, in its pixels."""
        back, _ = self.to_room().inverted()
        room = QRectF(QPointF(0, 0), self._room)
        return back.mapRect(room).intersected(QRectF(QPointF(0, 0), self._natural))

    def _on_pixel(self, place: float) -> float:
        """The screen's nearest pixel: between two of them, actual size would be blurred.

        Smaller than that and fitted it makes nothing sharper, and a zoom from there would begin
        with the error.
        """
        if self._scale is None and self.fitted_scale < 1.0:
            return place
        return round(place * self._ratio) / self._ratio

    def _turned(self) -> QSizeF:
        return self._natural.transposed() if self.turns % 2 else self._natural

    def _shown(self) -> QSizeF:
        return self._turned() * (self.scale / self._ratio)

    def _settle(self) -> None:
        """Keep the picture's edges out of the room where it is larger, and else in its middle."""
        if self._scale is not None and self._scale <= self.fitted_scale * _SAME:
            self.fit()
        shown = self._shown()
        self._middle = QPointF(
            _kept(self._middle.x(), self._room.width() / max(shown.width(), 1e-9)),
            _kept(self._middle.y(), self._room.height() / max(shown.height(), 1e-9)),
        )


def _kept(middle: float, seen: float) -> float:
    return 0.5 if seen >= 1 else min(max(middle, seen / 2), 1 - seen / 2)
