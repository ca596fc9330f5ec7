"""The pictures of the grid: small JPEGs by photo id, made by the decoder process."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from pathlib import Path

from gallery.catalog.thumbnails import ThumbnailDatabase

THUMBNAIL_EDGE_PX = 320
"""The longer edge of a thumbnail (less where the photo is smaller)."""

_PLACEHOLDERS_KEPT = 500


class ThumbnailStore:
    """Thumbnails beside the catalog; the file may be deleted at any time.

    Until a photo has one, the small picture that its camera put in may stand for it: kept in memory
    only, and never counted as a thumbnail.
    """

    def __init__(self, database: ThumbnailDatabase) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._placeholders: OrderedDict[int, bytes] = OrderedDict()

    @classmethod
    def open(cls, path: Path, identity: str = "") -> "ThumbnailStore":
        """Open or begin the file; one that is damaged, or of another catalog, is begun anew.

        ``identity``: of the catalog whose photos these are. Raises ``KnownError``.
        """
        return cls(ThumbnailDatabase(path, identity))

    def get_many(self, photo_ids: Iterable[int]) -> dict[int, bytes]:
        """Return the JPEG bytes of those photos that have a thumbnail."""
        return self._database.get_many(photo_ids)

    def shown_many(self, photo_ids: Iterable[int]) -> dict[int, bytes]:
        """Return the thumbnails of these photos, or what stands for them so far."""
        wanted = list(photo_ids)
        found = self._database.get_many(wanted)
        with self._lock:
            for photo_id in wanted:
                if photo_id not in found and photo_id in self._placeholders:
                    found[photo_id] = self._placeholders[photo_id]
        return found

    def which(self, photo_ids: Iterable[int]) -> set[int]:
        """Those of these photos that have a thumbnail."""
        return self._database.which(photo_ids)

    @property
    def is_full(self) -> bool:
        """Whether more thumbnails would make others go."""
        return self._database.is_full

    def stand_in(self, photo_id: int, jpeg: bytes) -> None:
        """Show this until there is a thumbnail."""
        with self._lock:
            self._placeholders[photo_id] = jpeg
            while len(self._placeholders) > _PLACEHOLDERS_KEPT:
                self._placeholders.popitem(last=False)

    def _no_longer_stand_in(self, photo_ids: Iterable[int]) -> None:
        with self._lock:
            for photo_id in photo_ids:
                self._placeholders.pop(photo_id, None)

    def put_many(self, jpegs: Mapping[int, bytes]) -> None:
        """Store thumbnails, replacing what was there. Raises ``KnownError`` (disk full)."""
        self._database.put_many(jpegs)
        self._no_longer_stand_in(jpegs)

    def drop(self, photo_ids: Iterable[int]) -> None:
        """Forget the thumbnails of these photos."""
        gone = list(photo_ids)
        self._no_longer_stand_in(gone)
        self._database.drop(gone)

    def ids(self) -> set[int]:
        """The ids of all photos that have a thumbnail."""
        return self._database.ids()

    def close(self) -> None:
        """Close the file."""
        self._database.close()
