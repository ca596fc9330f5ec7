"""Captions that came from a person or a file, held against their photos by the matcher."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.match_bands import MatchWord
from engine.protocol import CheckpointRef, RequestFailed, Score, Scored
from gallery.catalog import Catalog
from gallery.domain import Folder, SaidCaption
from gallery.errors import KnownError
from gallery.library.engine_client import EngineClient
from gallery.library.engine_questions import Answer

UNREADABLE = "The file cannot be read."
_AT_ONCE = 8
_A_PHOTO_S = 60.0


@dataclass(frozen=True, slots=True)
class CheckedCaption:
    """How well a caption fits. Without a ``score`` it was not judged, and ``why_not`` says why.

    ``unsure``: the matcher knows no such photos.
    """

    said: SaidCaption
    score: float | None
    word: MatchWord
    unsure: bool
    why_not: str = ""

    @property
    def is_mismatch(self) -> bool:
        """Whether it was judged and does not even probably fit."""
        return self.score is not None and self.word is MatchWord.UNSURE


class Checker:
    """Scores what has no score by this matcher yet; what was scored is kept, and not asked again.

    Captions themselves are never changed.
    """

    def __init__(self, catalog: Catalog, engine: EngineClient) -> None:
        self._catalog, self._engine = catalog, engine
        self._set = engine.describer_set

    def check(self, folders: Sequence[Path] = ()) -> Iterator[list[CheckedCaption]]:
        """Check the captions of photos in these folders (none: all); gives a few at a time.

        Raises ``KnownError`` where there is no matcher, or the engine gives no answer.
        """
        matcher = self._set.matcher
        if matcher is None:
            raise KnownError(
                f"“{self._set.name}” cannot tell whether a text fits a photo.",
                "Name a checkpoint with a matcher: --checkpoint FOLDER.",
            )
        to_check = self._catalog.said_captions(matcher, folders=folders)
        known = {folder.id: folder for folder in self._catalog.folders()}
        waiting: list[SaidCaption] = []
        for said in to_check:
            if said.photo.folder_id not in known:
                continue  # removed just now
            why_not = self._why_not(said, known[said.photo.folder_id])
            if why_not or said.score is not None:
                yield [self._checked(said, said.score if not why_not else None, known, why_not)]
                continue
            waiting.append(said)
            if len(waiting) == _AT_ONCE:
                yield self._scored(waiting, matcher, known)
                waiting = []
        if waiting:
            yield self._scored(waiting, matcher, known)

    def _scored(
        self, waiting: Sequence[SaidCaption], matcher: CheckpointRef, known: dict[int, Folder]
    ) -> list[CheckedCaption]:
        texts = tuple(said.caption.text for said in waiting)
        paths = tuple(os.fspath(said.photo.path) for said in waiting)
        answer = _required(
            self._engine.request(
                lambda job: Score(job, texts, paths), timeout_s=_A_PHOTO_S * len(waiting)
            ),
            self._engine,
        )
        answers = list(zip(waiting, answer.scores, answer.unknown_words, strict=True))
        judged = {said.caption.id: score for said, score, _ in answers if score is not None}
        self._catalog.store_scores(judged, matcher=matcher)
        return [
            self._checked(said, score, known, _unjudged(score, unknown))
            for said, score, unknown in answers
        ]

    def _checked(
        self, said: SaidCaption, score: float | None, known: dict[int, Folder], why_not: str
    ) -> CheckedCaption:
        drawn = known[said.photo.folder_id].is_sample_gallery
        unsure = self._set.knows_drawn_scenes_only and not drawn
        return CheckedCaption(said, score, self._set.match_bands.word(score), unsure, why_not)

    def _why_not(self, said: SaidCaption, folder: Folder) -> str:
        if not folder.connected:
            return "The folder is not connected."
        if said.photo.missing:
            return "The file is missing."
        if said.photo.failure is not None:
            return said.photo.failure.detail
        if self._set.knows_drawn_scenes_only and not folder.sample_allowed:
            return f"“{self._set.name}” knows drawn scenes only."
        return ""


def _unjudged(score: float | None, unknown: Sequence[str]) -> str:
    if score is not None:
        return ""
    words = ", ".join(f"“{word}”" for word in unknown)
    return f"The matcher does not know {words}." if words else UNREADABLE


def _required(answer: Answer, engine: EngineClient) -> Scored:
    if isinstance(answer, Scored):
        return answer
    if isinstance(answer, RequestFailed):
        raise KnownError(answer.message)
    raise KnownError(engine.state.detail or "The describer gave no answer.", "Try again.")
