"""The script of a slideshow: a title, then what is said with each photo, in which order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gallery.domain import Photo
from gallery.narration.dates import span_in_words, spoken_date
from gallery.narration.script import spoken_text

_FROM_THE_CAMERA = "exif"  # a file's own time is when it was copied, as often as not


class Detail(StrEnum):
    """How much is said with a photo."""

    CAPTION = "caption"
    DATED = "dated"  # a day is said once, with its first photo


@dataclass(frozen=True, slots=True)
class Line:
    """One photo and what is said with it; ``caption`` is that without a date before it."""

    photo: Photo
    said: str
    caption: str


@dataclass(frozen=True, slots=True)
class Story:
    """What is told: ``title`` and, under it, ``subtitle``; then the lines."""

    title: str
    subtitle: str
    lines: tuple[Line, ...]

    @property
    def opening(self) -> str:
        """The sentences said with the title card; empty without a title."""
        if not self.title:
            return ""
        stop = "" if self.title.endswith((".", "!", "?", "…")) else "."
        return f"{self.title}{stop} {self.subtitle}." if self.subtitle else f"{self.title}{stop}"


def story_of(photos: Sequence[Photo], *, title: str, detail: Detail = Detail.DATED) -> Story:
    """Return the script of these photos, in the order given; without a title there is no card.

    Days are said where the photos are in the order of time and were taken on more than one: once,
    with the first photo of each. Only what a camera wrote counts as a day.
    """
    lines = []
    days = [_day(photo) for photo in photos]
    told = _are_told(days) and detail is Detail.DATED
    before: date | None = None
    for photo, day in zip(photos, days, strict=True):
        caption = spoken_text(photo)
        said = caption
        if told and day is not None and day != before:
            said = f"{_capital(spoken_date(day))}. {caption}"
        before = day or before
        lines.append(Line(photo, said, caption))
    return Story(title, subtitle_of(photos), tuple(lines))


def subtitle_of(photos: Sequence[Photo]) -> str:
    """Return when the photos were taken and how many there are: "May 2024, 42 photos"."""
    known = [day for day in map(_day, photos) if day is not None]
    count = "1 photo" if len(photos) == 1 else f"{len(photos):,} photos"
    return f"{span_in_words(min(known), max(known))}, {count}" if known else count


def _are_told(days: Sequence[date | None]) -> bool:
    known = [day for day in days if day is not None]
    return len(set(known)) > 1 and known == sorted(known)


def _day(photo: Photo) -> date | None:
    if photo.taken_at is None or photo.taken_source != _FROM_THE_CAMERA:
        return None
    return photo.taken_at.date()


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]
