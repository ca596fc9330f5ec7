"""Pictures of every supported format, spoiled by chance: each seed spoils them the same way."""

import random
import re
from collections.abc import Callable
from functools import cache
from io import BytesIO

import pillow_heif
from PIL import ExifTags, Image, PngImagePlugin

pillow_heif.register_heif_opener()

_SIZE = (90, 60)
_XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF'
    b' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description'
    b' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
    b' xmlns:exif="http://ns.adobe.com/exif/1.0/" xmp:Rating="4" exif:GPSLatitude="38,42.5N"'
    b' exif:GPSLongitude="9,8.25W"><dc:description><rdf:Alt><rdf:li xml:lang="x-default">a harbour'
    b"</rdf:li></rdf:Alt></dc:description><dc:subject><rdf:Bag><rdf:li>boat</rdf:li></rdf:Bag>"
    b"</dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>"
)
_MOST_FLIPS = 40


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = "Maker", "Model 1"
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.ImageDescription] = "A harbour in the evening"
    details = exif.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.DateTimeOriginal] = "2024:05:06 07:08:09"
    details[ExifTags.Base.ExposureTime] = 0.01
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef], place[ExifTags.GPS.GPSLatitude] = "N", (38.0, 42.0, 0.0)
    place[ExifTags.GPS.GPSLongitudeRef], place[ExifTags.GPS.GPSLongitude] = "W", (9.0, 8.0, 0.0)
    return exif


@cache
def whole_files() -> tuple[tuple[str, bytes], ...]:
    """Whole pictures with all the metadata that their format has, by their ending."""
    chance = random.Random(0)
    rgb = Image.frombytes("RGB", _SIZE, chance.randbytes(3 * _SIZE[0] * _SIZE[1]))
    rgb = rgb.resize((45, 30)).resize(_SIZE)
    rgba, grey = rgb.convert("RGBA"), rgb.convert("L")
    rgba.putalpha(grey)
    both = {"exif": _exif().tobytes(), "xmp": _XMP}
    notes = PngImagePlugin.PngInfo()
    notes.add_itxt("XML:com.adobe.xmp", _XMP.decode())
    png = {"exif": both["exif"], "pnginfo": notes}
    frames = {"save_all": True, "append_images": [rgb.rotate(90), rgb.rotate(180)]}
    deep = Image.new("I;16", _SIZE, 40_000)
    return (
        ("jpg", _saved(rgb, "JPEG", **both)),
        ("jpg", _saved(rgb, "JPEG", progressive=True, **both)),
        ("jpg", _saved(rgb.convert("CMYK"), "JPEG", **both)),
        ("jpg", _saved(rgb, "MPO", **frames)),
        ("png", _saved(rgb, "PNG", **png)),
        ("png", _saved(rgba.convert("P"), "PNG", **png)),
        ("png", _saved(deep, "PNG", **png)),
        ("webp", _saved(rgb, "WEBP", **both)),
        ("webp", _saved(rgba, "WEBP", lossless=True, **both)),
        ("webp", _saved(rgb, "WEBP", **frames, **both)),
        ("gif", _saved(rgb.convert("P"), "GIF", **frames)),
        ("bmp", _saved(rgb, "BMP")),
        ("bmp", _saved(rgb.convert("P"), "BMP")),
        ("tif", _saved(rgb, "TIFF", exif=_exif())),
        ("tif", _saved(rgba, "TIFF", compression="tiff_lzw")),
        ("tif", _saved(rgb, "TIFF", compression="jpeg")),
        ("avif", _saved(rgb, "AVIF", **both)),
        ("heic", _saved(rgb, "HEIF", **both)),
    )


def _saved(image: Image.Image, kind: str, **how: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def spoiled(chance: random.Random) -> tuple[str, str, bytes]:
    """A spoiled picture: what was done to it, the ending of its name, and its bytes."""
    ending, whole = chance.choice(whole_files())
    names = chance.choices(tuple(_WAYS), k=chance.choice((1, 1, 1, 2, 3)))
    data = whole
    for name in names:
        data = _WAYS[name](data, chance)
    return " and ".join(names), ending, data


def _flip(data: bytes, chance: random.Random, within: tuple[int, int] | None = None) -> bytes:
    begin, end = within or (0, len(data))
    out = bytearray(data)
    for _ in range(chance.randrange(1, _MOST_FLIPS)):
        if begin < end:
            out[chance.randrange(begin, end)] = chance.choice(
                (0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256))
            )
    return bytes(out)


