"""What stands for a photo until its thumbnail is made: the small picture that its camera put in."""

from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from functools import partial

from gallery.catalog import Catalog
from gallery.domain import Failure
from gallery.errors import KnownError
from gallery.library.decoder import DecoderClient
from gallery.library.events import Event, ThumbnailsReady
from gallery.library.thumbnails import ThumbnailStore


class Glances:
    """Asks for what a person looks at now; what is no longer looked at is not asked for."""

    def __init__(
        self,
        catalog: Catalog,
        decoder: DecoderClient,
        thumbnails: ThumbnailStore,
        *,
        publish: Callable[[Event], None],
    ) -> None:
        self._catalog, self._decoder, self._thumbnails = catalog, decoder, thumbnails
        self._publish = publish
        self._asked: dict[int, Future[bytes | Failure]] = {}

    def look(self, photo_ids: Sequence[int]) -> None:
        """These are looked at and have no thumbnail."""
        wanted = [photo_id for photo_id in photo_ids if photo_id not in self._asked]
        for photo_id in self._asked.keys() - set(photo_ids):
            self._asked.pop(photo_id).cancel()
        for photo in self._catalog.photos(wanted):
            if not photo.missing and photo.failure is None:
                future = self._asked[photo.id] = self._decoder.glance(photo.path)
                future.add_done_callback(partial(self._take, photo.id))

    def drop(self) -> None:
        """Ask for none of them."""
        self.look(())

    def _take(self, photo_id: int, future: "Future[bytes | Failure]") -> None:
        try:
            jpeg = future.result()
        except (CancelledError, KnownError):
            return
        if isinstance(jpeg, bytes) and jpeg and not self._thumbnails.which([photo_id]):
            self._thumbnails.stand_in(photo_id, jpeg)
            self._publish(ThumbnailsReady((photo_id,)))
