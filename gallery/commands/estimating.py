"""``index --estimate``: how long describing takes and how much room it needs; nothing is stored."""

from argparse import Namespace

from gallery.commands import terminal
from gallery.commands.catalogs import absolute
from gallery.commands.session import opened_program
from gallery.errors import KnownError
from gallery.library.estimating import Estimate, roughly


def tell_estimate(arguments: Namespace) -> int:
    """Count the photos of the folders named (or of all known ones) and tell what they cost."""
    with opened_program(arguments) as program:
        known = [folder.path for folder in program.catalog.folders()]
        paths = [absolute(path) for path in arguments.folders] or known
        if not paths:
            raise KnownError("Name a folder: `photo-narrator index --estimate FOLDER`.")
        found = [one for path in paths if (one := program.estimate(path)) is not None]
        if arguments.json:
            terminal.result_json({"folders": [_as_json(one) for one in found]})
            return 0
        for one in found:
            terminal.result(_line(one))
    return 0


def _as_json(one: Estimate) -> dict[str, object]:
    return {
        "path": str(one.path),
        "photos": one.photos,
        "to_describe": one.to_describe,
        "seconds": one.seconds,
        "measured": one.measured,
        "space_bytes": one.space_bytes,
    }


def _line(one: Estimate) -> str:
    head = f"{terminal.shown(one.path)}: about {roughly(one.to_describe):,} photos to describe"
    if one.seconds is None:
        return f"{head}, and no describer for them; {terminal.size(one.space_bytes)}"
    how = "as measured here" if one.measured else "a guess, for nothing was described here so far"
    time = f"about {terminal.duration(one.seconds)} on this computer ({how})"
    return f"{head}, {time}, {terminal.size(one.space_bytes)}"
