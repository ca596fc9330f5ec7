"""What the viewer asks for besides the picture: parts of it from close by, and frames that move."""

from gallery.catalog import Catalog
from gallery.domain import Failure
from gallery.library.decoder import DecoderClient
from gallery.processes.decoder_messages import Closer, Frame


class Viewing:
    """By photo id, through the decoder process. Blocks: not for the thread of the window.

    Raises ``KnownError`` where the photo is no longer listed or there is no decoder.
    """

    def __init__(self, catalog: Catalog, decoder: DecoderClient) -> None:
        self._catalog, self._decoder = catalog, decoder

    def closer(
        self, photo_id: int, edges: tuple[float, float, float, float], scale: float
    ) -> Closer | Failure:
        """Return the part between ``edges`` (left, top, right, bottom; shares of the picture)."""
        return self._decoder.look_closer(self._catalog.photo(photo_id).path, edges, scale)

    def frame(self, photo_id: int, max_px: int, number: int) -> Frame | Failure:
        """Return a frame; behind the last one the first."""
        return self._decoder.frame(self._catalog.photo(photo_id).path, max_px, number)
