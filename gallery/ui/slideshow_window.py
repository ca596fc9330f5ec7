"""The narrated slideshow: one photo after another, each told aloud."""

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gallery.domain import Photo
from gallery.narration.narrator import Narrator


class PhotoReader(Protocol):
    """What a slideshow asks of the catalog."""

    def photos(self, ids: Sequence[int], /) -> Sequence[Photo]:
        """Return the photos, gone ones left out."""


class SlideshowSource(Protocol):
    """What a slideshow needs of the program."""

    @property
    def catalog(self) -> PhotoReader:
        """Where captions come from."""

    @property
    def narrator(self) -> Narrator:
        """The voice, prepared ahead."""

    def viewer_picture(self, photo_id: int, max_px: int) -> bytes:
        """Return an oriented picture file of at most ``max_px`` (blocking, any thread)."""


class SlideshowWindow(QWidget):
    """A window of its own; the caller shows it (``showFullScreen()``). Esc closes it.

    ``closed(photo_id)`` tells which photo was shown last, so that the grid can go there. The
    window deletes itself after closing.
    """

    closed = Signal(int)

    def __init__(
        self,
        program: SlideshowSource,
        photo_ids: Sequence[int],
        start_index: int = 0,
        parent: QWidget | None = None,
        *,
        min_slide_s: float = 4.0,
    ) -> None:
        super().__init__(parent)
        raise NotImplementedError
