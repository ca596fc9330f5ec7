"""The same change of many captions: what each would say then, before anything is stored."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from gallery.domain import CaptionState, Origin, Photo


@dataclass(frozen=True, slots=True)
class SetTo:
    """Every photo gets this caption; a describer's that says the same becomes a person's."""

    text: str


@dataclass(frozen=True, slots=True)
class Append:
    """Put a text behind what is shown."""

    text: str


@dataclass(frozen=True, slots=True)
class Replace:
    """In what is shown, ``new`` stands wherever ``old`` stood; nothing else changes.

    ``whole_words``: not within longer words.
    """

    old: str
    new: str
    match_case: bool = False
    whole_words: bool = False


@dataclass(frozen=True, slots=True)
class Clear:
    """A person's words are taken back; a file's or a describer's are shown again."""


Change: TypeAlias = SetTo | Append | Replace | Clear


@dataclass(frozen=True, slots=True)
class Reworded:
    """A caption before and after; ``after`` None: a person's words are taken back."""

    photo: Photo
    before: str
    after: str | None


def reworded(photos: Sequence[Photo], change: Change) -> list[Reworded]:
    """What changes, in this order; photos that would say the same are left out."""
    rule = _rule(change)
    found = []
    for photo in photos:
        before = photo.caption.text if photo.caption else ""
        after = " ".join(rule(before).split())
        # Where nothing is left, a person's words are taken back; there may be none.
        same = after == before and (_is_own(photo) or not isinstance(change, SetTo))
        if not same and (after or _is_own(photo)):
            found.append(Reworded(photo, before, after or None))
    return found


def states(changes: Sequence[Reworded]) -> Mapping[int, CaptionState]:
    """What is to be stored (``Catalog.set_caption_states``)."""
    return {one.photo.id: CaptionState(one.after) for one in changes}


def _is_own(photo: Photo) -> bool:
    return photo.caption is not None and photo.caption.origin is Origin.PERSON


def _rule(change: Change) -> Callable[[str], str]:
    if isinstance(change, SetTo):
        return lambda _: change.text
    if isinstance(change, Append):
        return lambda before: f"{before} {change.text}"
    if isinstance(change, Clear):
        return lambda _: ""
    return _replacing(change) if change.old else lambda before: before


def _replacing(change: Replace) -> Callable[[str], str]:
    pattern = re.escape(change.old)
    if change.whole_words:
        pattern = rf"(?<!\w){pattern}(?!\w)"
    wanted = re.compile(pattern, re.NOFLAG if change.match_case else re.IGNORECASE)
    return lambda before: wanted.sub(lambda _: change.new, before)
