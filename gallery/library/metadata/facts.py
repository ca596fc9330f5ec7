"""A photo's own facts, put together from its EXIF, IPTC and XMP and from its sidecar."""

from pathlib import Path
from typing import Any, TypeAlias

from PIL import ExifTags, Image, IptcImagePlugin

from engine.images import opened, tags
from gallery.domain import Facts
from gallery.library.metadata import exif, iptc
from gallery.library.metadata.xmp import Xmp
from gallery.library.scan import sidecars_of

_LONGEST_SIDECAR = 4 << 20
_MOST_KEYWORDS, _LONGEST_CAPTION = 200, 10_000
_JOINERS = "\u200c\u200d"  # of letters in some scripts, and of emoji
_Tags: TypeAlias = dict[int, Any]


def read_facts(path: Path) -> Facts:
    """Read what a photo tells about itself; what is damaged or hostile is left out.

    Captions: the sidecar's before the file's own; XMP before IPTC before EXIF. Raises
    :class:`engine.images.DecodeError` where the photo cannot be opened.
    """
    sidecar = Xmp(_sidecar(path))
    with opened(path) as image:
        base, details, gps = _exif(image)
        records = _records(image)
        inner = Xmp(_packet(image))
    caption, language = _caption(sidecar, inner, records, base, details)
    place = sidecar.position() or inner.position() or exif.position(gps)
    stars = (sidecar.rating(), inner.rating(), exif.rating(base))
    words = (
        *sidecar.keywords(),
        *inner.keywords(),
        *iptc.keywords(records),
        *exif.keywords(base),
    )
    return Facts(
        camera=exif.camera(base),
        lens=exif.lens(details),
        exposure=exif.exposure(details),
        latitude=place[0] if place else None,
        longitude=place[1] if place else None,
        rating=next((each for each in stars if each is not None), None),
        keywords=tuple(dict.fromkeys(map(_plain, words)))[:_MOST_KEYWORDS],
        caption=caption,
        caption_language=language,
    )


def _caption(
    sidecar: Xmp, inner: Xmp, records: iptc.Records, base: _Tags, details: _Tags
) -> tuple[str | None, str]:
    for packet in (sidecar, inner):
        said = packet.caption()
        if said is not None:
            return _plain(said[0])[:_LONGEST_CAPTION], said[1]
    text = iptc.caption(records) or exif.caption(base, details)
    return (_plain(text)[:_LONGEST_CAPTION] if text else None), "und"


def _sidecar(path: Path) -> bytes:
    for place in sidecars_of(path):
        try:
            if place.is_file() and place.stat().st_size <= _LONGEST_SIDECAR:
                return place.read_bytes()
        except OSError:
            continue
    return b""


def _exif(image: Image.Image) -> tuple[_Tags, _Tags, _Tags]:
    """The tags of the picture, of how it was taken, and of where."""
    try:
        found = tags(image)
        details, gps = (found.get_ifd(name) for name in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo))
        return dict(found), dict(details), dict(gps)
    except Exception:  # noqa: BLE001 - parsers of untrusted bytes raise anything; facts are no must
        return {}, {}, {}


def _records(image: Image.Image) -> iptc.Records:
    try:
        return IptcImagePlugin.getiptcinfo(image) or {}  # type: ignore[arg-type]
    except Exception:  # noqa: BLE001 - as above
        return {}


def _packet(image: Image.Image) -> bytes:
    for name in ("xmp", "XML:com.adobe.xmp"):
        packet = image.info.get(name)
        if isinstance(packet, str):
            return packet.encode("utf-8", "replace")
        if isinstance(packet, bytes):
            return packet
    return b""


def _plain(text: str) -> str:
    """Without control characters (but for line ends and joiners), and without half characters."""
    whole = text.encode("utf-8", "replace").decode()
    return "".join(c for c in whole if c.isprintable() or c.isspace() or c in _JOINERS).strip()
