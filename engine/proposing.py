"""Answers to ``Propose`` and ``Score``: a photo at a time, so that a cancel is heard soon."""

from collections.abc import Callable
from pathlib import Path

from engine.checkpoints import CheckpointError
from engine.describer import Describer
from engine.images import DecodeError
from engine.protocol import Candidate, Proposal, Propose, Proposed, Score, Scored

IsCancelled = Callable[[], bool]


def proposed(message: Propose, is_cancelled: IsCancelled, describer: Describer) -> Proposed:
    """Candidates for each photo; one that cannot be read sinks no other.

    Raises CheckpointError without a captioner, and MemoryError.
    """
    if describer.info.captioner is None:
        raise CheckpointError("Making captions needs a captioner, and none is loaded.")
    proposals = [
        Proposal() if is_cancelled() else _proposal(message, path, describer)
        for path in message.paths
    ]
    return Proposed(message.job, tuple(proposals))


def scored(message: Score, is_cancelled: IsCancelled, describer: Describer) -> Scored:
    """The score of each text for its photo, None where there is none to be had.

    Raises CheckpointError without a matcher, and MemoryError.
    """
    if describer.info.matcher is None:
        raise CheckpointError("Checking texts needs a matcher, and none is loaded.")
    unknown = tuple(describer.unknown_words(text) for text in message.texts)
    scores = [
        None if words or is_cancelled() else _score(text, path, describer)
        for text, path, words in zip(message.texts, message.paths, unknown, strict=True)
    ]
    return Scored(message.job, tuple(scores), unknown)


def _proposal(message: Propose, path: str, describer: Describer) -> Proposal:
    try:
        picture = describer.prepare(Path(path))
    except DecodeError as error:
        return Proposal((), error.reason, error.detail)
    if message.beginning:
        (said,) = describer.caption([picture], beginning=message.beginning, careful=True)
        settings = f"{said.settings}, begun by a person"
        return Proposal((Candidate(said.caption or message.beginning, said.score, settings),))
    (candidates,) = describer.propose([picture], candidates=message.candidates, seed=message.seed)
    return Proposal(candidates)


def _score(text: str, path: str, describer: Describer) -> float | None:
    try:
        picture = describer.prepare(Path(path))
    except DecodeError:
        return None
    (score,) = describer.score([text], [picture])
    return score
