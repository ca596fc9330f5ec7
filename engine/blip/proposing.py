"""Proposals as CapFilt makes them: drafts by the captioner, weighed by the matcher."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.protocol import Candidate


@dataclass(frozen=True, slots=True)
class Draft:
    """A wording, its mean log-probability by the captioner, and how it was decoded."""

    text: str
    likelihood: float
    settings: str


def folded(drafts: Sequence[Draft]) -> list[Draft]:
    """Each wording once (the first), whatever its case, spaces and marks; none that is empty."""
    kept: dict[str, Draft] = {}
    for draft in drafts:
        kept.setdefault(_wording(draft.text), draft)
    kept.pop("", None)
    return list(kept.values())


def ranked(drafts: Sequence[Draft], scores: Sequence[float | None]) -> tuple[Candidate, ...]:
    """Best first: by ITM probability, then by likelihood; by likelihood alone without scores."""
    pairs = sorted(
        zip(drafts, scores, strict=True),
        key=lambda pair: (pair[1] or 0.0, pair[0].likelihood),
        reverse=True,
    )
    return tuple(Candidate(draft.text, score, draft.settings) for draft, score in pairs)


def _wording(text: str) -> str:
    letters = (letter if letter.isalnum() else " " for letter in text.casefold())
    return " ".join("".join(letters).split())
