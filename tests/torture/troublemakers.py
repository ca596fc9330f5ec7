"""Files that are known to bring programs down, made here: name by name, with all that they need."""

import os
import struct
import zlib
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image

from engine.images import _FULL_LIMIT_PX

_XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF'
    ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
    ' xmlns:exif="http://ns.adobe.com/exif/1.0/" {}>{}</rdf:Description></rdf:RDF></x:xmpmeta>'
)
_BELOW_LIMIT = int(_FULL_LIMIT_PX**0.5) - 8


def write_all(folder: Path, *, heavy: bool = True) -> list[Path]:
    """Write every troublemaker; gives what is named like a picture.

    ``heavy`` ones are as large as may be opened, and take seconds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name, data in (*(_heavy() if heavy else ()), *_bombs(), *_liars(), *_loops(), *_tiny()):
        (folder / name).write_bytes(data)
        made.append(folder / name)
    for name, packet in _packets():
        (folder / f"xmp {name}.jpg").write_bytes(_jpeg(xmp=packet))
        beside = folder / f"sidecar {name}.jpg"
        beside.write_bytes(_jpeg(colour=len(made)))
        beside.with_name(f"{beside.name}.xmp").write_bytes(packet)
        made += [folder / f"xmp {name}.jpg", beside]
    return made + list(_no_files(folder))


def _heavy() -> Iterator[tuple[str, bytes]]:
    """Pictures that are just small enough to be opened."""
    side = _BELOW_LIMIT
    yield "bomb within the limit.png", _png(side, side, 0)
    yield "bomb with alpha within the limit.png", _png(side, side, 6)
    yield "solid.webp", _saved(Image.new("RGB", (8000, 8000)), "WEBP", lossless=True, method=0)
    yield "solid.jpg", _saved(Image.new("L", (20_000, 20_000)), "JPEG", quality=1)
    yield "scans.jpg", _many_scans(2_000)


def _bombs() -> Iterator[tuple[str, bytes]]:
    """Small files that become large."""
    yield "bomb beyond the limit.png", _png(60_000, 60_000, 0, whole=False)
    yield "text bomb.png", _png(8, 8, 0, chunks=_chunk(b"zTXt", b"k\0\0" + _zeros(300 << 20)))
    yield (
        "xmp bomb.png",
        _png(8, 8, 0, chunks=_chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + _zeros(300 << 20))),
    )
    yield "profile bomb.png", _png(8, 8, 0, chunks=_chunk(b"iCCP", b"k\0\0" + _zeros(300 << 20)))
    yield "endless frames.gif", _endless_gif(40_000)


def _liars() -> Iterator[tuple[str, bytes]]:
    """Headers that promise what is not there."""
    jpeg = bytearray(_jpeg())
    at = jpeg.index(b"\xff\xc0") + 5
    jpeg[at : at + 4] = b"\xff\xff\xff\xff"
    yield "promises much.jpg", bytes(jpeg)
    for name, width, height in (
        ("wide", 2**31 - 1, 1),
        ("upside down", 8, -(2**31)),
        ("none", 0, 0),
    ):
        header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
        yield f"{name}.bmp", b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + header
    yield (
        "promises much.gif",
        b"GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\2\2\x44\1\0;",
    )
    for kind, ending in (("AVIF", "avif"), ("HEIF", "heic")):
        data = _saved(Image.new("RGB", (64, 48)), kind)
        sizes = struct.pack(">II", 64, 48)
        yield f"promises much.{ending}", data.replace(sizes, struct.pack(">II", 65_535, 65_535))
        yield f"promises too much.{ending}", data.replace(sizes, b"\xff" * 8)


def _loops() -> Iterator[tuple[str, bytes]]:
    """Directories of tags that lead to themselves, or are endless."""
    yield "loop.tif", _tiff(next_at=8)
    yield "sub loop.tif", _tiff(extra=(struct.pack("<HHII", 0x8769, 4, 1, 8),))
    yield "many values.tif", _tiff(extra=(struct.pack("<HHII", 0x0111, 4, 2**31 - 1, 8),))
    yield "many tags.tif", b"II*\0" + struct.pack("<IH", 8, 65_535) + b"\1\1\4\0" * 200_000
    exif = b"Exif\0\0" + _tiff(extra=(struct.pack("<HHII", 0x8769, 4, 1, 8),), next_at=8)
    yield "exif loop.jpg", _jpeg(exif=exif)
    gps = b"Exif\0\0" + _tiff(extra=(struct.pack("<HHII", 0x8825, 4, 1, 8),), next_at=8)
    yield "gps loop.webp", _saved(Image.new("RGB", (9, 7)), "WEBP", exif=gps)


def _tiny() -> Iterator[tuple[str, bytes]]:
    starts = {"jpg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n", "gif": b"GIF89a", "bmp": b"BM"}
    starts |= {"webp": b"RIFF\0\0\0\0WEBP", "tif": b"II*\0", "avif": b"\0\0\0\x1cftypavif"}
    starts |= {"heic": b"\0\0\0\x18ftypheic", "jpeg": b""}
    for ending, start in starts.items():
        yield f"only begun.{ending}", start
        yield f"one byte.{ending}", start[:1]


def _packets() -> Iterator[tuple[str, bytes]]:
    """XMP that is to bring a parser down."""
    plain = 'exif:GPSLatitude="{}" exif:GPSLongitude="9,8W"'
    yield "place of no end", _XMP.format(plain.format("9" * 400 + ",1.5N"), "").encode()
    yield "place beyond floats", _XMP.format(plain.format("1," + "9" * 400 + "N"), "").encode()
    yield "place of many digits", _XMP.format(plain.format("9" * 5000 + ",1N"), "").encode()
    yield "place of no world", _XMP.format(plain.format("999,0N"), "").encode()
    yield "stars", _XMP.format('xmp:Rating="1e999"', "").encode()
    deep = "<dc:a>" * 100_000 + "</dc:a>" * 100_000
    yield "deep", _XMP.format("", deep).encode()
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    laughs = f'<!DOCTYPE x [<!ENTITY e0 "ha">{entities}]><x>&e9;</x>'
    yield "laughs", laughs.encode()
    yield "outside", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
    item = f'<rdf:li xml:lang="{"x" * 50_000}">a</rdf:li>'
    language = f"<dc:description><rdf:Alt>{item}</rdf:Alt></dc:description>"
    yield "language", _XMP.format("", language).encode()
    words = "".join(f"<rdf:li>{n}{'y' * 20}</rdf:li>" for n in range(1_000))
    yield (
        "keywords",
        _XMP.format("", f"<dc:subject><rdf:Bag>{words}</rdf:Bag></dc:subject>").encode(),
    )


def _no_files(folder: Path) -> Iterator[Path]:
    """What is named like a picture, and is none."""
    yield _at(folder / "pipe.jpg", lambda path: os.mkfifo(path))
    yield _at(folder / "folder.jpg", lambda path: path.mkdir())
    yield _at(folder / "link to itself.jpg", lambda path: path.symlink_to(path))
    yield _at(folder / "link to nothing.jpg", lambda path: path.symlink_to(folder / "nothing"))
    yield _at(folder / "endless.jpg", lambda path: path.symlink_to("/dev/zero"))
    sparse = folder / "sparse.jpg"
    with sparse.open("wb") as file:
        file.write(_jpeg()[:-2])
        file.truncate(200 << 30)
    yield sparse


def _at(path: Path, make: "object") -> Path:
    if not os.path.lexists(path):
        make(path)  # type: ignore[operator]
    return path


def _saved(image: Image.Image, kind: str, **how: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def _jpeg(colour: int = 0, xmp: bytes | None = None, exif: bytes = b"") -> bytes:
    image = Image.new("RGB", (40, 30), (colour % 256, 90, 200))
    data = _saved(image, "JPEG", exif=exif)
    if xmp is None:
        return data
    for start in range(0, min(len(xmp), 60_000), 60_000):  # one segment holds no more
        part = b"http://ns.adobe.com/xap/1.0/\0" + xmp[start : start + 60_000]
        data = data[:2] + b"\xff\xe1" + struct.pack(">H", len(part) + 2) + part + data[2:]
    return data


@cache
def _zeros(size: int) -> bytes:
    deflate = zlib.compressobj(9)
    block = bytes(1 << 20)
    return b"".join(deflate.compress(block) for _ in range(size >> 20)) + deflate.flush()


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def _png(width: int, height: int, kind: int, *, whole: bool = True, chunks: bytes = b"") -> bytes:
    """A PNG of nothing but zeros; ``kind`` 0 is grey, 6 has alpha."""
    header = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    size = (width * (4 if kind == 6 else 1) + 1) * height if whole else 1 << 20
    data = _chunk(b"IDAT", _zeros(size + (1 << 20)))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + chunks + data + _chunk(b"IEND", b"")


def _endless_gif(frames: int) -> bytes:
    frame = b"!\xf9\4\0\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2\x44\1\0"
    return b"GIF89a\1\0\1\0\x80\0\0\xff\xff\xff\0\0\0" + frame * frames


def _many_scans(scans: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again, each over the whole picture."""
    data = _saved(Image.new("L", (2_000, 2_000)), "JPEG", progressive=True, quality=1)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * scans + data[-2:]


def _tiff(*, extra: tuple[bytes, ...] = (), next_at: int = 0) -> bytes:
    tags = [
        struct.pack("<HHII", 0x0100, 4, 1, 4),
        struct.pack("<HHII", 0x0101, 4, 1, 4),
        *extra,
    ]
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + b"".join(tags) + struct.pack("<I", next_at)
