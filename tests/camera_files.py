"""Files as cameras write them, for tests: RAWs with a preview, JPEGs with a small picture within.

The RAWs are small DNGs with a real mosaic, which LibRaw develops.
"""

import struct
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# A sensor that sees in sRGB's own primaries, so that a developed RAW has the scene's colours.
_XYZ_TO_SENSOR = (3.241, -1.537, -0.499, -0.969, 1.876, 0.042, 0.056, -0.204, 1.057)
_SHORT, _LONG, _RATIONAL, _SIGNED = 3, 4, 5, 10
_SIZES = {1: "B", 2: "B", _SHORT: "H", _LONG: "I"}


def write_dng(
    path: Path,
    scene: Image.Image,
    *,
    preview: Image.Image | None = None,
    orientation: int = 1,
    taken: str = "2023:04:05 06:07:08",
    camera: str = "Nikon D70",
) -> None:
    """Write ``scene`` (RGB, as the sensor saw it: before turning) as a 16-bit Bayer DNG.

    ``preview`` goes in as a JPEG of its own.
    """
    mosaic = _mosaic(np.asarray(scene.convert("RGB")))
    height, width = mosaic.shape
    jpeg = BytesIO()
    if preview is not None:
        preview.save(jpeg, "JPEG", quality=92, subsampling=0)
    blobs = [mosaic.tobytes(), jpeg.getvalue()]
    main = [
        (254, _LONG, [0]), (256, _LONG, [width]), (257, _LONG, [height]), (258, _SHORT, [16]),
        (259, _SHORT, [1]), (262, _SHORT, [32803]), (271, 2, _text(camera.split()[0])),
        (272, 2, _text(camera)), (273, _LONG, ["blob", 0]), (274, _SHORT, [orientation]),
        (277, _SHORT, [1]), (278, _LONG, [height]), (279, _LONG, [len(blobs[0])]),
        (306, 2, _text(taken)), (330, _LONG, ["preview"]), (33421, _SHORT, [2, 2]),
        (33422, 1, [0, 1, 1, 2]), (34665, _LONG, ["exif"]), (50706, 1, [1, 4, 0, 0]),
        (50708, 2, _text(camera)), (50714, _SHORT, [0]), (50717, _LONG, [65535]),
        (50721, _SIGNED, _rationals(*_XYZ_TO_SENSOR)),
        (50728, _RATIONAL, _rationals(1, 1, 1)), (50778, _SHORT, [21]),
    ]  # fmt: skip
    small = [
        (254, _LONG, [1]), (256, _LONG, [preview.width if preview else 0]),
        (257, _LONG, [preview.height if preview else 0]), (258, _SHORT, [8, 8, 8]),
        (259, _SHORT, [7]), (262, _SHORT, [6]), (273, _LONG, ["blob", 1]), (277, _SHORT, [3]),
        (278, _LONG, [preview.height if preview else 0]), (279, _LONG, [len(blobs[1])]),
    ]  # fmt: skip
    exif = [(36867, 2, _text(taken)), (37386, _RATIONAL, _rationals(50))]
    if preview is None:
        main = [entry for entry in main if entry[0] != 330]
    path.write_bytes(_tiff({"main": main, "preview": small, "exif": exif}, blobs))


def write_with_thumbnail(
    path: Path, photo: Image.Image, small: Image.Image | bytes, orientation: int = 1
) -> None:
    """A JPEG as cameras write it, with a second directory of EXIF that holds the small picture."""
    data = small if isinstance(small, bytes) else _jpeg(small)
    exif = Image.Exif()
    exif.endian = "<"
    exif[0x0112] = orientation
    first = bytearray(exif.tobytes().removeprefix(b"Exif\0\0"))
    at = 8 + 2 + 12 * int.from_bytes(first[8:10], "little")  # where the next directory is told
    first[at : at + 4] = len(first).to_bytes(4, "little")
    start = len(first) + 2 + 2 * 12 + 4
    second = (2).to_bytes(2, "little")
    for tag, value in ((0x0201, start), (0x0202, len(data))):
        second += tag.to_bytes(2, "little") + b"\4\0\1\0\0\0" + value.to_bytes(4, "little")
    photo.save(path, "JPEG", exif=b"Exif\0\0" + bytes(first) + second + b"\0" * 4 + data)


def _jpeg(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=90)
    return out.getvalue()


def _mosaic(pixels: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """Red, green / green, blue; linear light in 16 bits."""
    linear = ((pixels / 255.0) ** 2.2 * 65535).astype("<u2")
    mosaic = linear[..., 1].copy()
    mosaic[::2, ::2] = linear[::2, ::2, 0]
    mosaic[1::2, 1::2] = linear[1::2, 1::2, 2]
    return mosaic


def _text(text: str) -> list[int]:
    return [*text.encode(), 0]


def _rationals(*numbers: float) -> list[int]:
    return [part for number in numbers for part in (round(number * 1000), 1000)]


def _tiff(directories: dict[str, list[tuple[int, int, list[object]]]], blobs: list[bytes]) -> bytes:
    """Directories first, then their long values, then the blobs; little-endian."""
    starts, at = {}, 8
    for name, entries in directories.items():
        starts[name] = at
        at += 2 + 12 * len(entries) + 4
    longs = at
    extra: list[bytes] = []
    sizes = sum(_padded(_packed(kind, values, {}, [])) for e in directories.values()
                for _, kind, values in e)  # fmt: skip
    blob_starts = [longs + sizes + sum(map(len, blobs[:n])) for n in range(len(blobs))]
    out = b"II*\0" + struct.pack("<I", 8)
    for entries in directories.values():
        out += struct.pack("<H", len(entries))
        for tag, kind, values in sorted(entries):
            data = _packed(kind, values, starts, blob_starts)
            count = len(data) // {1: 1, 2: 1, _SHORT: 2, _LONG: 4}.get(kind, 8)
            if len(data) > 4:
                place = struct.pack("<I", longs + sum(map(len, extra)))
                extra.append(data + b"\0" * (_padded(data) - len(data)))
            else:
                place = data.ljust(4, b"\0")
            out += struct.pack("<HHI", tag, kind, count) + place
        out += struct.pack("<I", 0)
    return out + b"".join(extra).ljust(sizes, b"\0") + b"".join(blobs)


def _packed(
    kind: int, values: list[object], starts: dict[str, int], blob_starts: list[int]
) -> bytes:
    if values[0] == "blob":
        return struct.pack("<I", blob_starts[values[1]] if blob_starts else 0)
    if isinstance(values[0], str):
        return struct.pack("<I", starts.get(values[0], 0))
    if kind in (_RATIONAL, _SIGNED):
        return struct.pack(f"<{len(values)}{'i' if kind == _SIGNED else 'I'}", *values)
    return struct.pack(f"<{len(values)}{_SIZES[kind]}", *values)


def _padded(data: bytes) -> int:
    return len(data) + len(data) % 2 if len(data) > 4 else 0
