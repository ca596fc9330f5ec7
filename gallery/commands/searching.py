"""``search``: find photos by the words of their captions and by what is in them."""

from argparse import Namespace
from collections.abc import Mapping, Sequence

from gallery.commands import terminal
from gallery.commands.describers import wait_until_ready
from gallery.commands.explaining import refined, why_json, why_text
from gallery.commands.session import opened_program
from gallery.domain import Hit, Photo, SearchResult
from gallery.errors import KnownError
from gallery.library.query import parse
from gallery.library.reasons import Reasons, Why
from gallery.library.refining import LOOKED_AT, Judged
from gallery.program import Program


def search(arguments: Namespace) -> int:
    """Print what was found, best first."""
    with opened_program(arguments) as program:
        if program.catalog.counts().photos == 0:
            raise KnownError(
                "The catalog has no photos yet.", "Fill it: `photo-narrator index FOLDER`."
            )
        refining, limit = arguments.refine is not None, arguments.limit
        most = max(limit, LOOKED_AT) if refining else limit
        found, _ = search_photos(program, arguments.text, most)
        judged: dict[int, Judged] = {}
        if refining:
            found, judged = refined(program, found, arguments.refine)
        hits = found.hits[:limit] + (found.less_likely if arguments.all else ())
        photos = with_photos(program, hits)
        reasons = Reasons(program.catalog, program.describer_set.search_floor)
        whys = reasons.of(found, [hit.photo_id for hit in hits])
        if arguments.json:
            beside = program.catalog.beside(photo.id for _, photo in photos)
            terminal.result_json(as_json(found, photos, beside, whys, judged))
        else:
            for hit, photo in photos:
                why = why_text(whys.get(photo.id), judged.get(photo.id), refining=refining)
                terminal.result(f"{line_of(hit, photo)}\t{why}")
        tell_what_was_not_understood(program, found)
        if found.less_likely and not arguments.all:
            left_out = len(found.less_likely)
            terminal.note(f"Less likely and left out: {left_out} (--all shows them).")
        return 0


def search_photos(
    program: Program, text: str, limit: int
) -> tuple[SearchResult, list[tuple[Hit, Photo]]]:
    """Return the result of a search and its photos in the same order."""
    compared = program.catalog.counts().embedded and program.describer_set.matcher is not None
    if compared and parse(text).alternatives:
        wait_until_ready(program.engine, program.bus)
        found = program.searcher.search(text, limit=limit)
    else:  # nothing to compare with: words are searched at once
        found = program.searcher.by_words(text, limit=limit)
    return found, with_photos(program, found.hits)


def with_photos(program: Program, hits: Sequence[Hit]) -> list[tuple[Hit, Photo]]:
    """Return hits with their photos; those that were removed meanwhile are left out."""
    photos = {photo.id: photo for photo in program.catalog.photos([h.photo_id for h in hits])}
    return [(hit, photos[hit.photo_id]) for hit in hits if hit.photo_id in photos]


def line_of(hit: Hit, photo: Photo) -> str:
    """Return one hit as score, path and caption with tabs between."""
    return f"{hit.score:.3f}\t{terminal.shown(photo.path)}\t{caption_text(photo)}"


def caption_text(photo: Photo) -> str:
    """Return the caption for a line, marked where the describer is unsure; empty without one."""
    if photo.caption is None:
        return ""
    text = terminal.shown(photo.caption.text)
    return f"{text} (unsure)" if photo.caption.unsure else text


def caption_json(photo: Photo) -> dict[str, object]:
    """Return a photo's path and caption as the fields of a JSON object."""
    caption = photo.caption
    return {
        "path": str(photo.path),
        "caption": caption.text if caption else None,
        "origin": caption.origin.value if caption else None,
        "unsure": caption.unsure if caption else None,
    }


def as_json(
    found: SearchResult,
    photos: list[tuple[Hit, Photo]],
    beside: Mapping[int, tuple[str, ...]],
    whys: Mapping[int, Why],
    judged: Mapping[int, Judged],
) -> dict[str, object]:
    """Return a search result as the documented JSON object; ``beside``: RAWs by photo id."""
    return {
        "query": found.text,
        "by_meaning": found.by_meaning,
        "unknown_words": list(found.unknown_words),
        "problems": list(found.problems),
        "less_likely": len(found.less_likely),
        "hits": [
            {
                **caption_json(photo),
                "score": hit.score,
                "by_words": hit.words,
                "similarity": hit.similarity,
                "raw": list(beside.get(photo.id, ())),
                "why": why_json(photo.id, whys, judged),
            }
            for hit, photo in photos
        ],
    }


def tell_what_was_not_understood(program: Program, found: SearchResult) -> None:
    """Say on stderr what this search could not do."""
    for problem in found.problems:
        terminal.note(problem)
    if found.unknown_words:
        words = ", ".join(f"“{word}”" for word in found.unknown_words)
        terminal.note(
            f"The describer “{program.describer_set.name}” does not know {words}; "
            "captions and file names were searched for it all the same."
        )
    elif not found.by_meaning and not found.in_order:
        terminal.note("Only words were searched: no photo was compared with the query by content.")
    if not found.hits:
        terminal.note("Nothing was found.")
