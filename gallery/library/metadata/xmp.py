"""XMP packets, in files and in sidecars: captions, keywords, rating, position."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

_MOST_BYTES = 4 << 20
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_XMP = "{http://ns.adobe.com/xap/1.0/}"
_EXIF = "{http://ns.adobe.com/exif/1.0/}"
_IPTC = "{http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/}"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_DEGREES = re.compile(
    r"(\d{1,3}),(\d{1,20}(?:\.\d{1,20})?)(?:,(\d{1,20}(?:\.\d{1,20})?))?\s*([NSEW])", re.IGNORECASE
)
#: Where a caption stands, the best place first.
_CAPTIONS = (f"{_DC}description", f"{_IPTC}AltTextAccessibility", f"{_IPTC}ExtDescrAccessibility")


class Xmp:
    """One packet; a damaged or hostile one tells nothing."""

    def __init__(self, packet: bytes) -> None:
        """Parse ``packet`` (anything may stand around its XML)."""
        root = _parsed(packet)
        self._descriptions = [] if root is None else list(root.iter(f"{_RDF}Description"))

    def caption(self) -> tuple[str, str] | None:
        """The caption or alt text, and its language (BCP 47, "und" where not told)."""
        for name in _CAPTIONS:
            for each in self._elements(name):
                said = _alternative(each)
                if said is not None:
                    return said
            text = self._simple(name)
            if text:
                return text, "und"
        return None

    def keywords(self) -> tuple[str, ...]:
        """The keywords, each once, in their order."""
        items = (
            item for each in self._elements(f"{_DC}subject") for item in each.iter(f"{_RDF}li")
        )
        return tuple(dict.fromkeys(text for item in items if (text := _text(item))))

    def rating(self) -> int | None:
        """Stars from 0 to 5; None where there is no rating (-1, "rejected", counts as none)."""
        try:
            stars = float(self._simple(f"{_XMP}Rating") or "nan")
        except ValueError:
            return None
        return int(stars) if 0 <= stars <= 5 else None

    def position(self) -> tuple[float, float] | None:
        """Latitude and longitude in degrees; None where either lacks or is none of this world."""
        found = tuple(
            _degrees(self._simple(f"{_EXIF}GPS{axis}") or "") for axis in ("Latitude", "Longitude")
        )
        latitude, longitude = found
        if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
            return None
        return latitude, longitude

    def _elements(self, name: str) -> Iterator[Element]:
        for description in self._descriptions:
            yield from description.findall(name)

    def _simple(self, name: str) -> str | None:
        """A plain value, which may stand as an attribute or as an element."""
        for description in self._descriptions:
            value = description.get(name)
            if value is not None:
                return value.strip()
        return next((text for each in self._elements(name) if (text := _text(each))), None)


def _parsed(packet: bytes) -> Element | None:
    if len(packet) > _MOST_BYTES:
        return None
    begin, end = packet.find(b"<x:xmpmeta"), packet.rfind(b"</x:xmpmeta>")
    if 0 <= begin < end:
        packet = packet[begin : end + len(b"</x:xmpmeta>")]
    try:
        root: Element = fromstring(packet.strip(b"\0 \r\n\t"))
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return None
    return root


def _alternative(element: Element) -> tuple[str, str] | None:
    """One of several languages: the default one, else English, else the first."""
    said = {
        (item.get(_LANGUAGE) or "x-default"): text
        for item in element.iter(f"{_RDF}li")
        if (text := _text(item))
    }
    if not said:
        return None
    default = said.get("x-default")
    for language, text in said.items():  # which language the default is, where that is told
        if language != "x-default" and default in (text, None) and _is_wanted(language, said):
            return text, language
    return (default, "und") if default else next((text, lang) for lang, text in said.items())


def _is_wanted(language: str, said: dict[str, str]) -> bool:
    if "x-default" in said:
        return True
    english = [each for each in said if each.lower().startswith("en")]
    return language == (english[0] if english else next(iter(said)))


def _text(element: Element) -> str:
    return (element.text or "").strip()


def _degrees(value: str) -> float | None:
    found = _DEGREES.fullmatch(value.strip())
    if found is None:
        return None
    degrees, minutes, seconds, side = found.groups()
    whole = int(degrees) + float(minutes) / 60 + float(seconds or 0) / 3600
    return -whole if side.upper() in "SW" else whole
