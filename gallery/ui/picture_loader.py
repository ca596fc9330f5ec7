"""Pictures for the viewer: decoded in the decoder process, neighbours fetched ahead."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from gallery.domain import Failure
from gallery.ui.background import Background, Lane
from gallery.ui.jpeg import image_of

_KEPT = 6
PictureSource = Callable[[int, int], bytes | Failure]


class PictureLoader(QObject):
    """Keeps the last few pictures. ``ready`` comes on the GUI thread."""

    ready = Signal(int, object)  # photo id, QImage or Failure

    def __init__(self, source: PictureSource, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._source, self._background = source, background
        self._pictures: OrderedDict[int, QImage | Failure] = OrderedDict()
        self._max_px = 0
        self._wanted: list[int] = []
        self._busy = False

    def show(self, photo_id: int, neighbours: Sequence[int], max_px: int) -> None:
        """Want this picture now, and then its neighbours; earlier wishes are dropped."""
        if max_px > self._max_px:
            self._max_px = max_px
            self._pictures.clear()
        self._wanted = [photo_id, *neighbours]
        known = self._pictures.get(photo_id)
        if known is not None:
            self._pictures.move_to_end(photo_id)
            self.ready.emit(photo_id, known)
        self._pump()

    def forget(self, photo_ids: Sequence[int]) -> None:
        """These files changed."""
        for photo_id in photo_ids:
            self._pictures.pop(photo_id, None)

    def _pump(self) -> None:
        missing = next((item for item in self._wanted if item not in self._pictures), None)
        if self._busy or missing is None:
            return
        self._busy = True
        self._background.run(
            Lane.PICTURES,
            partial(_load, self._source, missing, self._max_px),
            partial(self._on_loaded, missing),
            self._on_failed,
        )

    def _on_loaded(self, photo_id: int, picture: QImage | Failure) -> None:
        self._busy = False
        self._pictures[photo_id] = picture
        while len(self._pictures) > _KEPT:
            self._pictures.popitem(last=False)
        if self._wanted and self._wanted[0] == photo_id:
            self.ready.emit(photo_id, picture)
        self._pump()

    def _on_failed(self, error: Exception) -> None:
        self._busy = False
        self._wanted = []
        self._background.failed.emit(error)


def _load(source: PictureSource, photo_id: int, max_px: int) -> QImage | Failure:
    data = source(photo_id, max_px)
    if isinstance(data, Failure):
        return data
    # As the screen has it, so that showing it costs the window's thread nothing.
    return image_of(data).convertToFormat(QImage.Format.Format_RGB32)
