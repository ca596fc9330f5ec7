"""``similar`` and ``search --picture``: photos that look like one, the most alike first."""

from argparse import Namespace
from pathlib import Path

from gallery.commands import searching, terminal
from gallery.commands.catalogs import absolute, photo_of
from gallery.commands.describers import wait_until_ready
from gallery.commands.searching import caption_json, line_of, with_photos
from gallery.commands.session import opened_program
from gallery.domain import SearchResult
from gallery.errors import KnownError
from gallery.program import Program


def similar(arguments: Namespace) -> int:
    """Print the photos that look like one of the catalog, the most alike first."""
    with opened_program(arguments) as program:
        photo = photo_of(program.catalog, arguments.photo)
        _check(program)
        _tell(program, program.similar.to_photo(photo, limit=arguments.limit), arguments)
        return 0


def search(arguments: Namespace) -> int:
    """Find by words, or by a picture, which need not be in the catalog."""
    if arguments.picture is None:
        return searching.search(arguments)
    if arguments.refine is not None:
        raise KnownError(
            "Only words are held closer against photos, a picture is not.", "Leave out --refine."
        )
    path: Path = absolute(arguments.picture)
    if not path.is_file():
        raise KnownError(f"There is no picture {arguments.picture}.", "Check its name.")
    with opened_program(arguments) as program:
        _check(program)
        wait_until_ready(program.engine, program.bus)
        _tell(program, program.similar.to_picture(path, limit=arguments.limit), arguments)
        return 0


def _check(program: Program) -> None:
    if program.catalog.counts().embedded == 0:
        raise KnownError(
            "No photo of the catalog can be compared yet.",
            "Have them described: `photo-narrator index FOLDER`.",
        )


def _tell(program: Program, found: SearchResult, arguments: Namespace) -> None:
    hits = with_photos(program, found.hits)
    if arguments.json:
        assert found.like is not None
        rows = [{**caption_json(photo), "similarity": hit.similarity} for hit, photo in hits]
        terminal.result_json({"like": found.like.name, "hits": rows})
        return
    for hit, photo in hits:
        terminal.result(line_of(hit, photo))
    if not hits:
        terminal.note("No other photo can be compared with it.")
