"""Slides made ready off the GUI thread: the photo, its picture, its sentence and its voice."""

import logging
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage

from engine.protocol import Reason
from gallery.domain import Clip, Failure, Photo
from gallery.errors import KnownError
from gallery.narration.narrator import Narrator
from gallery.narration.script import GONE_TEXT, MISSING_TEXT, reason_text, spoken_text
from gallery.ui.jpeg import image_of

_LOG = logging.getLogger(__name__)
_KEPT = 5
_ECHO_PX = 20


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

    def viewer_picture(self, photo_id: int, max_px: int) -> bytes | Failure:
        """Return an upright picture file of at most ``max_px`` (blocking, any thread)."""


@dataclass(frozen=True, slots=True)
class ReadySlide:
    """What is shown and said; ``image`` is None where there is no picture to show.

    ``echo`` is the picture so small that drawing it large blurs it.
    """

    photo_id: int
    text: str
    name: str
    image: QImage | None = None
    echo: QImage | None = None


class SlideLoader(QObject):
    """Loads one slide at a time: the wanted one first, then those that come next.

    ``slide_loaded(photo_id)`` and ``voice_prepared(turn, Clip or sentence)`` come on the GUI
    thread. Has no parent on purpose: a job that is still running keeps it alive after the window.
    """

    slide_loaded = Signal(int)
    voice_prepared = Signal(int, object)
    _arrived = Signal(object)

    def __init__(self, source: SlideshowSource, max_px: int) -> None:
        super().__init__()
        self._source, self._max_px = source, max_px
        self._slides: OrderedDict[int, ReadySlide] = OrderedDict()
        self._wanted: tuple[int, ...] = ()
        self._busy = False
        self._closed = False
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="slideshow")
        self._arrived.connect(self._on_arrived, Qt.ConnectionType.QueuedConnection)

    def want(self, photo_id: int, next_ids: Sequence[int]) -> ReadySlide | None:
        """Want this slide now and then the next; returns it where it is here already."""
        self._wanted = (photo_id, *next_ids)
        self._pump()
        return self._slides.get(photo_id)

    def prepare_voice(self, turn: int, text: str) -> None:
        """Have ``text`` spoken into a clip; it comes with ``voice_prepared``."""

        def tell(future: "Future[Clip]") -> None:
            if not self._closed:
                self.voice_prepared.emit(turn, _clip_or_reason(future))

        try:
            self._source.narrator.prepare(text).add_done_callback(tell)
        except KnownError as error:
            self.voice_prepared.emit(turn, str(error))

    def close(self) -> None:
        """Drop what has not begun; nothing is told any more. Does not wait."""
        self._closed = True
        self._wanted = ()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _pump(self) -> None:
        missing = [item for item in self._wanted if item not in self._slides]
        if self._busy or self._closed or not missing:
            return
        self._busy = True
        self._pool.submit(self._load, missing[0], missing[0] != self._wanted[0])

    def _load(self, photo_id: int, ahead: bool) -> None:
        try:
            slide = self._slide(photo_id)
            if ahead:
                self._source.narrator.look_ahead([slide.text])
        except KnownError as error:
            slide = ReadySlide(photo_id, error.message, "")
        except Exception:  # noqa: BLE001 - the roof of this thread
            _LOG.exception("slide of photo %d failed", photo_id)
            slide = ReadySlide(photo_id, "This photo could not be shown.", "")
        if not self._closed:
            self._arrived.emit(slide)

    def _slide(self, photo_id: int) -> ReadySlide:
        found = self._source.catalog.photos([photo_id])
        if not found:
            return ReadySlide(photo_id, GONE_TEXT, "")
        photo = found[0]
        if photo.missing:
            return ReadySlide(photo_id, MISSING_TEXT, photo.name)
        data = self._source.viewer_picture(photo_id, self._max_px)
        if isinstance(data, Failure):
            return ReadySlide(photo_id, reason_text(data.reason), photo.name)
        image = image_of(data)
        if image.isNull():
            return ReadySlide(photo_id, reason_text(Reason.UNREADABLE), photo.name)
        return ReadySlide(photo_id, spoken_text(photo), photo.name, image, _echo(image))

    def _on_arrived(self, slide: ReadySlide) -> None:
        self._busy = False
        self._slides[slide.photo_id] = slide
        for photo_id in list(self._slides):
            if len(self._slides) > _KEPT and photo_id not in self._wanted:
                del self._slides[photo_id]
        self.slide_loaded.emit(slide.photo_id)
        self._pump()


def _echo(image: QImage) -> QImage:
    return image.scaled(
        _ECHO_PX,
        _ECHO_PX,
        Qt.AspectRatioMode.KeepAspectRatioByExpanding,
        Qt.TransformationMode.SmoothTransformation,
    )


def _clip_or_reason(future: "Future[Clip]") -> Clip | str:
    try:
        return future.result()
    except CancelledError:
        return ""
    except KnownError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - shown; the slideshow goes on without the voice
        _LOG.exception("a sentence could not be spoken")
        return str(error)
