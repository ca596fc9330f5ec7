"""A moving picture plays: one frame is asked for while the one before it is shown."""

from functools import partial
from typing import Protocol

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal
from PySide6.QtGui import QImage

from gallery.domain import Failure
from gallery.processes.decoder_messages import Frame
from gallery.ui.background import Background, Lane
from gallery.ui.jpeg import image_of

_KEPT_BYTES = 64 << 20
_Shown = tuple[Frame, QImage]


class FrameSource(Protocol):
    """What gives frames; blocks, any thread."""

    def frame(self, photo_id: int, max_px: int, number: int, /) -> Frame | Failure:
        """Return a frame; behind the last one the first."""


class MovingPicture(QObject):
    """Plays the frames of one photo.

    ``frame_changed(photo_id, image)`` shows one; ``found(photo_id)`` tells that a photo moves at
    all. A round whose frames fit into 64 MiB is kept; a longer one is decoded again each round.
    """

    frame_changed = Signal(int, object)
    found = Signal(int)
    playing_changed = Signal(bool)

    def __init__(self, source: FrameSource, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._source, self._background = source, background
        self._photo_id: int | None = None
        self._max_px = 0
        self._turn = 0  # what was asked for before the last change is not shown
        self.playing = False
        self._number = self._round = 0
        self._moves = False
        self._kept: dict[int, _Shown] = {}
        self._kept_bytes = 0
        self._whole = False
        self._next: _Shown | None = None
        self._left_ms = 0
        self._clock = QElapsedTimer()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._show_next)

    @property
    def moves(self) -> bool:
        """Whether the photo is known to move."""
        return self._moves

    def open(self, photo_id: int, max_px: int, *, play: bool) -> None:
        """Look whether this photo moves, and play it where it does (``play``)."""
        self.close()
        self._photo_id, self._max_px, self.playing = photo_id, max_px, play
        self._ask(0)

    def close(self) -> None:
        """Stop, and let go of what was kept."""
        self._turn += 1
        self._timer.stop()
        self._photo_id, self.playing, self._moves = None, False, False
        self._kept, self._kept_bytes, self._whole = {}, 0, False
        self._number = self._round = 0
        self._next = None

    def toggle(self) -> None:
        """Hold it, or go on; after its last round: from the beginning."""
        if not self._moves:
            return
        self.playing = not self.playing
        if self.playing:
            self._round = 0
            self._follow()
        else:
            self._timer.stop()
        self.playing_changed.emit(self.playing)

    def _ask(self, number: int) -> None:
        if self._photo_id is None:
            return
        self._turn += 1
        self._background.run(
            Lane.MOVING,
            partial(_load, self._source, self._photo_id, self._max_px, number),
            partial(self._on_loaded, self._turn),
            self._on_failed,
        )

    def _on_loaded(self, turn: int, shown: _Shown | None) -> None:
        if turn != self._turn or self._photo_id is None or shown is None:
            return
        first = not self._moves
        self._moves = True
        self._keep(shown)
        if first:
            self.found.emit(self._photo_id)
            self._display(shown)
        else:
            self._next = shown
            if self.playing:
                self._timer.start(max(0, self._left_ms - int(self._clock.elapsed())))

    def _on_failed(self, error: Exception) -> None:
        self._photo_id, self.playing = None, False
        self._background.failed.emit(error)

    def _keep(self, shown: _Shown) -> None:
        frame, image = shown
        if frame.number == 0 and self._kept:
            self._whole = len(self._kept) == self._number + 1
        if frame.number not in self._kept and self._kept_bytes <= _KEPT_BYTES:
            self._kept_bytes += image.sizeInBytes()
            if self._kept_bytes <= _KEPT_BYTES:
                self._kept[frame.number] = shown
            else:
                self._kept = {}  # half a round helps nobody

    def _display(self, shown: _Shown) -> None:
        frame, image = shown
        if frame.number == 0 and self._number:
            self._round += 1
            if frame.plays and self._round >= frame.plays:
                self._next, self.playing, self._number = shown, False, 0
                self.playing_changed.emit(False)
                return
        self._number, self._left_ms = frame.number, frame.duration_ms
        self._clock.start()
        self.frame_changed.emit(self._photo_id or 0, image)
        if self.playing:
            self._follow()

    def _follow(self) -> None:
        """Get the frame behind the one shown, from what is kept where the round is whole."""
        if self._next is not None:
            self._timer.start(0)
        elif self._whole:
            self._next = self._kept.get(self._number + 1, self._kept[0])
            self._timer.start(self._left_ms)
        else:
            self._ask(self._number + 1)

    def _show_next(self) -> None:
        shown, self._next = self._next, None
        if shown is not None:
            self._display(shown)


def _load(source: FrameSource, photo_id: int, max_px: int, number: int) -> _Shown | None:
    frame = source.frame(photo_id, max_px, number)
    if isinstance(frame, Failure) or not frame.moves:
        return None
    image = image_of(frame.jpeg)
    if image.isNull():
        return None
    return frame, image.convertToFormat(QImage.Format.Format_RGB32)
