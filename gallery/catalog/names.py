"""Names that people give (to albums, to saved searches): how they are kept and compared."""

import unicodedata

from gallery.catalog.captioning import storable
from gallery.errors import KnownError

LONGEST_NAME = 120
"""Characters."""


def kept_name(name: str) -> str:
    """A name as it is stored: one line, without blanks around it. Raises ``KnownError``."""
    letters = unicodedata.normalize("NFC", storable(name) or "")
    kept = " ".join("".join(each if each.isprintable() else " " for each in letters).split())
    if not name_key(kept):
        raise KnownError("There is no name.", "Type one with letters or digits.")
    if len(kept) > LONGEST_NAME:
        raise KnownError("This name is too long.", f"At most {LONGEST_NAME} characters can be had.")
    return kept


def name_key(name: str) -> str:
    """What is equal for names that count as the same.

    Upper and lower case, blanks and quotation marks make no difference: quotation marks stand
    around a name in the search box, and cannot be typed within it there.
    """
    folded = unicodedata.normalize("NFC", storable(name) or "").replace('"', " ").casefold()
    return " ".join(folded.split())
