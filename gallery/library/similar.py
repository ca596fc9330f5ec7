"""Photos like a photo, or like any picture: by their ITC vectors, the most alike first."""

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.protocol import EmbedPicture, PictureEmbedded, RequestFailed
from gallery.domain import Hit, Like, Photo, SearchResult
from gallery.errors import KnownError
from gallery.library.engine_client import EngineClient
from gallery.library.searcher import Searcher

MOST_ALIKE = 60
"""How many are worth looking at, where nobody says otherwise."""
_ANSWER_S = 30.0


class Similar:
    """Answers from any thread; waits for the engine only where a picture has no vector yet."""

    def __init__(self, searcher: Searcher, engine: EngineClient) -> None:
        self._searcher, self._engine = searcher, engine

    def to_photo(self, photo: Photo, *, limit: int = MOST_ALIKE) -> SearchResult:
        """Other photos of the catalog that look like this one.

        One that was not described yet is looked at now. Raises ``KnownError`` where it cannot be.
        """
        vector = self._searcher.vector_of(photo.id)
        if vector is None:
            vector = self._vector(photo.path)
        near = self._searcher.near(vector, limit + 1)
        others = near.ids != photo.id
        hits = _hits(near.ids[others][:limit], near.cosines[others][:limit])
        return SearchResult("", hits, (), by_meaning=True, like=Like(photo.name, photo.id))

    def to_picture(
        self, path: Path, *, name: str | None = None, limit: int = MOST_ALIKE
    ) -> SearchResult:
        """Photos of the catalog that look like the picture in a file, which is not added to it.

        ``name``: what to call it, else the file's name. Raises ``KnownError`` where it cannot be
        read, or no describer can look at it.
        """
        near = self._searcher.near(self._vector(path), limit)
        called = name or os.fsencode(path.name).decode("utf-8", "replace")
        hits = _hits(near.ids, near.cosines)
        return SearchResult("", hits, (), by_meaning=True, like=Like(called))

    def _vector(self, path: Path) -> npt.NDArray[np.float32]:
        if self._engine.describer_set.matcher is None:
            raise KnownError(
                f"“{self._engine.describer_set.name}” cannot compare pictures: it has no matcher.",
                "Name another one with --checkpoint, or choose one in the settings.",
            )
        shown = os.fsencode(path.name).decode("utf-8", "replace")
        answer = self._engine.request(
            lambda job: EmbedPicture(job, os.fspath(path)), timeout_s=_ANSWER_S
        )
        if isinstance(answer, RequestFailed):
            raise KnownError(f"“{shown}” cannot be compared. {answer.message}")
        if not isinstance(answer, PictureEmbedded):
            raise KnownError(
                self._engine.state.detail or "The describer gave no answer.", "Try again."
            )
        vector: npt.NDArray[np.float32] = np.frombuffer(answer.vector, "<f2").astype(np.float32)
        return vector


def _hits(ids: npt.NDArray[np.int64], cosines: npt.NDArray[np.float32]) -> tuple[Hit, ...]:
    return tuple(
        Hit(int(photo_id), float(cosine), words=False, similarity=float(cosine))
        for photo_id, cosine in zip(ids, cosines, strict=True)
    )
