"""The EXIF tags of RAW files: most are TIFF by another name, some keep them in a box of theirs."""

import struct
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import IO

from PIL import ExifTags, Image

_TIFF = (b"II*\0", b"MM\0*")
# TIFF in all but the first four bytes: Olympus (ORF) and Panasonic (RW2).
_NEARLY_TIFF = {b"IIRO": b"II*\0", b"IIRS": b"II*\0", b"IIU\0": b"II*\0", b"MMOR": b"MM\0*"}
_MOST_BYTES = 4 << 20
_CANON = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")


def tags_of(file: IO[bytes]) -> Image.Exif:
    """Read the tags; none where they are damaged or kept in an unknown way."""
    found = Image.Exif()
    with suppress(Exception):  # parsers of untrusted bytes raise anything; tags are no must
        file.seek(0)
        head = file.read(128)
        file.seek(0)
        if head.startswith(_TIFF):
            found.load_from_fp(file)
        elif head[:4] in _NEARLY_TIFF:
            found.load(_NEARLY_TIFF[head[:4]] + file.read(_MOST_BYTES)[4:])
        elif head.startswith(b"FUJIFILMCCD-RAW"):
            found = _tags_of_jpeg(file, head)
        elif head[4:12] == b"ftypcrx ":
            found = _tags_of_boxes(file.read(_MOST_BYTES))
    return found


def _tags_of_jpeg(file: IO[bytes], head: bytes) -> Image.Exif:
    """Fujifilm's RAF keeps them in the JPEG within."""
    start, length = struct.unpack(">II", head[84:92])
    file.seek(start)
    with Image.open(BytesIO(file.read(min(length, _MOST_BYTES))), formats=("JPEG",)) as image:
        return image.getexif()


def _tags_of_boxes(data: bytes) -> Image.Exif:
    """Canon's CR3 is boxes: ``moov/uuid`` holds one little TIFF for each directory of tags."""
    parts = {
        kind: bytes(body)
        for box, moov in _boxes(memoryview(data))
        if box == b"moov"
        for inner, uuid in _boxes(moov)
        if inner == b"uuid" and uuid[:16] == _CANON
        for kind, body in _boxes(uuid[16:])
    }
    found = _tiff(parts[b"CMT1"])
    for kind, directory in ((b"CMT2", ExifTags.IFD.Exif), (b"CMT4", ExifTags.IFD.GPSInfo)):
        if kind in parts:
            found.get_ifd(directory).update(_tiff(parts[kind]))
    return found


def _boxes(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        if size < 8:  # 0: to the end; 1: a 64-bit size, as only the picture's data has
            return
        yield kind, data[at + 8 : at + size]
        at += size


def _tiff(data: bytes) -> Image.Exif:
    found = Image.Exif()
    found.load(data)
    return found
