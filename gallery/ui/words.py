"""How facts about photos are put in words, for the eye and for the ear."""

import os
import re
from collections.abc import Sequence
from datetime import datetime
from html import escape
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLocale

from engine.checkpoints import DescriberSet
from engine.match_bands import MatchWord
from engine.protocol import Reason
from gallery.domain import Alternate, Origin, Photo
from gallery.library.asking import PhotoAnswer

_KEYWORDS_SHOWN = 30


def tr(text: str) -> str:
    """Translate a text that is said outside of a widget."""
    return QCoreApplication.translate("words", text)


def count_text(number: int) -> str:
    """Return a number as the person's language writes it."""
    return QLocale().toString(number)


def photos_text(number: int) -> str:
    """Return "1 photo" or "1,204 photos"."""
    return tr("1 photo") if number == 1 else tr("{0} photos").format(count_text(number))


def caption_line(photo: Photo) -> str:
    """Return what stands under a thumbnail."""
    if photo.caption is not None:
        return photo.caption.text
    if photo.failure is not None:
        return reason_text(photo.failure.reason)
    return photo.name


def breakable(name: str) -> str:
    """Return a file's name so that a long one goes on in the next line."""
    return re.sub(r"([-_.,])", "\\1\u200b", name)


def tool_tip(text: str) -> str:
    """Return a text as a tool tip: long lines wrapped, and never taken for HTML."""
    return f'<p style="white-space:pre-wrap">{escape(text)}</p>'


def spoken_place(photo: Photo | None, place: int, total: int) -> str:
    """Return a photo as a screen reader says it: "A dog on a beach, photo 6 of 1,204, edited"."""
    where = tr("photo {0} of {1}").format(count_text(place), count_text(total))
    if photo is None:
        return where
    parts = [caption_line(photo), where]
    if photo.caption is not None and photo.caption.origin is Origin.PERSON:
        parts.append(tr("edited"))
    elif photo.caption is not None and photo.caption.unsure:
        parts.append(tr("unsure"))
    elif photo.caption is None and photo.failure is None:
        parts.append(tr("not described yet"))
    if photo.failure is not None and photo.caption is not None:
        parts.append(reason_text(photo.failure.reason))
    if photo.rating:
        parts.append(tr("1 star") if photo.rating == 1 else tr("{0} stars").format(photo.rating))
    if photo.missing:
        parts.append(tr("file is missing"))
    return ", ".join(parts)


def reason_text(reason: Reason) -> str:
    """Return why a photo could not be described, in a few plain words."""
    return {
        Reason.MISSING: tr("The file is gone"),
        Reason.UNREADABLE: tr("The file is damaged or no picture"),
        Reason.TOO_LARGE: tr("The picture is too large"),
        Reason.UNSUPPORTED: tr("This kind of picture is not supported"),
        Reason.OUT_OF_MEMORY: tr("There was not enough memory"),
        Reason.SET_ASIDE: tr("Set aside: it stopped the describer twice"),
        Reason.INTERNAL: tr("Something went wrong inside the program"),
    }[reason]


def origin_text(photo: Photo) -> str:
    """Return who said the caption that is shown."""
    caption = photo.caption
    if caption is None:
        return tr("Not described yet") if photo.failure is None else tr("Could not be described")
    if caption.origin is Origin.PERSON:
        return tr("Your words")
    if caption.origin is Origin.FILE:
        return tr("From the file")
    name = (caption.checkpoint_id or "").rsplit("/", 1)[-1] or tr("a describer")
    if caption.unsure:
        return tr("A guess by “{0}”: it may be wrong").format(name)
    return tr("Described by “{0}”").format(name)


