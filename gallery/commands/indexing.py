"""``index``: scan folders, make thumbnails, describe what a describer may describe."""

import time
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from gallery.commands import terminal
from gallery.commands.catalogs import absolute, remember_checkpoint
from gallery.commands.estimating import tell_estimate
from gallery.commands.session import opened_program
from gallery.describer_sets import lasting_name
from gallery.domain import Folder, Photo
from gallery.errors import KnownError
from gallery.library.events import EngineChanged, Event, Notice, ProgressChanged
from gallery.paths import sample_gallery_dir
from gallery.program import Program

_LOOK_S = 0.2
_FAILURES_SHOWN = 20


def index(arguments: Namespace) -> int:
    """Add the folders named (or take all known ones) and wait until all is done."""
    if arguments.estimate:
        return tell_estimate(arguments)
    with opened_program(arguments) as program:
        named = arguments.checkpoint is not None
        known = {folder.path: folder for folder in program.catalog.folders()}
        only = arguments.names_only
        folders = [
            _add(program, path, by_sample=named, names_only=only) for path in arguments.folders
        ]
        folders = folders or list(known.values())
        if not folders:
            raise KnownError(
                "The catalog has no folders yet.", "Name one: `photo-narrator index FOLDER`."
            )
        if named and not program.describer_set.knows_drawn_scenes_only:
            folder = absolute(Path(arguments.checkpoint))
            remember_checkpoint(program.catalog.path, lasting_name(arguments.checkpoint, folder))
        program.backups.start()
        run_indexer(program, folders)
        code = _report(program, [program.catalog.folder(item.id) for item in folders], arguments)
        if arguments.watch:
            _watch(program)
        return code


def _watch(program: Program) -> None:
    """Go on with whatever changes in the known folders; ends by Ctrl+C."""
    program.watch.start()
    with _told(program) as (notices, failures):
        terminal.note("Watching the folders for changes. Ctrl+C ends it.")
        while not failures:
            time.sleep(_LOOK_S)
            while notices:
                terminal.note(_sentence(notices.pop(0)))
    raise KnownError(failures[-1].message, failures[-1].hint)


def run_indexer(program: Program, folders: Sequence[Folder]) -> None:
    """Scan and describe these folders, showing progress; returns when nothing is left to do."""
    with _told(program) as (notices, failures):
        program.indexer.start()
        program.indexer.request_scan([folder.id for folder in folders])
        if _done(program):
            _finish_backup(program)
        else:
            failures += notices[-1:]
    for notice in notices if not failures else ():
        terminal.note(_sentence(notice))
    if failures:
        raise KnownError(failures[-1].message, failures[-1].hint)


@contextmanager
def _told(program: Program) -> Iterator[tuple[list[Notice], list[Notice]]]:
    """Show progress; gives what is to be noted, and why the describer failed, as they come."""
    line = terminal.ProgressLine()
    notices: list[Notice] = []
    failures: list[Notice] = []

    def listen(event: Event) -> None:
        if isinstance(event, ProgressChanged):
            line.show(event.progress)
            if event.progress.phase == "idle":
                line.clear()
        elif isinstance(event, Notice):
            notices.append(event)
        elif isinstance(event, EngineChanged) and event.state.phase == "failed":
            failures.append(Notice(event.state.detail))

    unsubscribe = program.bus.subscribe(listen)
    try:
        yield notices, failures
    except KeyboardInterrupt:
        program.indexer.cancel()
        raise
    finally:
        unsubscribe()
        line.clear()


def _sentence(notice: Notice) -> str:
    return f"{notice.message} {notice.hint}".strip()


def _done(program: Program) -> bool:
    """Wait until nothing is left to do; False where it was paused."""
    while not program.indexer.wait_until_idle(_LOOK_S):  # short waits, so that Ctrl+C is heard
        if program.indexer.progress.phase == "paused":
            return False
    return True


def _finish_backup(program: Program) -> None:
    """The first run has something to keep only now."""
    program.backups.look_again()
    while not program.backups.wait(_LOOK_S):
        pass


def is_sample_gallery(path: Path) -> bool:
    """Whether a folder is the bundled sample gallery."""
    try:
        return path.expanduser().resolve() == sample_gallery_dir().resolve()
    except OSError:
        return False


def _add(program: Program, path: Path, *, by_sample: bool, names_only: bool) -> Folder:
    """Add a folder; the sample set may describe it where it is the sample's own, or was named."""
    if is_sample_gallery(path):
        folder = program.add_sample_gallery()
        if folder is not None:
            return folder
    allowed = by_sample and program.describer_set.knows_drawn_scenes_only
    folder = program.add_folder(absolute(path), sample_allowed=allowed, names_only=names_only)
    if folder.names_only and not names_only:
        program.describe_folder(folder.id)
    if allowed and not folder.sample_allowed:
        program.allow_sample(folder.id)
    return folder


def _report(program: Program, folders: Sequence[Folder], arguments: Namespace) -> int:
    failed = [
        photo
        for folder in folders
        for photo in program.catalog.photos(
            program.catalog.photo_ids(folder_id=folder.id, failed=True)
        )
    ]
    if arguments.json:
        terminal.result_json(
            {
                "folders": [_summary(program, folder) for folder in folders],
                "failures": [_failure(photo) for photo in failed],
                "described_by": program.describer_set.name,
            }
        )
    else:
        for folder in folders:
            terminal.result(_line(_summary(program, folder)))
        for photo in failed[:_FAILURES_SHOWN]:
            reason = photo.failure.detail if photo.failure else ""
            terminal.result(f"  could not be described: {terminal.shown(photo.path)}: {reason}")
        if len(failed) > _FAILURES_SHOWN:
            terminal.result(f"  and {len(failed) - _FAILURES_SHOWN:,} more")
    _tell_what_is_missing(program, folders)
    return 1 if failed else 0


def _summary(program: Program, folder: Folder) -> dict[str, object]:
    counts = program.catalog.counts(folder.id)
    return {
        "path": str(folder.path),
        "photos": counts.photos,
        "captioned": counts.captioned,
        "embedded": counts.embedded,
        "failed": counts.failed,
        "missing": counts.missing,
    }


def _line(summary: dict[str, object]) -> str:
    return (
        f"{terminal.shown(Path(str(summary['path'])))}: {summary['photos']} photos, "
        f"{summary['captioned']} with a caption, {summary['failed']} failed, "
        f"{summary['missing']} missing"
    )


def _failure(photo: Photo) -> dict[str, object]:
    failure = photo.failure
    return {
        "path": str(photo.path),
        "reason": failure.reason.value if failure else "",
        "detail": failure.detail if failure else "",
    }


def _tell_what_is_missing(program: Program, folders: Sequence[Folder]) -> None:
    describer = program.describer_set
    if describer.captioner is None:
        terminal.note(f"No captions are made by “{describer.name}”. {describer.note}")
    blocked = [folder for folder in folders if not folder.sample_allowed and folder.photo_count]
    if blocked and describer.knows_drawn_scenes_only:
        names = ", ".join(terminal.shown(folder.path) for folder in blocked)
        terminal.note(
            f"Not described: {names}. The only describer here is the bundled sample, which knows "
            "drawn scenes and not photographs. Get a real one (`photo-narrator checkpoints list`), "
            "name a folder with BLIP weights (--checkpoint FOLDER), or let the sample try and mark "
            "what it says as unsure (--checkpoint sample)."
        )
