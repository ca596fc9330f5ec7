"""From which cosine of ITC vectors two pictures are copies of one, or shots of one moment."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Likeness:
    """``copies``: saved again, brightened, cut a little; ``shots``: the frame moved between them.

    ``calibrated``: measured with this checkpoint (``engine.training.alike``). Raises ValueError
    for what are no cosines, or for copies that may differ more than shots.
    """

    copies: float
    shots: float
    calibrated: bool

    def __post_init__(self) -> None:
        if not -1 <= self.shots <= self.copies <= 1:
            raise ValueError(f"{self.copies} and {self.shots} are no bounds of likeness")


UNCALIBRATED_LIKENESS = Likeness(0.985, 0.95, calibrated=False)
"""For checkpoints that nobody measured: cautious, so that few photos are called alike wrongly."""
