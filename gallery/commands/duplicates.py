"""``duplicates``: photos that are the same, nearly the same, or shots of one moment."""

from argparse import Namespace
from collections.abc import Sequence

from gallery.commands import terminal
from gallery.commands.searching import caption_text
from gallery.commands.session import opened_program
from gallery.domain import GroupKind, Photo, PhotoGroup
from gallery.library.groups import groups
from gallery.program import Program

_WHY = {
    GroupKind.SAME: "the same content",
    GroupKind.ALIKE: "nearly the same",
    GroupKind.BURST: "shots of one moment",
}


def duplicates(arguments: Namespace) -> int:
    """Print each group, the photo to keep first; nothing is deleted."""
    with opened_program(arguments) as program:
        chosen = program.describer_set
        found = groups(program.catalog, chosen.matcher, chosen.likeness, bursts=arguments.bursts)
        listed = [(group, program.catalog.photos(group.photo_ids)) for group in found]
        if arguments.json:
            terminal.result_json(
                {
                    "compared_by": chosen.name if chosen.matcher else None,
                    "calibrated": chosen.likeness.calibrated,
                    "groups": [_fields(group, photos) for group, photos in listed],
                }
            )
        else:
            for number, (group, photos) in enumerate(listed):
                _tell(number, group, photos)
        _note(program, found)
        return 0


def _fields(group: PhotoGroup, photos: Sequence[Photo]) -> dict[str, object]:
    return {"kind": group.kind.value, "photos": [str(photo.path) for photo in photos]}


def _tell(number: int, group: PhotoGroup, photos: Sequence[Photo]) -> None:
    if number:
        terminal.result("")
    for photo in photos:
        terminal.result(f"{_WHY[group.kind]}\t{terminal.shown(photo.path)}\t{caption_text(photo)}")


def _note(program: Program, found: Sequence[PhotoGroup]) -> None:
    chosen, counts = program.describer_set, program.catalog.counts()
    if chosen.matcher is None:
        terminal.note("Only contents were compared: there is no describer that knows likeness.")
    elif counts.embedded < counts.photos:
        left = counts.photos - counts.embedded
        terminal.note(f"Not compared by what is in them, as they are not described yet: {left}.")
    if chosen.matcher is not None and not chosen.likeness.calibrated:
        terminal.note(
            f"From where on photos are alike was not measured for “{chosen.name}”; "
            "a cautious bound is used."
        )
    if not found:
        terminal.note("No photos that belong together were found.")
