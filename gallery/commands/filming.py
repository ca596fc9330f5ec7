"""``slideshow``: photos told aloud as a film."""

import os
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from gallery.catalog import Catalog
from gallery.commands import terminal
from gallery.commands.albums import photos_of_album
from gallery.commands.catalogs import absolute, photo_of
from gallery.commands.searching import search_photos, tell_what_was_not_understood
from gallery.commands.session import opened_program
from gallery.domain import Photo
from gallery.errors import KnownError
from gallery.exit_codes import DONE, SOME_FAILED
from gallery.narration.film.formats import film_format
from gallery.narration.film.job import FilmJob, FilmProgress, Stage, Written
from gallery.narration.film.making import write_film
from gallery.narration.film.preparing import Materials
from gallery.narration.film.settings import SIZES, FilmSettings
from gallery.narration.story import Detail
from gallery.program import Program

_MOST_FOUND = 50
_STAGES = {
    Stage.PREPARING: "Preparing",
    Stage.LEVELLING: "Measuring the loudness",
    Stage.WRITING: "Writing",
}


def slideshow(arguments: Namespace) -> int:
    """Write a film of the photos that were named, found, or are in a folder."""
    out = absolute(arguments.out)
    film_format(out)  # a name that asks for nothing known is told before any work
    music = absolute(arguments.music) if arguments.music else None
    settings = FilmSettings(SIZES[arguments.size], arguments.fps, not arguments.no_motion, music)
    with opened_program(arguments) as program:
        photos, title = chosen_photos(program, arguments)
        if not photos:
            raise KnownError("There is nothing to show, because nothing was found.")
        if arguments.title is not None:
            title = arguments.title
        made_of = materials(program, arguments.voice, silent=arguments.no_voice)
        line = terminal.ProgressLine()
        try:
            written = write_film(
                photos,
                out,
                made_of,
                settings,
                title=title,
                detail=Detail(arguments.detail),
                job=FilmJob(lambda progress: show(line, progress)),
            )
        finally:
            line.clear()
    tell(written, as_json=arguments.json)
    return SOME_FAILED if written.skipped else DONE


def materials(program: Program, voice: str | None, *, silent: bool = False) -> Materials:
    """Return what films and recordings are made of: the decoder's pictures, and the voice.

    ``voice``: an id; None for the English one of this computer.
    """
    return Materials(
        lambda photo, max_px: program.decoder.picture(photo.path, max_px),
        None if silent else lambda text: program.speech.synthesize(text, voice=voice),
    )


def chosen_photos(program: Program, arguments: Namespace) -> tuple[Sequence[Photo], str]:
    """Return the photos that were asked for, in order, and what they may be called."""
    asked = [arguments.photos, arguments.search, arguments.folder, arguments.album]
    if sum(1 for way in asked if way) != 1:
        raise KnownError(
            "It is not clear which photos are meant.",
            "Name photos, or give one of --search TEXT, --album NAME and --folder FOLDER.",
        )
    if arguments.photos:
        photos = [photo_of(program.catalog, path) for path in arguments.photos]
        return photos, _common_folder(photos)
    if arguments.search:
        limit = arguments.limit or _MOST_FOUND
        found, hits = search_photos(program, arguments.search, limit)
        tell_what_was_not_understood(program, found)
        return [photo for _, photo in hits], arguments.search
    if arguments.album:
        return photos_of_album(program.catalog, arguments.album)[: arguments.limit], arguments.album
    folder = absolute(arguments.folder)
    return photos_in(program.catalog, folder)[: arguments.limit], folder.name


def photos_in(catalog: Catalog, folder: Path) -> list[Photo]:
    """Return the photos below a folder that the catalog knows, in the order of time."""
    for wanted in (folder, folder.resolve()):
        for root in catalog.folders():
            if wanted.is_relative_to(root.path) or root.path.is_relative_to(wanted):
                ids = catalog.photo_ids(folder_id=root.id)
                return [p for p in catalog.photos(ids) if p.path.is_relative_to(wanted)]
    raise KnownError(
        f"{folder} is in no folder that the catalog knows.",
        f"Index it first: `photo-narrator index {folder}`.",
    )


def show(line: terminal.ProgressLine, progress: FilmProgress) -> None:
    """Show on stderr how far a film or a recording is."""
    text = _STAGES[progress.stage]
    if progress.stage is Stage.WRITING:
        text += f": {terminal.duration(progress.done)} of {terminal.duration(progress.total)}"
    elif progress.total > 1:
        text += f": {100 * progress.done // progress.total} %"
    if progress.seconds_left is not None:
        text += f", {terminal.duration(progress.seconds_left)} left"
    line.show_text(progress.stage, text, progress.done, progress.total)


def tell(written: Written, *, as_json: bool = False) -> None:
    """Print what was written, and on stderr which photos are not in it."""
    length_s = written.duration_ms / 1_000
    if as_json:
        terminal.result_json(
            {
                "paths": [str(path) for path in written.paths],
                "seconds": length_s,
                "loudness_lufs": written.lufs,
                "skipped": [
                    {"name": skipped.name, "reason": skipped.reason} for skipped in written.skipped
                ],
            }
        )
    else:
        loudness = "silent" if written.lufs is None else f"{written.lufs:.1f} LUFS"
        terminal.result(f"{terminal.shown(written.paths[0])}\t{length_s:.1f} s\t{loudness}")
    for skipped in written.skipped:
        terminal.note(f"Left out: {terminal.shown(skipped.name)}: {skipped.reason}")


def _common_folder(photos: Sequence[Photo]) -> str:
    return Path(os.path.commonpath([photo.path.parent for photo in photos])).name
