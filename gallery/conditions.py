"""What a search may ask of a photo besides words: plain values, met by the catalog."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias


class State(StrEnum):
    """What can be asked of a photo in a search."""

    EDITED = "edited"
    DESCRIBED = "described"
    UNSURE = "unsure"
    FAILED = "failed"
    MISSING = "missing"
    DOUBTED = "doubted"


@dataclass(frozen=True, slots=True)
class Taken:
    """Taken (else changed) from ``since`` on and before ``until``."""

    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class InFolder:
    """A folder around the photo has this in its name."""

    text: str


@dataclass(frozen=True, slots=True)
class OfFormat:
    """The file's format, in lower case ("jpeg", "png")."""

    format: str


@dataclass(frozen=True, slots=True)
class Is:
    """How the photo stands."""

    state: State


@dataclass(frozen=True, slots=True)
class HasWords:
    """The shown caption or the file's name has these words, one behind the other."""

    text: str


@dataclass(frozen=True, slots=True)
class ByCamera:
    """The camera's or the lens's name has this in it."""

    text: str


@dataclass(frozen=True, slots=True)
class Rated:
    """A person gave so many stars, or else its file has them, from ``least`` to ``most``."""

    least: int
    most: int


class Kept(StrEnum):
    """What a file may tell about itself."""

    GPS = "gps"
    KEYWORDS = "keywords"


@dataclass(frozen=True, slots=True)
class Has:
    """The file tells this."""

    kept: Kept


@dataclass(frozen=True, slots=True)
class InAlbum:
    """It stands in the album of this name, whatever the case."""

    name: str


Test: TypeAlias = Taken | InFolder | OfFormat | Is | HasWords | ByCamera | Rated | Has | InAlbum


@dataclass(frozen=True, slots=True)
class Condition:
    """What a photo must be to be a hit; ``negated``: must not be."""

    test: Test
    negated: bool = False
