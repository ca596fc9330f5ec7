"""The messages between the gallery and the decoder process: plain values only.

Every ``Glance``, ``Examine`` and ``Render`` gets exactly one answer with its job number:
``Rendered`` (for the first and the last), ``Examined`` or ``NotDecoded``. They are done one after
the other, in the order they were sent. ``Ready`` comes once, at the start.
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
class NotDecoded:
    """Why not, with one plain sentence."""

    job: int
    reason: Reason
    detail: str


CODEC = Codec((Ready, Glance, Examine, Render, Examined, Rendered, NotDecoded))
