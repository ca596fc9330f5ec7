"""JPEG XL, where its decoder is installed: it is an extra, since its wheel is under the GPL.

The decoder decodes a whole picture when it opens it; hence the size is read here first, from the
bits of the header (ISO/IEC 18181-1, annex D; the container: 18181-2).
"""

import struct
from functools import cache
from typing import IO

SUFFIXES = frozenset({".jxl"})
HOW_TO_INSTALL = (
    "JPEG XL can be read once its decoder is installed: pip install 'photo-narrator[jxl]'."
)

_CODESTREAM = b"\xff\x0a"
_CONTAINER = b"\0\0\0\x0cJXL \r\n\x87\n"
_RATIOS = {1: (1, 1), 2: (12, 10), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}
_SIZE_BITS = (9, 13, 18, 30)


def is_jxl(prefix: bytes) -> bool:
    """Whether a file that begins so (12 bytes or more) is JPEG XL."""
    return prefix.startswith((_CODESTREAM, _CONTAINER))


@cache
def installed() -> bool:
    """Whether JPEG XL can be decoded; makes it one of Pillow's formats where it can."""
    try:
        import pillow_jxl  # noqa: F401 - registers itself
    except ImportError:
        return False
    return True


def size_of(file: IO[bytes]) -> tuple[int, int]:
    """Read width and height from the header, in pixels as they are stored.

    Raises ``EOFError`` or ``ValueError`` where there is none.
    """
    file.seek(0)
    if file.read(12) == _CONTAINER:
        _seek_codestream(file)
    else:
        file.seek(0)
    head = file.read(2 + 9)
    if not head.startswith(_CODESTREAM) or len(head) < 11:
        raise EOFError("truncated before the size of the picture")
    bits = _Bits(head[2:])
    small = bits.take(1)
    height = _extent(bits, small)
    ratio = bits.take(3)
    if ratio:
        across, down = _RATIOS[ratio]
        return height * across // down, height
    return _extent(bits, small), height


def _extent(bits: "_Bits", small: int) -> int:
    if small:
        return (bits.take(5) + 1) * 8
    return bits.take(_SIZE_BITS[bits.take(2)]) + 1


def _seek_codestream(file: IO[bytes]) -> None:
    """Go to where the codestream (or its first part) begins among the boxes of a container."""
    while len(head := file.read(8)) == 8:
        size, kind = struct.unpack(">I4s", head)
        body = size - 8
        if size == 1:
            body = int.from_bytes(file.read(8), "big") - 16
        if kind == b"jxlp":
            file.seek(4, 1)  # its number
        if kind in (b"jxlc", b"jxlp"):
            return
        if body < 0:
            break
        file.seek(body, 1)
    raise EOFError("truncated before the picture")


class _Bits:
    """Numbers of a few bits each, the lowest bit of a byte first."""

    def __init__(self, data: bytes) -> None:
        self._rest = int.from_bytes(data, "little")

    def take(self, count: int) -> int:
        value = self._rest & ((1 << count) - 1)
        self._rest >>= count
        return value
