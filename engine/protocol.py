"""The messages between a gallery and the engine process: plain values only.

A gallery sends ``OpenDescriber`` once and then, at any time, ``Describe`` (a batch), ``EmbedText``,
``EmbedPicture``, ``Match``, ``Ask``, ``Propose``, ``Score`` or ``Locate``. The engine answers
``Opened`` or ``OpenFailed``; for every photo of a batch exactly one ``Described`` or ``Failed``,
then ``BatchDone``; and ``TextEmbedded``, ``PictureEmbedded``, ``Matched``, ``Answered``,
``Proposed``, ``Scored``, ``Located`` or ``RequestFailed`` for the rest, which is answered while a
batch runs. ``Cancel`` drops what has not begun: its photos are answered by ``BatchDone`` alone, and
a text or picture not at all. Describing waits while matches and answers are under way, a few
seconds at most. ``Survey`` is answered by ``Surveyed``, also where nothing was opened. The engine
leaves at end-of-file or ``Leave``.
"""

from dataclasses import dataclass
from enum import StrEnum

from engine.wire import Codec


class Reason(StrEnum):
    """Why a photo could not be described; the text for people is the gallery's."""

    MISSING = "missing"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"
    OUT_OF_MEMORY = "out_of_memory"
    SET_ASIDE = "set_aside"
    INTERNAL = "internal"


class Precision(StrEnum):
    """How the networks compute: ``exact`` (float32), or faster with rounded numbers.

    ``bf16`` and ``int8`` are for processors that have instructions for them, ``fp16`` is for
    NVIDIA and AMD accelerators.
    """

    EXACT = "exact"
    FP16 = "fp16"
    BF16 = "bf16"
    INT8 = "int8"

    @property
    def told(self) -> str:
        """What is added to a result's settings, so that rounding is never silent."""
        return "" if self is Precision.EXACT else f", {self}"


@dataclass(frozen=True, slots=True)
class CheckpointRef:
    """A checkpoint on disk: its id, its revision (hash or commit) and its folder."""

    id: str
    revision: str
    folder: str


@dataclass(frozen=True, slots=True)
class OpenDescriber:
    """Load these checkpoints; any may be absent. ``device``: auto, cpu, cuda or mps."""

    captioner: CheckpointRef | None
    matcher: CheckpointRef | None
    device: str = "auto"
    answerer: CheckpointRef | None = None
    precision: Precision = Precision.EXACT


@dataclass(frozen=True, slots=True)
class Survey:
    """What can compute on this computer, please, and what was found out about these checkpoints."""

    captioner: CheckpointRef | None
    matcher: CheckpointRef | None
    answerer: CheckpointRef | None = None


@dataclass(frozen=True, slots=True)
class DeviceFound:
    """A device that is here: "cpu", "cuda" or "mps", and how the maker calls it (or "").

    ``precisions``: what it computes with, the exact one first. ``refused``: with these it described
    otherwise than the processor when the checkpoints were tried on it.
    """

    name: str
    maker_name: str
    precisions: tuple[Precision, ...]
    refused: tuple[Precision, ...] = ()


@dataclass(frozen=True, slots=True)
class Surveyed:
    """The devices of this computer, the one that is chosen by itself first."""

    devices: tuple[DeviceFound, ...]


@dataclass(frozen=True, slots=True)
class PhotoTask:
    """One photo of a batch and what is wanted of it. ``path`` is an ``os.fsdecode`` string."""

    photo_id: int
    path: str
    caption: bool
    vector: bool


@dataclass(frozen=True, slots=True)
class Describe:
    """A batch. ``careful``: beam search of width 3 instead of greedy."""

    job: int
    photos: tuple[PhotoTask, ...]
    careful: bool = False


@dataclass(frozen=True, slots=True)
class EmbedText:
    """The ITC vector of a query, please."""

    job: int
    text: str


@dataclass(frozen=True, slots=True)
class EmbedPicture:
    """The ITC vector of a picture, please: photos like it are looked for."""

    job: int
    path: str


