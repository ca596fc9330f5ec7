"""``narrate``: captions said aloud, into a sound file."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path

from gallery.commands import filming, terminal
from gallery.commands.albums import photos_of_album
from gallery.commands.catalogs import absolute, photo_of
from gallery.commands.searching import search_photos, tell_what_was_not_understood
from gallery.commands.session import opened_program
from gallery.domain import Clip, Photo
from gallery.errors import KnownError
from gallery.narration.film.formats import sound_format
from gallery.narration.film.job import FilmJob, Written
from gallery.narration.film.making import write_sound
from gallery.narration.film.settings import FilmSettings
from gallery.narration.recording import write_wav
from gallery.narration.script import spoken_text
from gallery.program import Program

_MOST_FOUND = 10


def narrate(arguments: Namespace) -> int:
    """Say one photo, or what a search finds, into a sound file, or into one for each photo."""
    out = absolute(arguments.out)
    sound_format(out)  # a name that asks for nothing known is told before any work
    with opened_program(arguments) as program:
        photos = _wanted(program, arguments)
        title = arguments.album or arguments.search or ""
        if not photos:
            raise KnownError("There is nothing to narrate, because nothing was found.")
        for written in _recordings(program, photos, out, title, arguments):
            filming.tell(written, as_json=arguments.json)
        return 0


def _wanted(program: Program, arguments: Namespace) -> Sequence[Photo]:
    if arguments.album is not None:
        return photos_of_album(program.catalog, arguments.album)[: arguments.limit]
    if arguments.search is None:
        return [photo_of(program.catalog, arguments.photo)]
    found, hits = search_photos(program, arguments.search, arguments.limit or _MOST_FOUND)
    tell_what_was_not_understood(program, found)
    return [photo for _, photo in hits]


def write_narration(program: Program, photos: Sequence[Photo], out: Path) -> int:
    """Say the photos one after another into a WAV file; returns its length in milliseconds."""

    def clips() -> Iterator[Clip]:
        for number, photo in enumerate(photos, 1):
            position = (number, len(photos)) if len(photos) > 1 else None
            yield program.speech.synthesize(spoken_text(photo, position=position))

    return write_wav(clips(), absolute(out))


def _recordings(
    program: Program, photos: Sequence[Photo], out: Path, title: str, arguments: Namespace
) -> Iterator[Written]:
    music = absolute(arguments.music) if arguments.music else None
    settings = FilmSettings(music=music)
    made_of = filming.materials(program, arguments.voice)
    line = terminal.ProgressLine()
    try:
        if not arguments.each:
            job = FilmJob(lambda progress: filming.show(line, progress))
            yield write_sound(photos, out, made_of, settings, title=title, job=job)
            return
        digits = len(str(len(photos)))
        for number, photo in enumerate(photos, 1):
            path = out.with_stem(f"{out.stem} {number:0{digits}}")
            yield write_sound([photo], path, made_of, settings, title="")
    finally:
        line.clear()
