"""Where in a photo a word is seen, asked of the engine."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.protocol import Locate, Located, RequestFailed
from gallery.errors import KnownError
from gallery.library.engine_client import EngineClient

_ANSWER_S = 60.0

Heat = npt.NDArray[np.float32]
"""How warm each patch of a photo is, (rows, columns) from the upper left, in 0..1."""


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where a word is seen, and the probability (ITM, 0..1) that its text fits the photo."""

    heat: Heat
    score: float


def locate(client: EngineClient, text: str, word: str, path: Path) -> Place:
    """Return where a photo shows a word of a text (no text: the word alone); blocks.

    Raises ``KnownError`` where there is no answer, with the reason.
    """
    if client.describer_set.matcher is None:
        raise KnownError(
            f"“{client.describer_set.name}” cannot tell where something is: it has no matcher.",
            "Name another one with --checkpoint FOLDER.",
        )
    answer = client.request(
        lambda job: Locate(job, text, word, os.fspath(path)), timeout_s=_ANSWER_S
    )
    if isinstance(answer, RequestFailed):
        raise KnownError(answer.message)
    if not isinstance(answer, Located):
        raise KnownError(client.state.detail or "The describer gave no answer.", "Try again.")
    heat = np.frombuffer(answer.heat, "<f4").reshape(answer.rows, answer.columns)
    return Place(heat.astype(np.float32), answer.score)
