"""What the decoder keeps between two requests: one decoded picture, and one file that plays."""

import os
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from gallery.processes.decoder_messages import Frame

Stamp = tuple[str, int, int]


def stamp(path: Path) -> Stamp:
    """What tells one content of a file from another. Raises ``OSError``."""
    found = path.stat()
    return os.fspath(path), found.st_size, found.st_mtime_ns


class OpenPictures:
    """At most one of each, so that memory stays within one picture of the largest size."""

    def __init__(self) -> None:
        self._of: Stamp | None = None
        self._picture: Image.Image | None = None
        self._playing: tuple[Stamp, int] | None = None
        self._frames: Iterator[Frame] | None = None

    def picture(self, of: Stamp) -> Image.Image | None:
        """The decoded picture, where it is still this one."""
        return self._picture if self._of == of else None

    def keep_picture(self, of: Stamp, picture: Image.Image | None) -> None:
        """Keep this one; the one before goes (``None`` makes room before the next is decoded)."""
        self._of, self._picture = of, picture

    def frames(self, of: Stamp, edge_px: int) -> Iterator[Frame] | None:
        """The frames that are still to come, where this file is being played."""
        return self._frames if self._playing == (of, edge_px) else None

    def keep_frames(self, of: Stamp, edge_px: int, frames: Iterator[Frame]) -> None:
        """Go on with these; the file played before is closed."""
        self._playing, self._frames = (of, edge_px), frames

    def close(self) -> None:
        """Let go of everything."""
        self.__init__()  # type: ignore[misc]
