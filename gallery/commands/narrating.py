"""``narrate``: captions said aloud, into a sound file."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path

from gallery.commands import terminal
from gallery.commands.catalogs import absolute, photo_of
from gallery.commands.searching import search_photos, tell_what_was_not_understood
from gallery.commands.session import opened_program
from gallery.domain import Clip, Photo
from gallery.errors import KnownError
from gallery.narration.recording import write_wav
from gallery.narration.script import spoken_text
from gallery.program import Program


def narrate(arguments: Namespace) -> int:
    """Say one photo, or what a search finds, into a WAV file."""
    with opened_program(arguments) as program:
        if arguments.search is None:
            photos = [photo_of(program.catalog, arguments.photo)]
        else:
            found, hits = search_photos(program, arguments.search, arguments.limit)
            tell_what_was_not_understood(program, found)
            photos = [photo for _, photo in hits]
        if not photos:
            raise KnownError("There is nothing to narrate, because nothing was found.")
        length_ms = write_narration(program, photos, arguments.out)
        terminal.result(f"{terminal.shown(arguments.out)}\t{length_ms / 1000:.1f} s")
        return 0


def write_narration(program: Program, photos: Sequence[Photo], out: Path) -> int:
    """Say the photos one after another into a WAV file; returns its length in milliseconds."""

    def clips() -> Iterator[Clip]:
        for number, photo in enumerate(photos, 1):
            position = (number, len(photos)) if len(photos) > 1 else None
            yield program.speech.synthesize(spoken_text(photo, position=position))

    return write_wav(clips(), absolute(out))