def _flip_header(data: bytes, chance: random.Random) -> bytes:
    return _flip(data, chance, (0, min(len(data), 64)))


def _truncate(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _splice(data: bytes, chance: random.Random) -> bytes:
    _, other = chance.choice(whole_files())
    cut, begin = chance.randrange(len(data) + 1), chance.randrange(len(other))
    return data[:cut] + other[begin:] + (data[cut:] if chance.random() < 0.5 else b"")


def _repeat(data: bytes, chance: random.Random) -> bytes:
    begin = chance.randrange(len(data) + 1)
    piece = data[begin : begin + chance.randrange(1, 200)]
    return data[:begin] + piece * chance.randrange(2, 200) + data[begin:]


def _drop(data: bytes, chance: random.Random) -> bytes:
    begin = chance.randrange(len(data) + 1)
    return data[:begin] + data[begin + chance.randrange(1, 200) :]


def _lie_about_size(data: bytes, chance: random.Random) -> bytes:
    """Wherever the header says how wide or high it is, it says something else."""
    pattern = b"|".join(
        re.escape(side.to_bytes(length, order))
        for side in (_SIZE[0], _SIZE[1], _SIZE[0] - 1, _SIZE[1] - 1)
        for length in (2, 4)
        for order in ("big", "little")
    )
    found = list(re.finditer(pattern, data[:2000]))
    for match in chance.sample(found, min(len(found), chance.randrange(1, 4))):
        length = len(match.group())
        lie = chance.choice(
            (0, 1, 2**15 - 1, 2**15, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1, 12_000)
        )
        data = (
            data[: match.start()]
            + (lie % 2 ** (8 * length)).to_bytes(length, chance.choice(("big", "little")))
            + data[match.end() :]
        )
    return data


def _spoil_exif(data: bytes, chance: random.Random) -> bytes:
    begin = max(
        data.find(b"Exif\0\0"), data.find(b"eXIf"), data.find(b"II*\0"), data.find(b"MM\0*")
    )
    return _flip(data, chance, (max(begin, 0), min(max(begin, 0) + 400, len(data))))


def _spoil_xmp(data: bytes, chance: random.Random) -> bytes:
    """Values of the packet, of the same length where the file would break otherwise."""
    begin, end = data.find(b"<x:xmpmeta"), data.find(b"</x:xmpmeta>")
    if begin < 0 or chance.random() < 0.3:
        return _flip(data, chance, (max(begin, 0), max(end, 0) or len(data)))
    old = chance.choice((b"38,42.5N", b'Rating="4"', b"x-default", b"a harbour", b"boat"))
    new = chance.choice(
        (
            b"9" * len(old),
            b"&#0;" + b"x" * (len(old) - 4),
            b"&a;" + b"x" * (len(old) - 3),
            b"\xff" * len(old),
        )
    )
    return data.replace(old, new[: len(old)])


_WAYS: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "bytes flipped": _flip,
    "header flipped": _flip_header,
    "truncated": _truncate,
    "spliced": _splice,
    "a piece repeated": _repeat,
    "a piece dropped": _drop,
    "lies about its size": _lie_about_size,
    "EXIF spoiled": _spoil_exif,
    "XMP spoiled": _spoil_xmp,
}


def hostile_name(chance: random.Random, number: int, ending: str) -> bytes:
    """A file name that a careless program stumbles over; ``number`` makes it the only one."""
    tail = f"{number}.{ending}".encode()
    kind = chance.choice(
        (
            b"-rf --no-preserve-root ",
            b"a\nnew\nline\r ",
            b"not utf-8 \xff\xfe\xc3\x28 ",
            "\u202egnp.exe\u202c right to left ".encode(),
            "e\u0301 \u00e9 \U0001f468\u200d\U0001f469\u200d\U0001f467 \u0000".replace(
                "\0", ""
            ).encode(),
            b"%s%n $(reboot) `id` ;'\"\\ <b>&amp; ",
            b"\x01\x1b[31m\x7f ",
            b" leading and trailing ",
            b"CON",
        )
    )
    if chance.random() < 0.2:
        return kind + b"x" * (255 - len(kind) - len(tail)) + tail
    return kind + tail
