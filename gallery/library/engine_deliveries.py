"""What the engine's client gives back, and how long it waits."""

from dataclasses import dataclass

from engine.protocol import Described
from gallery.domain import Failure


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the engine may take before it counts as hung, in seconds.

    ``open_s`` for loading (a cold disk, big weights); without a sign of life in ``silence_s``
    plus ``photo_s`` for every photo that is described at once, describing has hung: far more than
    the slowest computer needs, whose engine takes fewer photos at once besides.
    """

    open_s: float = 600.0
    silence_s: float = 60.0
    photo_s: float = 30.0


@dataclass(frozen=True, slots=True)
class PhotoFailed:
    """The engine (or its supervision) says why a photo could not be described."""

    photo_id: int
    failure: Failure


@dataclass(frozen=True, slots=True)
class RoomFree:
    """Another batch may be given."""


@dataclass(frozen=True, slots=True)
class GivenBack:
    """These photos were taken and will get no answer: cancelled, or the engine failed for good.

    ``unblamed``: photos set aside since the engine last worked; they were not to blame after all.
    """

    photo_ids: tuple[int, ...]
    unblamed: tuple[int, ...] = ()


Delivery = Described | PhotoFailed | RoomFree | GivenBack
