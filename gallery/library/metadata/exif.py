"""EXIF: camera, lens, exposure, position, rating, and a description where a person wrote one."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from PIL import ExifTags

_BASE, _GPS = ExifTags.Base, ExifTags.GPS
_WINDOWS_COMMENT, _WINDOWS_SUBJECT, _WINDOWS_KEYWORDS = 0x9C9C, 0x9C9F, 0x9C9E
_WINDOWS_RATING = 0x4746
#: What cameras write there by themselves.
_NO_CAPTION = re.compile(
    r"\W*|[\w ]*DIGITAL (?:STILL )?CAMERA|SONY DSC|SAMSUNG (?:CSC|CAMERA PICTURES)|DCF\w*|DCIM.*"
    r"|EXIF_JPEG_PICTURE|(?:IMG|DSCN?|PICT)_?\d+\S*|cof|cav|sdr|hdr|binary comment",
    re.IGNORECASE,
)
_LONGEST = 200
_SHORTEST_S = 1e-7  # no camera is that quick


def camera(base: Mapping[int, Any]) -> str | None:
    """Maker and model as people say them: "Canon EOS 40D", not "Canon Canon EOS 40D"."""
    make, model = _text(base.get(_BASE.Make)), _text(base.get(_BASE.Model))
    if make and model and model.lower().startswith(make.split()[0].lower()):
        make = ""
    return " ".join(part for part in (make, model) if part)[:_LONGEST] or None


def lens(details: Mapping[int, Any]) -> str | None:
    """The lens by its name."""
    return _text(details.get(_BASE.LensModel))[:_LONGEST] or None


def exposure(details: Mapping[int, Any]) -> str | None:
    """Time, aperture, sensitivity and focal length: "1/160 s, f/7.1, ISO 100, 135 mm"."""
    parts = []
    seconds = _number(details.get(_BASE.ExposureTime)) or 0.0
    if seconds > _SHORTEST_S:
        parts.append(f"1/{round(1 / seconds)} s" if seconds < 0.3 else f"{seconds:g} s")
    aperture = _number(details.get(_BASE.FNumber))
    if aperture:
        parts.append(f"f/{aperture:g}")
    iso = _number(details.get(_BASE.ISOSpeedRatings))
    if iso:
        parts.append(f"ISO {iso:.0f}")
    focal_mm = _number(details.get(_BASE.FocalLength))
    if focal_mm:
        parts.append(f"{round(focal_mm, 1):g} mm")
    return ", ".join(parts) or None


def position(gps: Mapping[int, Any]) -> tuple[float, float] | None:
    """Latitude and longitude in degrees; None where either lacks or is none of this world."""
    latitude = _degrees(gps.get(_GPS.GPSLatitude), gps.get(_GPS.GPSLatitudeRef), "S")
    longitude = _degrees(gps.get(_GPS.GPSLongitude), gps.get(_GPS.GPSLongitudeRef), "W")
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    if latitude == longitude == 0:  # what cameras write that found no satellite
        return None
    return latitude, longitude


def rating(base: Mapping[int, Any]) -> int | None:
    """Stars as Windows keeps them."""
    stars = _number(base.get(_WINDOWS_RATING))
    return int(stars) if stars is not None and 0 <= stars <= 5 else None


def caption(base: Mapping[int, Any], details: Mapping[int, Any]) -> str | None:
    """What a person wrote, if it is no text that cameras write by themselves."""
    said = (
        _text(base.get(_BASE.ImageDescription)),
        _wide(base.get(_WINDOWS_SUBJECT)),
        _wide(base.get(_WINDOWS_COMMENT)),
        _comment(details.get(_BASE.UserComment)),
    )
    return next((text for text in said if text and not _NO_CAPTION.fullmatch(text)), None)


def keywords(base: Mapping[int, Any]) -> tuple[str, ...]:
    """Keywords as Windows keeps them."""
    words = _wide(base.get(_WINDOWS_KEYWORDS)).split(";")
    return tuple(dict.fromkeys(word.strip() for word in words if word.strip()))


def _text(value: object) -> str:
    """Text, although EXIF has no encoding: UTF-8 where it is that."""
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if not isinstance(value, str):
        return ""
    try:
        value = value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        pass
    return value.split("\0")[0].strip()


def _wide(value: object) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        try:
            value = bytes(value)
        except (TypeError, ValueError):
            return ""
    if not isinstance(value, bytes):
        return ""
    return value.decode("utf-16-le", "ignore").split("\0")[0].strip()


def _comment(value: object) -> str:
    if not isinstance(value, bytes) or len(value) <= 8:
        return _text(value) if isinstance(value, str) else ""
    kind, text = value[:8], value[8:]
    if kind.startswith(b"UNICODE"):
        little = text[:2] == b"\xff\xfe" or text[1:2] == b"\0"
        return text.decode("utf-16-le" if little else "utf-16-be", "ignore").strip("\0\ufeff ")
    return _text(text) if kind.startswith(b"ASCII") else ""


def _number(value: object) -> float | None:
    if isinstance(value, tuple | list) and value:
        value = value[0]
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, ArithmeticError):
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _degrees(value: object, side: object, negative: str) -> float | None:
    if not isinstance(value, tuple | list) or not value:
        return None
    parts = [_number(part) for part in value[:3]]
    if any(part is None for part in parts):
        return None
    whole: float = sum((part or 0.0) / 60.0**place for place, part in enumerate(parts))
    return -whole if _text(side).upper().startswith(negative) else whole
