"""Why a photo was found, as a line and as fields of JSON; looking closer at the first hits."""

from collections.abc import Mapping

from gallery.commands import terminal
from gallery.domain import SearchResult
from gallery.library.reasons import Likeness, Why
from gallery.library.refining import LOOKED_AT, Judged, Refiner, Verdict, rearranged
from gallery.program import Program

_LIKENESS = {
    Likeness.NEAREST: "looks most like it",
    Likeness.LIKE: "looks like it",
    Likeness.MORE_THAN_MOST: "looks more like it than most photos",
    Likeness.A_LITTLE: "looks a little like it",
}
_VERDICTS = {
    Verdict.CERTAIN: "fits for certain",
    Verdict.PROBABLY: "probably fits",
    Verdict.UNSURE: "unsure whether it fits",
    Verdict.REFUSED: "does not seem to fit",
}


def refined(
    program: Program, found: SearchResult, seconds: float
) -> tuple[SearchResult, dict[int, Judged]]:
    """Look closer at the first hits for so long, and order them by what was seen."""
    refiner = Refiner(program.catalog, program.engine)
    if not found.by_meaning or not refiner.can_refine:
        terminal.note("Nothing was checked: no photo was compared with the query by content.")
        return found, {}
    first = [hit.photo_id for hit in found.hits]
    look = refiner.look(found.text, first, budget_s=seconds)
    judged: dict[int, Judged] = {}
    try:
        while (some := look.step()) is not None:
            judged |= some
    except KeyboardInterrupt:
        look.cancel()
        raise
    terminal.note(f"Checked: {len(judged)} of the first {len(first[:LOOKED_AT])}.")
    return rearranged(found, judged), judged


def why_text(why: Why | None, judged: Judged | None, *, refining: bool) -> str:
    """Why a photo is a hit, in a few words; ``refining``: say so where it was not looked at."""
    parts: list[str] = []
    if why is not None:
        for words, where in (
            (why.words.caption, "caption"),
            (why.words.name, "name"),
            (why.words.keywords, "keywords"),
        ):
            if words:
                quoted = ", ".join(f"“{terminal.shown(word)}”" for word in words)
                parts.append(f"{quoted} in its {where}")
        if why.likeness is not None:
            parts.append(_LIKENESS[why.likeness])
    if judged is not None:
        parts.append(_VERDICTS[judged.verdict])
    elif refining:
        parts.append("not checked")
    if why is not None and why.conditions and not parts:
        parts.append("meets what was asked")
    return "; ".join(parts)


def why_json(photo_id: int, whys: Mapping[int, Why], judged: Mapping[int, Judged]) -> object:
    """The same as the fields ``why`` of a JSON object."""
    why, seen = whys.get(photo_id, Why()), judged.get(photo_id)
    words = why.words
    return {
        "caption": list(words.caption),
        "name": list(words.name),
        "keywords": list(words.keywords),
        "likeness": why.likeness.value if why.likeness else None,
        "match": seen.verdict.value if seen else None,
        "match_score": seen.score if seen else None,
    }
