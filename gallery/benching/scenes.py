"""Drawn scenes as the sample checkpoint sees them: captions, image vectors, text vectors."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.checkpoints import SAMPLE
from engine.protocol import CheckpointRef
from gallery.errors import KnownError
from gallery.program import ProgramOptions, open_program

Floats = npt.NDArray[np.float32]
_TIMEOUT_S = 300.0


@dataclass(frozen=True, slots=True, eq=False)
class Scenes:
    """``images`` and ``texts``: unit vectors (scenes, d) of the pictures and of their captions."""

    captions: tuple[str, ...]
    images: Floats
    texts: Floats
    captioner: CheckpointRef
    matcher: CheckpointRef


def described_scenes(folder: Path) -> Scenes:
    """Describe the sample gallery with the sample checkpoint, in a catalog of its own.

    Raises ``KnownError`` where it is not installed or cannot be described.
    """
    program = open_program(ProgramOptions(folder / "scenes.sqlite", SAMPLE))
    try:
        chosen = program.describer_set
        if program.add_sample_gallery() is None or not (chosen.captioner and chosen.matcher):
            raise KnownError("The sample gallery is not installed.", "Install the program again.")
        program.start()
        program.indexer.wait_until_idle(_TIMEOUT_S)
        ids, stored = program.catalog.vectors(chosen.matcher)
        photos = program.catalog.photos(ids)
        captions = [photo.caption.text if photo.caption else "" for photo in photos]
        asked = [program.engine.embed_text(caption) for caption in captions]
        if not ids or not all(asked):
            raise KnownError("The sample gallery could not be described.", "Run `doctor`.")
        images = np.frombuffer(stored, "<f2").reshape(len(ids), -1).astype(np.float32)
        texts = np.stack([text.vector for text in asked if text is not None])
        return Scenes(tuple(captions), images, texts, chosen.captioner, chosen.matcher)
    finally:
        program.close()
