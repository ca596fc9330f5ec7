"""A sentence made harmless for a speech library, with every character kept in its place."""

import unicodedata

# Symbols, private and unassigned characters, surrogates and controls: either unspeakable, or the
# library miscounts them, and the words would light up in the wrong place.
_DROPPED = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "So", "Sk", "Me"))


def speakable(text: str) -> str:
    """Return ``text`` with a space for each character that cannot be said; the same length.

    Empty-looking results (nothing but spaces) mean that there is nothing to say.
    """
    return "".join(
        " "
        if unicodedata.category(char) in _DROPPED or char.isspace() or ord(char) > 0xFFFF
        else char
        for char in text
    )
