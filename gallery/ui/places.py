"""Where one can be: all photos, a folder, an album, and what needs a person's look."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of places."""

    ALL = "all"
    FOLDER = "folder"
    FAILED = "failed"
    ALBUM = "album"
    MISSING = "missing"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Place:
    """A place, as it is remembered (``all``, ``failed``, ``folder:3``, ``album:2``)."""

    kind: Kind
    folder_id: int | None = None
    album_id: int | None = None

    def __str__(self) -> str:
        number = self.folder_id if self.album_id is None else self.album_id
        return f"{self.kind}:{number}" if number is not None else str(self.kind)

    @classmethod
    def parse(cls, text: str) -> "Place":
        """Return the place of a text; ``ALL`` where it is none."""
        kind, _, number = text.partition(":")
        if kind == Kind.FOLDER and number.isascii() and number.isdigit():
            return cls(Kind.FOLDER, int(number))
        if kind == Kind.ALBUM and number.isascii() and number.isdigit():
            return cls(Kind.ALBUM, album_id=int(number))
        return next((place for place in (FAILED, REVIEW, MISSING) if kind == place.kind), ALL)


ALL = Place(Kind.ALL)
FAILED = Place(Kind.FAILED)
MISSING = Place(Kind.MISSING)
REVIEW = Place(Kind.REVIEW)
