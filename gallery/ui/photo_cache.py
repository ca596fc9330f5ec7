"""The photos and thumbnails that the window looks at: loaded off the GUI thread, bounded."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from gallery.catalog import Catalog
from gallery.domain import Photo
from gallery.library.thumbnails import ThumbnailStore
from gallery.ui.background import Background, Lane
from gallery.ui.jpeg import image_of

_CHUNK = 24
_PHOTOS_KEPT = 6000
_PIXMAPS_KEPT = 400
_ABSENT_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class _Loaded:
    asked: tuple[int, ...]
    photos: list[Photo]
    images: dict[int, QImage]


class PhotoCache(QObject):
    """Looks up what is known of a photo, and fetches what is wanted, in the order of the wish.

    The newest wish wins: what an earlier one asked for and did not get is dropped.
    """

    loaded = Signal(object)  # frozenset of photo ids

    def __init__(
        self, catalog: Catalog, thumbnails: ThumbnailStore, background: Background, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._catalog, self._thumbnails, self._background = catalog, thumbnails, background
        self._photos: OrderedDict[int, Photo] = OrderedDict()
        self._pixmaps: OrderedDict[int, QPixmap] = OrderedDict()
        self._stale: set[int] = set()
        self._outdated: set[int] = set()  # pixmaps that are shown until the new ones are here
        self._absent: set[int] = set()
        self._gone: set[int] = set()
        self._wanted: list[int] = []
        self._busy = False
        self._on_the_way: set[int] = set()
        self._ready_meanwhile: set[int] = set()

    def photo(self, photo_id: int) -> Photo | None:
        """Return the photo if it is here; never waits."""
        return self._photos.get(photo_id)

    def pixmap(self, photo_id: int) -> QPixmap | None:
        """Return the thumbnail if it is here; never waits."""
        return self._pixmaps.get(photo_id)

    def want(self, photo_ids: Sequence[int]) -> None:
        """Fetch these, first things first."""
        self._wanted = list(photo_ids)
        for photo_id in reversed(self._wanted):  # in use: last to be thrown out
            if photo_id in self._pixmaps:
                self._pixmaps.move_to_end(photo_id)
            if photo_id in self._photos:
                self._photos.move_to_end(photo_id)
        self._pump()

    def changed(self, photo_ids: Iterable[int]) -> None:
        """What is known of these photos is old; shown until the new is here."""
        self._stale.update(
            item for item in photo_ids if item in self._photos or item in self._on_the_way
        )
        self._gone.clear()
        self._pump()

    def all_changed(self) -> None:
        """Anything may be old."""
        self._absent.clear()
        self.changed([*self._photos, *self._on_the_way])

    def thumbnails_ready(self, photo_ids: Iterable[int]) -> None:
        """New thumbnails are in the store."""
        for photo_id in photo_ids:
            self._absent.discard(photo_id)
            if photo_id in self._pixmaps:
                self._outdated.add(photo_id)
            if photo_id in self._on_the_way:  # what is on the way may be what was before
                self._ready_meanwhile.add(photo_id)
        self._pump()

    def _needs(self, photo_id: int) -> bool:
        if photo_id in self._gone:
            return False
        known = photo_id in self._photos and photo_id not in self._stale
        return not known or self._lacks_picture(photo_id)

    def _lacks_picture(self, photo_id: int) -> bool:
        shown = photo_id in self._pixmaps and photo_id not in self._outdated
        return not shown and photo_id not in self._absent

    def _pump(self) -> None:
        if self._busy:
            return
        chunk = []
        for photo_id in self._wanted:
            if self._needs(photo_id):
                chunk.append(photo_id)
                if len(chunk) == _CHUNK:
                    break
        if not chunk:
            return
        self._busy = True
        self._on_the_way = set(chunk)
        self._stale.difference_update(chunk)
        pictures = tuple(item for item in chunk if self._lacks_picture(item))
        self._background.run(
            Lane.THUMBNAILS,
            partial(_load, self._catalog, self._thumbnails, tuple(chunk), pictures),
            partial(self._on_loaded, pictures),
            self._on_failed,
        )

    def _on_loaded(self, pictures: tuple[int, ...], loaded: _Loaded) -> None:
        self._busy = False
        meanwhile, self._ready_meanwhile = self._ready_meanwhile, set()
        self._on_the_way = set()
        if len(self._absent) > _ABSENT_KEPT:
            self._absent.clear()
        found = {photo.id: photo for photo in loaded.photos}
        for photo_id in loaded.asked:
            if photo_id not in found:
                self._gone.add(photo_id)
                self._photos.pop(photo_id, None)
        self._photos.update(found)
        for photo_id in pictures:
            image = loaded.images.get(photo_id)
            if photo_id in meanwhile:
                continue
            self._outdated.discard(photo_id)
            if image is None:
                self._absent.add(photo_id)
                self._pixmaps.pop(photo_id, None)
            else:
                self._pixmaps[photo_id] = QPixmap.fromImage(image)
        while len(self._photos) > _PHOTOS_KEPT:
            self._photos.popitem(last=False)
        while len(self._pixmaps) > max(_PIXMAPS_KEPT, len(self._wanted)):
            photo_id, _ = self._pixmaps.popitem(last=False)
            self._outdated.discard(photo_id)
        self.loaded.emit(frozenset(loaded.asked))
        self._pump()

    def _on_failed(self, error: Exception) -> None:
        self._busy = False
        self._on_the_way = set()
        self._wanted = []
        self._background.failed.emit(error)


def _load(
    catalog: Catalog, thumbnails: ThumbnailStore, asked: tuple[int, ...], pictures: tuple[int, ...]
) -> _Loaded:
    photos = catalog.photos(asked)
    images = {}
    for photo_id, data in thumbnails.shown_many(pictures).items() if pictures else ():
        image = image_of(data)
        if image.isNull():
            thumbnails.drop([photo_id])  # damaged: made again when it is next looked at
        else:
            images[photo_id] = image
    return _Loaded(asked, photos, images)
