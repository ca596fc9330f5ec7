"""``check``: captions by people and files that do not seem to fit their photos."""

from argparse import Namespace

from engine.match_bands import MatchWord
from gallery.commands import terminal
from gallery.commands.catalogs import absolute
from gallery.commands.matching import note_bands
from gallery.commands.searching import caption_json
from gallery.commands.session import opened_program
from gallery.errors import KnownError
from gallery.library.checking import UNREADABLE, CheckedCaption, Checker
from gallery.library.events import Progress
from gallery.program import Program


def check(arguments: Namespace) -> int:
    """Print score, path and caption of what does not seem to fit, worst first.

    Returns 1 where some files could not be read, else 0: a mismatch is a result.
    """
    with opened_program(arguments) as program:
        _refuse_unknown_folders(program, arguments)
        found = _checked(program, arguments)
        mismatches = sorted(
            (one for one in found if one.is_mismatch), key=lambda one: one.score or 0.0
        )
        if arguments.json:
            terminal.result_json(_as_json(program, found, mismatches))
        else:
            for one in mismatches:
                terminal.result(_line_of(one))
        _tell(program, found, mismatches)
        return 1 if any(one.why_not == UNREADABLE for one in found) else 0


def _refuse_unknown_folders(program: Program, arguments: Namespace) -> None:
    known = [folder.path for folder in program.catalog.folders()]
    for named in arguments.folders:
        path = absolute(named)
        around = (path, *path.parents)
        if not any(root in around or path in root.parents for root in known):
            raise KnownError(
                f"{named} is not in the catalog.",
                f"Index it first: `photo-narrator index {named}`.",
            )


def _checked(program: Program, arguments: Namespace) -> list[CheckedCaption]:
    folders = [absolute(folder) for folder in arguments.folders]
    line = terminal.ProgressLine()
    found: list[CheckedCaption] = []
    try:
        for some in Checker(program.catalog, program.engine).check(folders):
            found += some
            line.show(Progress("checking", len(found)))
    finally:
        line.clear()
    return found


def _line_of(one: CheckedCaption) -> str:
    caption, path = terminal.shown(one.said.caption.text), terminal.shown(one.said.photo.path)
    unsure = " (unsure)" if one.unsure else ""
    return f"{one.score:.3f}\t{path}\t{caption}\t{one.said.caption.origin.value}{unsure}"


def _as_json(
    program: Program, found: list[CheckedCaption], mismatches: list[CheckedCaption]
) -> dict[str, object]:
    judged = [one for one in found if not one.why_not]
    return {
        "checked_by": program.describer_set.name,
        "match_calibrated": program.describer_set.match_bands.calibrated,
        "checked": len(judged),
        "certain": sum(one.word is MatchWord.CERTAIN for one in judged),
        "probably": sum(one.word is MatchWord.PROBABLY for one in judged),
        "mismatches": [
            caption_json(one.said.photo)
            | {"unsure": one.unsure, "score": one.score, "match": one.word.value}
            for one in mismatches
        ],
        "not_checked": [
            caption_json(one.said.photo) | {"unsure": one.unsure, "reason": one.why_not}
            for one in found
            if one.why_not
        ],
    }


def _tell(program: Program, found: list[CheckedCaption], mismatches: list[CheckedCaption]) -> None:
    left_out = [one for one in found if one.why_not]
    if not found:
        terminal.note("There are no captions by a person or a file here.")
        return
    for one in left_out:
        path = terminal.shown(one.said.photo.path)
        terminal.note(f"{path}: not checked. {one.why_not}")
    terminal.note(
        f"{len(found) - len(left_out):,} captions by people and files checked, "
        f"{len(mismatches):,} may not fit."
    )
    note_bands(program.describer_set)
