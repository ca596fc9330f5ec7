"""The contract every describer keeps. Plain values and numpy cross it, never tensors."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.checkpoints import CheckpointError
from engine.protocol import Candidate, CheckpointRef

Pixels = npt.NDArray[np.uint8]
"""One upright picture as a network wants it: (height, width, 3), values 0..255."""

Vector = npt.NDArray[np.float32]
"""A unit ITC vector: (d,)."""


Heat = npt.NDArray[np.float32]
"""How much each patch of a picture counts, (rows, columns) from the upper left, in 0..1."""


class CannotAnswerError(Exception):
    """What was asked has no answer here; the text is one plain sentence for a person."""


class DeviceLostError(Exception):
    """An accelerator no longer answers this process; only a new process can use it again."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What was loaded, and where it runs. ``vector_size`` is 0 without a matcher.

    The answerer is there when it is wanted: it is loaded with the first question.
    """

    captioner: CheckpointRef | None
    matcher: CheckpointRef | None
    device: str
    vector_size: int
    shared_vision: bool
    answerer: CheckpointRef | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A decoded photo: one array of pixels for each size that the loaded networks take."""

    pixels: tuple[Pixels, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of one picture."""

    caption: bool
    vector: bool


@dataclass(frozen=True, slots=True, eq=False)
class Description:
    """What a describer says of one picture; None where it was not wanted or cannot be had.

    ``score`` is the ITM probability (0..1) that the caption matches the picture.
    """

    caption: str | None
    score: float | None
    settings: str
    vector: Vector | None


@dataclass(frozen=True, slots=True, eq=False)
class QueryVector:
    """A query as the matcher sees it; ``vector`` is None where it knows none of the words."""

    vector: Vector | None
    unknown_words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a question, always a guess.

    ``probability`` (0..1): of a choice, its share among all that were given; of an open answer,
    the geometric mean of its tokens' probabilities.
    """

    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said to a question: for each picture, in order, answers with the likeliest first.

    An open question gets one answer, a closed one all its choices; none where no word of the
    question is known. ``settings`` tells how: "beam 3", "choices" or "yes or no". ``presence``
    (0..1, by ITM): for each picture, whether the thing that the question takes for granted is in it
    (:func:`engine.presence.asked_about`); empty where there is no such thing or no matcher.
    """

    answers: tuple[tuple[Answer, ...], ...]
    settings: str
    unknown_words: tuple[str, ...]
    presence: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class HeatMap:
    """Where a word is seen, and ``score``: the ITM probability (0..1) of the text it stands in.

    The warmest patch is 1; all are 0 where none speaks for the word.
    """

    heat: Heat
    score: float


class Describer(ABC):
    """Captions, vectors and matching of pictures and texts.

    Every method may be called from any thread. One that runs out of memory raises
    ``MemoryError`` and can be called again with less; :class:`DeviceLostError` is the end.
    """

    @property
    @abstractmethod
    def info(self) -> ModelInfo:
        """What was loaded."""

    @abstractmethod
    def prepare(self, path: Path) -> Picture:
        """Decode a photo for the networks; raises :class:`engine.images.DecodeError`."""

    @abstractmethod
    def describe(
        self, pictures: Sequence[Picture], wishes: Sequence[Wish], *, careful: bool = False
    ) -> list[Description]:
        """Describe a batch, in order; ``careful``: beam search of width 3 instead of greedy."""

    @abstractmethod
    def caption(
        self, pictures: Sequence[Picture], *, beginning: str = "", careful: bool = False
    ) -> list[Description]:
        """A caption and its score for each picture, going on from a given ``beginning``.

        The caption starts with that text exactly as it was given; needs a captioner.
        """

    @abstractmethod
    def embed_text(self, text: str) -> QueryVector:
        """The ITC vector of a query, unknown words left out; needs a matcher."""

    @abstractmethod
    def match(self, text: str, pictures: Sequence[Picture]) -> list[float]:
        """The ITM probability (0..1) of a text for each picture; needs a matcher."""

    def ask(self, question: str, pictures: Sequence[Picture], choices: Sequence[str] = ()) -> Reply:
        """Answer a question (VQA) about each picture; needs an answerer.

        With ``choices`` each of them is weighed and none is written; a question that can only be
        answered with yes or no has these two. Raises :class:`engine.checkpoints.CheckpointError`
        where there is none, or where it cannot be used: it is loaded with the first question.
        """
        raise CheckpointError("Answering questions needs an answerer, and none is loaded.")

    @abstractmethod
    def propose(
        self, pictures: Sequence[Picture], *, candidates: int = 5, seed: int = 0
    ) -> list[tuple[Candidate, ...]]:
        """The beam-3 caption and ``candidates`` nucleus samples of each picture, best first.

        Best by ITM probability; equal ones, and all where no matcher is loaded, by likelihood.
        Wordings that say the same words are one. The same picture, seed and checkpoints give the
        same candidates in any batch. Needs a captioner.
        """

    @abstractmethod
    def score(self, texts: Sequence[str], pictures: Sequence[Picture]) -> list[float]:
        """The ITM probability (0..1) of each text for the picture at its place; needs a matcher."""

    @abstractmethod
    def unknown_words(self, text: str) -> tuple[str, ...]:
        """The words of a text that the matcher does not know and cannot judge; needs a matcher."""

    @abstractmethod
    def locate(self, text: str, word: str, picture: Picture) -> HeatMap:
        """Where in a picture a word (or phrase) of a text is seen; needs a matcher.

        An empty text: the word alone. Raises :class:`CannotAnswerError` where the text does not
        hold the word, or the matcher does not know it.
        """
