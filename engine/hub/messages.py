"""The messages between a gallery and the process that gets and checks checkpoints.

A gallery sends one ``Install`` or ``Verify``. It is answered by any number of ``Moved`` and
``Waiting``, then by ``Finished`` or ``Refused``. End of file pauses: what was got stays, and the
same ``Install`` goes on from there, in another process or after years.
"""

from dataclasses import dataclass
from enum import StrEnum

from engine.wire import Codec


class Stage(StrEnum):
    """What is being done. Bytes are counted in each but ``ASKING`` and ``CONVERTING``."""

    ASKING = "asking"
    GETTING = "getting"
    CONVERTING = "converting"
    CHECKING = "checking"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A checkpoint on the hub: "OWNER/NAME", and a commit or a branch."""

    repository: str
    revision: str


@dataclass(frozen=True, slots=True)
class Install:
    """Get these checkpoints into the store (a folder) as the set of this name."""

    store: str
    name: str
    checkpoints: tuple[Wanted, ...]


@dataclass(frozen=True, slots=True)
class Verify:
    """Hash the files of an installed set again and hold them against what was recorded."""

    store: str
    name: str


@dataclass(frozen=True, slots=True)
class Moved:
    """How far it is. ``total_bytes`` is 0 where it cannot be told."""

    stage: Stage
    done_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """The connection was lost; it is tried again by itself in so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Finished:
    """The set is installed, or its files are as they were recorded."""


@dataclass(frozen=True, slots=True)
class Refused:
    """It did not work; ``message`` and ``hint`` are for people. What was got so far is kept."""

    message: str
    hint: str


CODEC = Codec((Install, Verify, Moved, Waiting, Finished, Refused))
