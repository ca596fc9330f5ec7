"""The messages between the gallery and the decoder process: plain values only.

Every request gets exactly one answer with its job number: ``Rendered`` (for ``Glance`` and
``Render``), ``Examined``, ``Closer`` (for ``LookCloser``), ``Frame`` (for ``Play``), or
``NotDecoded``. They are done one after the other, in the order they were sent. ``Ready`` comes
once, at the start.
"""

from dataclasses import dataclass

from engine.protocol import Reason
from engine.wire import Codec
from gallery.domain import Facts


@dataclass(frozen=True, slots=True)
class Ready:
    """The decoder is there."""


@dataclass(frozen=True, slots=True)
class Glance:
    """The small picture that the camera put in, please; nothing where there is none."""

    job: int
    path: str


@dataclass(frozen=True, slots=True)
class Examine:
    """Header, fingerprint and a thumbnail that fits into ``edge_px`` squared, please."""

    job: int
    path: str
    edge_px: int


@dataclass(frozen=True, slots=True)
class Render:
    """The picture as a JPEG that fits into ``edge_px`` squared, upright, please."""

    job: int
    path: str
    edge_px: int


@dataclass(frozen=True, slots=True)
class LookCloser:
    """A part of the picture, please: its edges as shares (0 to 1) of the upright picture.

    ``scale``: pixels wanted for each pixel of the picture, at most 1.
    """

    job: int
    path: str
    left: float
    top: float
    right: float
    bottom: float
    scale: float


@dataclass(frozen=True, slots=True)
class Play:
    """Frame ``number`` of a moving picture, within ``edge_px`` squared, please."""

    job: int
    path: str
    edge_px: int
    number: int


@dataclass(frozen=True, slots=True)
class Examined:
    """What a file is. ``taken_at`` is an ISO time without zone, from EXIF or the file's own.

    Sizes in pixels after orientation. ``fingerprint`` is hexadecimal.
    """

    job: int
    format: str
    width_px: int
    height_px: int
    taken_at: str
    taken_source: str
    fingerprint: str
    facts: Facts
    thumbnail: bytes


@dataclass(frozen=True, slots=True)
class Rendered:
    """The picture asked for; empty where a ``Glance`` saw none."""

    job: int
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class Closer:
    """The part asked for, by its exact edges: shares (0 to 1) of the upright picture."""

    job: int
    left: float
    top: float
    right: float
    bottom: float
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame of a moving picture: the one asked for, or after the last one the first.

    ``plays``: how often the file wants to be played, 0 for ever. ``moves``: False where the
    picture is still, or too large to be played (``jpeg`` is empty then).
    """

    job: int
    number: int
    duration_ms: int
    plays: int
    moves: bool
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class NotDecoded:
    """Why not, with one plain sentence."""

    job: int
    reason: Reason
    detail: str


_REQUESTS = (Glance, Examine, Render, LookCloser, Play)
_ANSWERS = (Examined, Rendered, Closer, Frame, NotDecoded)
CODEC = Codec((Ready, *_REQUESTS, *_ANSWERS))
