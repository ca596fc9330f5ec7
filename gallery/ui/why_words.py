"""Why a photo is a hit, put in words: short under it, in sentences beside it."""

from collections.abc import Sequence

from gallery.library.reasons import Likeness, Why
from gallery.library.refining import Judged, Verdict
from gallery.ui.refinement import Refinement
from gallery.ui.words import count_text, tr


def short_text(why: Why, judged: Judged | None, *, checks: bool) -> str:
    """Return a few words, what counts most first: "fits for certain · “dog”"."""
    parts = [verdict_text(judged.verdict)] if judged is not None else []
    every = dict.fromkeys((*why.words.caption, *why.words.keywords, *why.words.name))
    if every:
        parts.append(_quoted(list(every)))
    elif why.likeness is not None:
        parts.append(likeness_text(why.likeness))
    if judged is None and checks:
        parts.append(tr("not checked"))
    return "  ·  ".join(parts)


def long_text(why: Why, judged: Judged | None, *, checks: bool) -> str:
    """Return a line for each thing that speaks for it, or against it."""
    lines = [
        line.format(_quoted(words))
        for words, line in (
            (why.words.caption, tr("{0} in its caption")),
            (why.words.name, tr("{0} in its name")),
            (why.words.keywords, tr("{0} in its keywords")),
        )
        if words
    ]
    if why.likeness is not None:
        lines.append(likeness_text(why.likeness))
    if judged is not None:
        lines.append(tr("Checked: {0}").format(verdict_text(judged.verdict)))
    elif checks:
        lines.append(tr("Not checked"))
    if why.conditions:
        lines.append(tr("Meets what was asked of it"))
    return "\n".join(line[0].upper() + line[1:] for line in lines)


def verdict_text(verdict: Verdict) -> str:
    """Return what a check said."""
    return {
        Verdict.CERTAIN: tr("fits for certain"),
        Verdict.PROBABLY: tr("probably fits"),
        Verdict.UNSURE: tr("unsure whether it fits"),
        Verdict.REFUSED: tr("does not seem to fit"),
    }[verdict]


def likeness_text(likeness: Likeness) -> str:
    """Return how much a photo looks like what was asked for."""
    return {
        Likeness.NEAREST: tr("looks most like it"),
        Likeness.LIKE: tr("looks like it"),
        Likeness.MORE_THAN_MOST: tr("looks more like it than most photos"),
        Likeness.A_LITTLE: tr("looks a little like it"),
    }[likeness]


def checked_text(refinement: Refinement) -> str:
    """Return what is said above the photos about checking; empty where nothing was checked."""
    if refinement.is_looking:
        return tr("checking what is in sight…")
    if refinement.refuses_all:
        return tr("none of these seems to fit")
    if not refinement.checked:
        return ""
    text = tr("{0} checked").format(count_text(refinement.checked))
    if refinement.turned_down == 1:
        return tr("{0}, one does not seem to fit").format(text)
    if refinement.turned_down:
        refused = count_text(refinement.turned_down)
        return tr("{0}, {1} do not seem to fit").format(text, refused)
    return text


def sort_text(refinement: Refinement) -> str:
    """Return what the button says that sorts by what was checked; empty where nothing changes."""
    return tr("Sort by what was checked") if refinement.can_sort else ""


def _quoted(words: Sequence[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)
