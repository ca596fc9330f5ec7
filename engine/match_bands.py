"""What an ITM score says in words. The score itself is no percentage: it is not calibrated."""

from dataclasses import dataclass
from enum import StrEnum

NEVER = 2.0
"""A band that begins here is empty: scores end at 1."""

REFUSED_BELOW = 0.5
"""A search takes a photo for no match below this: there the matcher itself says rather no than yes.

Lower than any band, for a short query is true of far more than it says: see how it holds with
``python -m engine.training.evaluate``.
"""


class MatchWord(StrEnum):
    """How sure it is that a text fits its picture, by what was measured of a checkpoint."""

    CERTAIN = "certain"
    PROBABLY = "probably"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class MatchBands:
    """From which ITM probability (0..1) on a match is certain, and from which probable.

    ``calibrated``: measured with this checkpoint, so that at least 95 % of what is called certain
    and 75 % of what is called probable was true. Raises ValueError for bands out of order.
    """

    certain: float
    probably: float
    calibrated: bool

    def __post_init__(self) -> None:
        if not 0 <= self.probably <= self.certain <= NEVER:
            raise ValueError(f"{self.probably} and {self.certain} are no bands")

    def word(self, score: float | None) -> MatchWord:
        """A score in words; without one nothing is sure."""
        if score is None or score < self.probably:
            return MatchWord.UNSURE
        return MatchWord.CERTAIN if score >= self.certain else MatchWord.PROBABLY


UNCALIBRATED = MatchBands(0.99, 0.9, calibrated=False)
"""For checkpoints that nobody measured; cautious, for a softmax over two classes says 0.9 early."""
