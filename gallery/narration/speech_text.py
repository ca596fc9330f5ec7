"""A sentence made harmless for a speech library, and word times put back in their places."""

import re
import unicodedata
from collections.abc import Iterable

from gallery.domain import WordTime

# Controls, marks of direction, surrogates, private and unassigned characters, enclosing marks.
_UNSPEAKABLE = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Sk", "Me"))
_LAST_PLAIN = 0xFFFF  # above it are emoji and rare scripts that the libraries miscount
_FIRST_SYMBOL = 0x2000  # pictures among the symbols; "°" and "©" below it are spoken
_WORD = re.compile(r"\S+")


def speakable(text: str) -> str:
    """Return ``text`` with a space for each character that cannot be said; the same length.

    The libraries miscount some of them, and then the wrong word lights up. A result of nothing
    but spaces means that there is nothing to say.
    """
    spoken = "".join(char if _is_speakable(char) else " " for char in text)
    return spoken if any(char.isalnum() for char in spoken) else " " * len(spoken)


def placed_words(text: str, events: Iterable[tuple[int, int, int]]) -> tuple[WordTime, ...]:
    """Return word times for a library's events (start, length, ms), in order, inside ``text``."""
    words: list[WordTime] = []
    at_ms = 0
    for start, length, event_ms in events:
        start = max(0, start)
        length = min(length, len(text) - start)
        at_ms = max(at_ms, event_ms)
        if length > 0:
            words.append(WordTime(start, length, at_ms))
    return tuple(words)


def estimated_words(text: str, duration_ms: int) -> tuple[WordTime, ...]:
    """Return word times spread evenly over the characters, where no library tells them."""
    return tuple(
        WordTime(word.start(), len(word.group()), round(word.start() * duration_ms / len(text)))
        for word in _WORD.finditer(text)
    )


def _is_speakable(char: str) -> bool:
    code, category = ord(char), unicodedata.category(char)
    if code > _LAST_PLAIN or category in _UNSPEAKABLE or char.isspace():
        return char == " "
    return not (category == "So" and code >= _FIRST_SYMBOL) and not 0xFE00 <= code <= 0xFE0F
