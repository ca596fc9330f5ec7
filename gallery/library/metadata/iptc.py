"""IPTC records (IIM) as old programs and agencies write them: caption and keywords."""

from collections.abc import Mapping

_CHARSET, _KEYWORDS, _CAPTION = (1, 90), (2, 25), (2, 120)
_UTF8 = b"\x1b%G"

Records = Mapping[tuple[int, int], bytes | list[bytes]]


def caption(records: Records) -> str | None:
    """The caption, if there is one."""
    return next(iter(_texts(records, _CAPTION)), None)


def keywords(records: Records) -> tuple[str, ...]:
    """The keywords, each once."""
    return tuple(dict.fromkeys(_texts(records, _KEYWORDS)))


def _texts(records: Records, name: tuple[int, int]) -> list[str]:
    stored = records.get(name, [])
    items = stored if isinstance(stored, list) else [stored]
    utf8 = _UTF8 in _bytes(records.get(_CHARSET))
    return [text for item in items if (text := _decoded(_bytes(item), utf8=utf8))]


def _decoded(raw: bytes, *, utf8: bool) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("utf-8", "replace") if utf8 else raw.decode("latin-1")
    return text.strip("\0 \r\n\t")


def _bytes(value: object) -> bytes:
    if isinstance(value, list) and value:
        value = value[0]
    return value if isinstance(value, bytes) else b""
