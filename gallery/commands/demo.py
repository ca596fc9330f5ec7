"""``demo``: the main job on the bundled sample gallery, without a window."""

from argparse import Namespace

from gallery import screen
from gallery.commands import terminal
from gallery.commands.indexing import run_indexer
from gallery.commands.narrating import write_narration
from gallery.commands.searching import caption_text, search_photos
from gallery.commands.session import opened_program
from gallery.domain import Folder, Photo
from gallery.errors import KnownError
from gallery.program import Program

_SEARCHES = ("a dog on a beach", "something red", "a tent at night")
_HITS_SHOWN = 3
_NARRATED = 5


def demo(arguments: Namespace) -> int:
    """Index the samples through the engine, print captions, search three times, narrate."""
    reason = screen.reason_for_none()
    if reason:
        terminal.note(f"No window is opened, because {reason}; this is the same job in text.")
    with opened_program(arguments) as program:
        folder = program.add_sample_gallery()
        if folder is None:
            raise KnownError("The sample gallery is not installed.", "Install the program again.")
        run_indexer(program, [folder])
        photos = program.catalog.photos(program.catalog.photo_ids(folder_id=folder.id))
        terminal.result(f"{len(photos)} photos, described by “{program.describer_set.name}”:")
        for photo in photos:
            terminal.result(f"  {_name(folder, photo)}: {_words(photo)}")
        for text in _SEARCHES:
            _search(program, folder, text)
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        length_ms = write_narration(program, photos[:_NARRATED], arguments.out)
        terminal.result(
            f"\nThe first {_NARRATED}, told aloud: {arguments.out} ({length_ms / 1000:.1f} s)"
        )
        return 1 if any(photo.failure for photo in photos) else 0


def _search(program: Program, folder: Folder, text: str) -> None:
    _, hits = search_photos(program, text, _HITS_SHOWN)
    terminal.result(f"\nsearch “{text}”:")
    for hit, photo in hits:
        terminal.result(f"  {hit.score:.3f}  {_name(folder, photo)}: {_words(photo)}")
    if not hits:
        terminal.result("  nothing was found")


def _name(folder: Folder, photo: Photo) -> str:
    inside = photo.path.is_relative_to(folder.path)
    return terminal.shown(str(photo.path.relative_to(folder.path)) if inside else photo.name)


def _words(photo: Photo) -> str:
    return photo.failure.detail if photo.failure else caption_text(photo) or "(no caption)"
