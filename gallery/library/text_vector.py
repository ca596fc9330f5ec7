"""A query as the matcher sees it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, eq=False)
class TextVector:
    """The unit ITC vector (float32, shape ``(d,)``) and the words the matcher does not know."""

    vector: npt.NDArray[np.float32]
    unknown_words: tuple[str, ...]
