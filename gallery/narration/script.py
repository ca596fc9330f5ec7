"""What is said of a photo, and in which order: plain English made from captions by rules."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.protocol import Reason
from gallery.domain import Origin, Photo

_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
# What BLIP puts before what it sees; it says nothing about the photo. Kept: "a close up of".
_OPENINGS = (
    re.compile(r"^(?:this|there|here|it) (?:is|are) (?=.)", re.IGNORECASE),
    re.compile(
        r"^(?:(?:an?|the) )?(?:picture|photo|photograph|image) (?:of|showing|that shows) (?=.)",
        re.IGNORECASE,
    ),
)
_NOISE = re.compile(r"\baraf\w*\s+", re.IGNORECASE)  # a non-word that BLIP large is known for
_REASONS = {
    Reason.MISSING: "This photo is no longer where it was.",
    Reason.UNREADABLE: "This photo could not be read.",
    Reason.TOO_LARGE: "This photo is too large to be described.",
    Reason.UNSUPPORTED: "This file is not a picture that can be shown.",
    Reason.OUT_OF_MEMORY: "There was not enough memory to describe this photo.",
    Reason.SET_ASIDE: "This photo was set aside, because describing it failed twice.",
    Reason.INTERNAL: "Something went wrong while this photo was described.",
}
GONE_TEXT = "This photo is no longer part of the library."
MISSING_TEXT = "This photo is missing: its drive or folder is not there."
NO_CAPTION_TEXT = "This photo has no description yet."


@dataclass(frozen=True, slots=True)
class Slide:
    """One photo of a slideshow and the sentence said with it."""

    photo_id: int
    name: str
    text: str


def spoken_text(photo: Photo, *, position: tuple[int, int] | None = None) -> str:
    """Return the English sentence said of ``photo``; never empty.

    A model's caption loses BLIP's openings and is hedged where it is unsure; a person's or a
    file's words are said as they stand. ``position`` (3, 12) puts "Photo 3 of 12." before it.
    """
    text = _sentence_of(photo)
    if position is None:
        return text
    return f"Photo {position[0]:,} of {position[1]:,}. {text}"


def slides(photos: Sequence[Photo]) -> tuple[Slide, ...]:
    """Return a slide for each photo, in the order given."""
    return tuple(Slide(photo.id, photo.name, spoken_text(photo)) for photo in photos)


def reason_text(reason: Reason) -> str:
    """Return the sentence said of a photo that could not be shown or described."""
    return _REASONS[reason]


def reading_time_ms(text: str) -> int:
    """Return how long a person needs to read ``text``: about 15 characters a second."""
    return max(1_500, round(len(text) * 1_000 / 15))


def without_opening(caption: str) -> str:
    """Return a caption without "there is", "a picture of" and the like; it never gets empty."""
    words = _NOISE.sub("", caption)
    for opening in _OPENINGS:
        words = opening.sub("", words)
    return words or caption


def _sentence_of(photo: Photo) -> str:
    caption = photo.caption
    words = "" if caption is None else _SPACE.sub(" ", caption.text).strip(" ,;:")
    if caption is not None and caption.origin is Origin.MODEL:
        words = without_opening(words)
    if words and caption is not None:
        return _sentence(f"Probably {_lower_first(words)}" if caption.unsure else words)
    if photo.missing:
        return MISSING_TEXT
    if photo.failure is not None:
        return reason_text(photo.failure.reason)
    return NO_CAPTION_TEXT


def _sentence(words: str) -> str:
    """Begin with a capital and end with a stop; what stands between is left alone."""
    words = words[0].upper() + words[1:]
    return words if words.rstrip("\"'”’)»")[-1:] in tuple(".!?…") else f"{words}."


def _lower_first(words: str) -> str:
    """Lower the first letter, unless its word is written in capitals ("TV", "I")."""
    first = words.split(" ", 1)[0]
    return words if first.isupper() and first != "A" else words[0].lower() + words[1:]