@dataclass(frozen=True, slots=True)
class Match:
    """The ITM score of a text for each photo, please (for re-ranking and for checking captions)."""

    job: int
    text: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """Answer a question about each photo, please; with ``choices``, by one of them."""

    job: int
    question: str
    paths: tuple[str, ...]
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Propose:
    """Several wordings for each photo, please: a searched one and ``candidates`` sampled ones.

    With a ``beginning``: the searched one alone, going on from that.
    """

    job: int
    paths: tuple[str, ...]
    candidates: int
    seed: int = 0
    beginning: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """The ITM score of each text for the photo at its place, please."""

    job: int
    texts: tuple[str, ...]
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Locate:
    """Where in a photo a word (or phrase) of a text is seen, please; no text: the word alone."""

    job: int
    text: str
    word: str
    path: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """Drop what of this job has not begun."""

    job: int


@dataclass(frozen=True, slots=True)
class Leave:
    """Finish and exit."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The engine is ready. ``vector_size`` is 0 without a matcher."""

    device: str
    captioner: CheckpointRef | None
    matcher: CheckpointRef | None
    vector_size: int
    shared_vision: bool


@dataclass(frozen=True, slots=True)
class OpenFailed:
    """The checkpoints cannot be used; ``message`` and ``hint`` are for people."""

    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Described:
    """What was wanted of one photo.

    ``caption`` is None where none was wanted. ``score`` is the ITM probability in 0..1 that the
    caption matches the photo, where a matcher was there to tell. ``vector`` is the unit ITC vector
    as little-endian float16, empty where none was wanted. ``settings`` tells how the caption was
    made ("greedy", "beam 3, int8").
    """

    job: int
    photo_id: int
    caption: str | None
    score: float | None
    settings: str
    vector: bytes


@dataclass(frozen=True, slots=True)
class Failed:
    """One photo could not be described; ``detail`` is one plain sentence."""

    job: int
    photo_id: int
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class BatchDone:
    """Every photo of this batch was answered (or cancelled). ``seconds`` spent."""

    job: int
    seconds: float


@dataclass(frozen=True, slots=True)
class TextEmbedded:
    """The unit ITC vector of a query (float16) and the words the tokenizer does not know."""

    job: int
    vector: bytes
    unknown_words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PictureEmbedded:
    """The unit ITC vector of a picture (little-endian float16)."""

    job: int
    vector: bytes


@dataclass(frozen=True, slots=True)
class Matched:
    """The ITM probability for each path asked, None where a photo could not be read."""

    job: int
    scores: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Guess:
    """A possible answer and its probability in 0..1 (:class:`engine.describer.Answer`)."""

    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class Answered:
    """For each path asked its answers, the likeliest first; None where a photo could not be read.

    No answers: no word of the question is known. ``settings`` tells how they were found ("beam 3",
    "choices", "yes or no"). ``presence``: the ITM probability (0..1) that the photo shows the thing
    which the question takes for granted, None where that is not known.
    """

    job: int
    answers: tuple[tuple[Guess, ...] | None, ...]
    settings: str
    unknown_words: tuple[str, ...]
    presence: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A wording for a photo.

    ``score`` is the ITM probability in 0..1 that it matches, None without a matcher. ``settings``
    tells how it was decoded ("beam 3", "nucleus 0.9, seed 0").
    """

    text: str
    score: float | None
    settings: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """The candidates for one photo, best first, or why there are none (None: it was cancelled)."""

    candidates: tuple[Candidate, ...] = ()
    reason: Reason | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal for each path asked."""

    job: int
    proposals: tuple[Proposal, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """The ITM probability of each text for its photo.

    None where the photo could not be read, and where the text has words that the matcher does not
    know (``unknown_words``, for each text): it cannot judge these.
    """

    job: int
    scores: tuple[float | None, ...]
    unknown_words: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Located:
    """Where a word is seen: little-endian float32 in 0..1, row after row from the upper left.

    ``score`` is the ITM probability in 0..1 that the text matches the photo.
    """

    job: int
    rows: int
    columns: int
    score: float
    heat: bytes


@dataclass(frozen=True, slots=True)
class RequestFailed:
    """A request that cannot be answered, with a sentence."""

    job: int
    message: str


CODEC = Codec(
    (
        OpenDescriber,
        Survey,
        Describe,
        EmbedText,
        EmbedPicture,
        Match,
        Ask,
        Propose,
        Score,
        Locate,
        Cancel,
        Leave,
        Opened,
        OpenFailed,
        Surveyed,
        Described,
        Failed,
        BatchDone,
        TextEmbedded,
        PictureEmbedded,
        Matched,
        Answered,
        Proposed,
        Scored,
        Located,
        RequestFailed,
    )
)
