"""The words of the program as plain values: no Qt, no SQL, no files opened."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from engine.protocol import Reason


class Origin(StrEnum):
    """Who said a caption. Shown: a person's, else a file's, else the best model's."""

    PERSON = "person"
    FILE = "file"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Folder:
    """A root: a folder that a person added.

    ``connected`` is False while it cannot be reached (a drive unplugged). ``sample_allowed`` says
    that the sample set, which knows drawn scenes only, may describe it (always so for the bundled
    sample gallery, ``is_sample_gallery``; elsewhere only after a person agreed, and then its
    captions are marked unsure). ``names_only``: its photos are listed and not described.
    """

    id: int
    path: Path
    connected: bool
    sample_allowed: bool
    is_sample_gallery: bool
    photo_count: int
    names_only: bool = False


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that a scan met: enough to tell whether it changed.

    ``sidecar_ns``: when its sidecar (XMP) changed last; 0 without one.
    """

    path: Path
    size_bytes: int
    mtime_ns: int
    sidecar_ns: int = 0


@dataclass(frozen=True, slots=True)
class KnownFile:
    """What the catalog knows of a file, to be compared with what a scan meets."""

    photo_id: int
    size_bytes: int
    mtime_ns: int
    sidecar_ns: int
    missing: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file tells about itself besides the picture: in EXIF, IPTC, XMP and its sidecar.

    Position in degrees; ``rating`` in stars, 0 to 5; ``caption_language`` is BCP 47.
    ``beside``: the names of files that are shown with it (its RAW), which only the catalog knows.
    """

    camera: str | None = None
    lens: str | None = None
    exposure: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    rating: int | None = None
    keywords: tuple[str, ...] = ()
    caption: str | None = None
    caption_language: str = "und"
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a photo's header tells. Sizes are in pixels after EXIF orientation is applied."""

    format: str
    width_px: int
    height_px: int
    taken_at: datetime | None
    taken_source: str  # "exif" or "file"
    fingerprint: bytes
    facts: Facts = Facts()


@dataclass(frozen=True, slots=True)
class Caption:
    """One caption of a photo, as kept in its history."""

    id: int
    photo_id: int
    text: str
    origin: Origin
    language: str
    checkpoint_id: str | None
    revision: str | None
    settings: str | None
    score: float | None
    unsure: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Alternate:
    """Another wording that a describer set proposed for a photo.

    ``score``: the ITM probability (0..1) by the matcher that is named; all three None without one.
    """

    id: int
    photo_id: int
    text: str
    settings: str
    checkpoint_id: str
    revision: str
    score: float | None
    matcher_id: str | None
    matcher_revision: str | None
    unsure: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a photo could not be shown or described; ``detail`` is one plain sentence."""

    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Photo:
    """A file we know, with the caption to show and what went wrong, if anything did.

    ``caption_doubted``: the picture changed since a person said this.
    ``rating``: stars, 0 to 5, that a person gave, else those of the file.
    """

    id: int
    folder_id: int
    path: Path
    size_bytes: int
    width_px: int | None
    height_px: int | None
    taken_at: datetime | None
    taken_source: str | None
    missing: bool
    caption: Caption | None
    failure: Failure | None
    caption_doubted: bool = False
    rating: int | None = None

    @property
    def name(self) -> str:
        """The file name as it can be shown (bytes that are no UTF-8 are replaced)."""
        return os.fsencode(self.path.name).decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class CaptionState:
    """What a person said of a photo's caption: all that undo needs.

    ``text``: their own words (None: none); ``accepted``: they looked at the shown caption and let
    it stand; ``doubted``: their words are of an older content.
    """

    text: str | None
    accepted: bool = False
    doubted: bool = False


class Doubt(StrEnum):
    """Why a caption is to be reviewed."""

    CHANGED = "changed"
    MISMATCH = "mismatch"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class SaidCaption:
    """A photo whose caption came from a person or a file, and how well it fits.

    ``score``: by the matcher that was asked about; None where it did not judge this caption yet.
    """

    photo: Photo
    caption: Caption
    score: float | None


@dataclass(frozen=True, slots=True)
class DescribedPhoto:
    """What a describer says of one photo, ready to be stored."""

    photo_id: int
    caption: str | None
    score: float | None
    settings: str
    vector: bytes  # float16 unit vector, empty where none
    unsure: bool


class Part(StrEnum):
    """The two things a describer set makes; each has its own checkpoint and to-do list."""

    CAPTION = "caption"
    VECTOR = "vector"


@dataclass(frozen=True, slots=True)
class Todo:
    """One photo of the backlog and which parts it still needs."""

    photo_id: int
    path: Path
    caption: bool
    vector: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """One search result. ``words``: a caption word matched; ``similarity``: ITC cosine.

    ``rank`` (0..1): how well the words match, as ``Catalog.ids_with_words`` tells.
    """

    photo_id: int
    score: float
    words: bool
    similarity: float | None
    rank: float = 0.0


@dataclass(frozen=True, slots=True)
class FoundWords:
    """The words of a photo that a query found, as they are spelt there, by where they stand."""

    caption: tuple[str, ...] = ()
    name: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchWords:
    """What can be searched for: words with the number of photos that have them, and names."""

    words: Mapping[str, int] = field(default_factory=dict)
    folders: tuple[str, ...] = ()
    cameras: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    albums: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Like:
    """What photos were compared with: a photo of the catalog, or any picture (``photo_id`` None).

    ``name``: what people call it, its file's name.
    """

    name: str
    photo_id: int | None = None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hits, best first; the query words unknown to the matcher; whether meaning was used.

    ``less_likely``: what looks a little like it, below the floor that was measured for the matcher.
    ``in_order``: nothing was to be weighed, hits are in the order of the gallery. ``problems``: a
    sentence for each part of the query that could not be understood. ``like``: the hits are photos
    like this one, and there was no text.
    """

    text: str
    hits: tuple[Hit, ...]
    unknown_words: tuple[str, ...]
    by_meaning: bool
    less_likely: tuple[Hit, ...] = ()
    in_order: bool = False
    problems: tuple[str, ...] = ()
    like: Like | None = None


class GroupKind(StrEnum):
    """Why photos belong together: the same content, nearly the same, shots of one moment."""

    SAME = "same"
    ALIKE = "alike"
    BURST = "burst"


@dataclass(frozen=True, slots=True)
class PhotoGroup:
    """Two or more photos that belong together; the best of them (or of a burst the first) leads."""

    kind: GroupKind
    photo_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Album:
    """Photos in an order that a person gave."""

    id: int
    name: str
    photo_count: int


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A query that a person gave a name."""

    id: int
    name: str
    query: str


@dataclass(frozen=True, slots=True)
class WordTime:
    """When a word sounds: its place in the text (characters) and its time in the clip."""

    start: int
    length: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class Clip:
    """A sentence said: a WAV file, how long it lasts, and when each word sounds."""

    text: str
    path: Path
    duration_ms: int
    words: tuple[WordTime, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """How a catalog (or some of its folders) stands."""

    photos: int
    captioned: int
    embedded: int
    failed: int
    missing: int
    edited: int
    doubted: int = 0