def answer_text(answer: PhotoAnswer) -> str:
    """Return what was answered to a question: "A guess, probably right: two dogs"."""
    if answer.best is not None:
        text = {
            MatchWord.CERTAIN: tr("A guess, almost certain: {0}"),
            MatchWord.PROBABLY: tr("A guess, probably right: {0}"),
            MatchWord.UNSURE: tr("A guess, unsure: {0}"),
        }[answer.sure].format(answer.best.text)
        if answer.may_not_show:
            doubt = tr("The photo may not show “{0}” at all").format(answer.may_not_show)
            text = f"{text}. {doubt}"
        return text
    if answer.unknown_words and not answer.guesses:
        return tr("No word of this question is known to the describer")
    return tr("No answer was found")


def answer_origin_text(answer: PhotoAnswer) -> str:
    """Return who answered, what of the question was not understood, and what to think of it."""
    parts = [tr("By “{0}”").format(answer.answered_by.rsplit("/", 1)[-1])]
    if answer.unknown_words:
        words = ", ".join(f"“{word}”" for word in answer.unknown_words)
        parts.append(tr("it does not know {0}").format(words))
    if answer.unsure:
        parts.append(tr("it knows drawn scenes, not photographs"))
    return "; ".join(parts)


def match_text(alternate: Alternate, describer: DescriberSet) -> str:
    """Return how well a proposed wording fits its photo; empty where this matcher did not judge."""
    matcher = describer.matcher
    if alternate.unsure:
        return tr("a guess")
    if matcher is None or (matcher.id, matcher.revision) != (
        alternate.matcher_id,
        alternate.matcher_revision,
    ):
        return ""
    return {
        MatchWord.CERTAIN: tr("fits for certain"),
        MatchWord.PROBABLY: tr("probably fits"),
        MatchWord.UNSURE: tr("unsure whether it fits"),
    }[describer.match_bands.word(alternate.score)]


def bands_text(describer: DescriberSet) -> str:
    """Return what to know of ``match_text``; empty where it was measured how sure it is."""
    if describer.matcher is None or describer.match_bands.calibrated:
        return ""
    return tr("How sure this describer is was never measured.")


def date_text(taken_at: datetime | None) -> str:
    """Return a photo's day as the person's language writes it; empty where unknown."""
    if taken_at is None:
        return ""
    return QLocale().toString(taken_at.date(), "d MMM yyyy")  # type: ignore[call-overload, no-any-return]


def date_time_text(photo: Photo) -> str:
    """Return when a photo was taken, saying where that is known from."""
    if photo.taken_at is None:
        return tr("Date unknown")
    text = f"{date_text(photo.taken_at)}, {photo.taken_at:%H:%M}"
    return text if photo.taken_source == "exif" else tr("{0} (the file's date)").format(text)


def duration_text(seconds: float) -> str:
    """Return a rough duration: "about 3 min"."""
    if seconds < 50:
        return tr("less than a minute")
    minutes = round(seconds / 60)
    if minutes < 90:
        return tr("about {0} min").format(minutes)
    return tr("about {0} h").format(round(minutes / 60))


def folder_text(path: Path) -> str:
    """Return the end of a folder's path: "Pictures/Summer"."""
    return os.fsencode(Path(*path.parts[-2:])).decode("utf-8", "replace")


def stars_text(rating: int | None) -> str:
    """Return a rating as stars, with the number for those who hear it; empty without one."""
    if rating is None:
        return ""
    return tr("{0} ({1} of 5)").format("★" * rating + "☆" * (5 - rating), rating)


def coordinates_text(latitude: float | None, longitude: float | None) -> str:
    """Return a position as maps take it: "38.71390, -9.13940"; empty where unknown."""
    return "" if latitude is None or longitude is None else f"{latitude:.5f}, {longitude:.5f}"


def keywords_text(keywords: Sequence[str]) -> str:
    """Return keywords in one line; of very many the first ones."""
    return ", ".join(keywords[:_KEYWORDS_SHOWN]) + (" …" if len(keywords) > _KEYWORDS_SHOWN else "")


def size_text(size_bytes: int) -> str:
    """Return a file's size as people read it."""
    return QLocale().formattedDataSize(size_bytes, 1)
