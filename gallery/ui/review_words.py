"""How a review is put in words, for the eye and for the ear."""

from collections.abc import Mapping

from gallery.domain import Doubt, Photo
from gallery.ui.words import caption_line, count_text, origin_text, tr


def doubt_text(doubt: Doubt) -> str:
    """Return why a caption is to be looked at."""
    return {
        Doubt.CHANGED: tr("The picture changed since you wrote this"),
        Doubt.MISMATCH: tr("This may not fit the photo"),
        Doubt.UNSURE: tr("The describer is unsure of this"),
    }[doubt]


def place_text(place: int, total: int) -> str:
    """Return "12 of 140"."""
    return tr("{0} of {1}").format(count_text(place), count_text(total))


def spoken_review(photo: Photo | None, doubt: Doubt, place: int, total: int) -> str:
    """Return one photo of a review as it is said: caption, who said it, why, where."""
    parts = [place_text(place, total)]
    if photo is not None:
        parts = [caption_line(photo), origin_text(photo), doubt_text(doubt), *parts]
    return ". ".join(parts)


def summary_text(decided: Mapping[int, bool], total: int) -> str:
    """Return what was done; ``decided``: by photo id, whether the caption was changed."""
    changed = sum(decided.values())
    accepted, skipped = len(decided) - changed, total - len(decided)
    text = tr("{0} accepted, {1} changed, {2} skipped")
    return text.format(count_text(accepted), count_text(changed), count_text(skipped))
