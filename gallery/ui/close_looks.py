"""Parts of a picture at the resolution that is looked at, once the eye rests on them."""

from dataclasses import dataclass
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject, QRectF, QTimer, Signal
from PySide6.QtGui import QImage

from gallery.domain import Failure
from gallery.processes.decoder_messages import Closer
from gallery.ui.background import Background, Lane
from gallery.ui.jpeg import image_of

_REST_MS = 90
_AROUND = 0.3  # of what is seen, on each side: small moves need nothing new
_ENOUGH = 0.95

Edges = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Part:
    """``image`` shows what lies in ``area`` (shares of the upright picture) at ``scale``."""

    area: QRectF
    scale: float
    image: QImage


class ViewingSource(Protocol):
    """What the viewer asks of the program; blocks, any thread."""

    def closer(self, photo_id: int, edges: Edges, scale: float, /) -> Closer | Failure:
        """Return a part of a photo."""


class CloseLooks(QObject):
    """Fetches one part at a time, the newest wish only. ``ready`` comes on the GUI thread."""

    ready = Signal(int, object)  # photo id, Part

    def __init__(self, source: ViewingSource, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._source, self._background = source, background
        self._wish: tuple[int, QRectF, float] | None = None
        self._part: tuple[int, Part] | None = None
        self._failed: int | None = None
        self._busy = False
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._fetch)

    def look(self, photo_id: int, seen: QRectF, scale: float) -> None:
        """Want what is ``seen`` (shares of the upright picture), at ``scale`` or better."""
        if photo_id != self._failed and not self._is_here(photo_id, seen, scale):
            self._wish = (photo_id, seen, scale)
            self._rest.start()

    def drop(self) -> None:
        """Nothing is looked at closely any more."""
        self._wish = self._part = self._failed = None
        self._rest.stop()

    def _is_here(self, photo_id: int, seen: QRectF, scale: float) -> bool:
        if self._part is None or self._part[0] != photo_id:
            return False
        part = self._part[1]
        return part.area.contains(seen) and part.scale >= min(scale, 1.0) * _ENOUGH

    def _fetch(self) -> None:
        if self._busy or self._wish is None:
            return
        (photo_id, seen, scale), self._wish = self._wish, None
        dx, dy = seen.width() * _AROUND, seen.height() * _AROUND
        area = seen.adjusted(-dx, -dy, dx, dy).intersected(QRectF(0, 0, 1, 1))
        self._busy = True
        self._background.run(
            Lane.CLOSER,
            partial(_load, self._source, photo_id, area, min(scale, 1.0)),
            partial(self._on_loaded, photo_id),
            self._on_failed,
        )

    def _on_loaded(self, photo_id: int, part: Part | None) -> None:
        self._busy = False
        if part is None:
            self._failed = photo_id  # the picture that is shown already stays
        else:
            self._part = (photo_id, part)
            self.ready.emit(photo_id, part)
        self._fetch()

    def _on_failed(self, error: Exception) -> None:
        self._busy = False
        self._wish = None
        self._background.failed.emit(error)


def _load(source: ViewingSource, photo_id: int, area: QRectF, scale: float) -> Part | None:
    edges = (area.left(), area.top(), area.right(), area.bottom())
    found = source.closer(photo_id, edges, scale)
    if isinstance(found, Failure):
        return None
    image = image_of(found.jpeg)
    if image.isNull():
        return None
    area = QRectF(found.left, found.top, found.right - found.left, found.bottom - found.top)
    return Part(area, scale, image.convertToFormat(QImage.Format.Format_RGB32))
