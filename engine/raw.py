"""RAW files of cameras as one more format: LibRaw reads them, Pillow's class carries them.

A RAW is shown by the JPEG that the camera put into it, which is ready in a tenth of the time and
looks as the camera's own pictures do; only where that is too small is the RAW developed, at half
its size. rawpy (LibRaw) is loaded with the first RAW.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageFile

from engine.pixels import rgb, upright
from engine.raw_tags import tags_of

if TYPE_CHECKING:
    import rawpy

SUFFIXES = frozenset(
    {".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".iiq", ".kdc"}
    | {".mef", ".mos", ".mrw", ".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl"}
    | {".sr2", ".srf", ".srw", ".x3f"}
)
"""File name endings of cameras' RAW files, lower-case."""

_FULL_SIZE = 1 << 30
# LibRaw's flip, as the EXIF orientation that means the same.
_ORIENTATION = {3: 3, 5: 8, 6: 6}


_STARTS = (b"II*\0", b"MM\0*", b"IIU\0", b"IIR", b"MMOR", b"FUJIFILM", b"FOVb", b"\0MRM")


def begins_like_one(prefix: bytes) -> bool:
    """Whether what begins so (12 bytes or more) may be a RAW: many are TIFF by another name."""
    return prefix.startswith(_STARTS) or prefix[4:12] == b"ftypcrx " or prefix[6:10] == b"HEAP"


class RawImage(ImageFile.ImageFile):
    """A RAW, turned upright. Its size is the sensor's until it is loaded or drafted.

    ``limit_px``: a preview that has more is not decoded. Raises what Pillow's own formats raise:
    ``SyntaxError`` where it is no RAW (that LibRaw knows), ``OSError`` where it is damaged,
    ``MemoryError``.
    """

    format_description = "RAW file of a camera"

    def __init__(self, file: IO[bytes], path: Path, limit_px: int) -> None:
        self._path = path
        self._limit_px = limit_px
        self._wanted = (_FULL_SIZE, _FULL_SIZE)
        super().__init__(file)
        self.format = path.suffix[1:].upper()

    def _open(self) -> None:
        assert self.fp is not None
        self._raw = _begun(self.fp, self._path)
        sizes = self._raw.sizes
        self._orientation = _ORIENTATION.get(sizes.flip, 1)
        self._sensor = (sizes.width, sizes.height)
        self._size = _turned(self._sensor, self._orientation)
        self._mode = "RGB"
        packet = self.tags().get(700)
        if isinstance(packet, bytes):
            self.info["xmp"] = packet

    def tags(self) -> Image.Exif:
        """The EXIF tags; none where the RAW keeps them in an unknown way."""
        assert self.fp is not None
        return tags_of(self.fp)

    def draft(
        self, mode: str | None, size: tuple[int, int] | None
    ) -> tuple[str, tuple[int, int, float, float]] | None:
        """Only this size (width, height) is to be covered; ``self.size`` is a bound from now on."""
        if size is not None:
            self._wanted = size
        width, height = self.size
        self._size = (-(-width // 2), -(-height // 2))
        return None

    def load(self) -> Any:
        """Take the camera's preview where it covers what is wanted, or half the RAW; or develop."""
        if self._im is None:
            picture = self._picture()
            self.im, self._mode, self._size = picture.im, picture.mode, picture.size
        return super().load()

    def _picture(self) -> Image.Image:
        half = max(self._sensor) // 2
        with as_pillow_would():
            preview = self._preview()
            if preview is not None and max(preview.size) >= min(max(self._wanted), half):
                return preview
            try:
                pixels = self._raw.postprocess(half_size=True, use_camera_wb=True, output_bps=8)
            except Exception:
                if preview is None:
                    raise
                return preview  # small, but the photo: LibRaw cannot unpack every camera's RAW
        return Image.fromarray(pixels).convert("RGB")

    def _preview(self) -> Image.Image | None:
        """The picture that the camera put in, upright; None where there is none that is whole."""
        import rawpy

        try:
            found = self._raw.extract_thumb()
            if found.format == rawpy.ThumbFormat.JPEG:
                image: Image.Image = Image.open(BytesIO(bytes(found.data)), formats=("JPEG",))
                edge = max(self._wanted)
                image.draft("RGB", (edge, edge))
            else:
                image = Image.fromarray(np.asarray(found.data))
            if image.width * image.height > self._limit_px:
                return None
            picture = rgb(image)
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - whatever is wrong with it, the RAW itself may be good
            return None
        # Some cameras turn it themselves: then its shape is that of the upright picture.
        lies = (self._sensor[0] > self._sensor[1]) == (picture.width > picture.height)
        return upright(picture, self._orientation) if lies or self._orientation == 3 else picture


def _begun(file: IO[bytes], path: Path) -> "rawpy.RawPy":
    """LibRaw on a file: by its name, so that only what is needed is read."""
    import rawpy

    raw = rawpy.RawPy()
    try:
        with as_pillow_would():
            try:
                name = os.fspath(path)
                name.encode("utf-8")
            except UnicodeEncodeError:  # rawpy takes no other name
                file.seek(0)
                raw.open_buffer(file)  # type: ignore[arg-type]
            else:
                raw.open_file(name)
    except OSError as error:  # the file was just opened: it is its content
        raise SyntaxError(str(error)) from error
    return raw


@contextmanager
def as_pillow_would() -> Iterator[None]:
    """Turn LibRaw's own exceptions into those that Pillow's formats raise."""
    import rawpy

    try:
        yield
    except (rawpy.LibRawUnsufficientMemoryError, rawpy.LibRawTooBigError) as error:
        raise MemoryError(str(error)) from error
    except (rawpy.LibRawFileUnsupportedError, rawpy.NotSupportedError) as error:
        raise SyntaxError(str(error)) from error
    except rawpy.LibRawError as error:
        raise OSError(str(error)) from error


def _turned(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    return (size[1], size[0]) if orientation >= 5 else size
