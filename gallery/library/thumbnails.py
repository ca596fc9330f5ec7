"""The pictures of the grid: small JPEGs by photo id, made by the decoder process."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from gallery.catalog.thumbnails import ThumbnailDatabase

THUMBNAIL_EDGE_PX = 320
"""The longer edge of a thumbnail (less where the photo is smaller)."""


class ThumbnailStore:
    """Thumbnails beside the catalog; the file may be deleted at any time while closed."""

    def __init__(self, database: ThumbnailDatabase) -> None:
        self._database = database

    @classmethod
    def open(cls, path: Path, identity: str = "") -> "ThumbnailStore":
        """Open or begin the file; one that is damaged, or of another catalog, is begun anew.

        ``identity``: of the catalog whose photos these are. Raises ``KnownError``.
        """
        return cls(ThumbnailDatabase(path, identity))

    def get_many(self, photo_ids: Iterable[int]) -> dict[int, bytes]:
        """Return the JPEG bytes of those photos that have a thumbnail."""
        return self._database.get_many(photo_ids)

    def put_many(self, jpegs: Mapping[int, bytes]) -> None:
        """Store thumbnails, replacing what was there. Raises ``KnownError`` (disk full)."""
        self._database.put_many(jpegs)

    def drop(self, photo_ids: Iterable[int]) -> None:
        """Forget the thumbnails of these photos."""
        self._database.drop(photo_ids)

    def ids(self) -> set[int]:
        """The ids of all photos that have a thumbnail."""
        return self._database.ids()

    def close(self) -> None:
        """Close the file."""
        self._database.close()
