"""The messages between a gallery and its speech process.

The gallery sends ``Say`` or ``ListVoices``, one at a time; each is answered by exactly one of
``Said``, ``VoicesListed`` or ``Refused``. The speech process leaves at end-of-file.
"""

from dataclasses import dataclass

from engine.wire import Codec
from gallery.domain import WordTime


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice of this computer: its id for the library, its name, its languages ("en-gb")."""

    id: str
    name: str
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Say:
    """Speak ``text`` into the WAV file ``path`` (an ``os.fsdecode`` string), please.

    ``voice`` None: an English voice; ``rate_wpm`` None: the library's own rate.
    """

    job: int
    text: str
    path: str
    voice: str | None
    rate_wpm: int | None


@dataclass(frozen=True, slots=True)
class ListVoices:
    """Every voice there is, please."""

    job: int


@dataclass(frozen=True, slots=True)
class Said:
    """The file is complete; ``words`` are placed in the text that was asked for."""

    job: int
    duration_ms: int
    words: tuple[WordTime, ...]


@dataclass(frozen=True, slots=True)
class VoicesListed:
    """The voices, in the library's order, and the one used where none is named."""

    job: int
    voices: tuple[Voice, ...]
    default_id: str | None


@dataclass(frozen=True, slots=True)
class Refused:
    """It cannot be done; ``message`` and ``hint`` are for people."""

    job: int
    message: str
    hint: str


CODEC = Codec((Say, ListVoices, Said, VoicesListed, Refused))
