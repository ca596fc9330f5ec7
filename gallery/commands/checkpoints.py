"""``checkpoints``: which describer sets are installed and can be had; get, remove, check them."""

import queue
import sys
from argparse import Namespace
from collections.abc import Callable
from functools import partial

from engine.hub.endpoint import endpoint
from engine.hub.offers import OFFERS, Offer, offer_of
from engine.hub.store import Store
from gallery.commands import terminal
from gallery.commands.catalogs import catalog_path, remembered_checkpoint
from gallery.commands.importing import import_original
from gallery.errors import KnownError
from gallery.library.checkpoint_jobs import CheckpointJob, CheckpointJobs, remove_set
from gallery.library.checkpoint_shelf import Shelved, shelf
from gallery.paths import checkpoints_dir

_LOOK_S = 0.2
_PHASES = {
    "asking": "Asking the hub",
    "getting": "Getting",
    "converting": "Converting the weights",
    "checking": "Checking",
}


def checkpoints(arguments: Namespace) -> int:
    """Do what was asked of the installed sets; returns the exit code."""
    if arguments.action == "import":
        return import_original(arguments)
    actions: dict[str, Callable[[Namespace, Store], int]] = {
        "list": _list,
        "install": _install,
        "remove": _remove,
        "verify": _verify,
    }
    return actions[arguments.action](arguments, Store(checkpoints_dir()))


def _list(arguments: Namespace, store: Store) -> int:
    in_use = arguments.checkpoint or remembered_checkpoint(catalog_path(arguments)) or "sample"
    sets = shelf(store, in_use)
    if arguments.json:
        fields = {"folder": str(store.folder), "in_use": in_use}
        terminal.result_json(fields | {"sets": [_as_json(item) for item in sets]})
        return 0
    rows = [_columns(item) for item in sets]
    widths = [max(len(text) for text in column) for column in zip(*rows, strict=True)]
    for row in rows:
        padded = [text.ljust(width) for text, width in zip(row, widths, strict=True)]
        terminal.result("  ".join(padded).rstrip())
    terminal.note(
        "Get one with `photo-narrator checkpoints install NAME`; use it with --checkpoint NAME."
    )
    return 0


def _install(arguments: Namespace, store: Store) -> int:
    offer = offer_of(arguments.name)
    if offer is None:
        names = ", ".join(item.name for item in OFFERS)
        raise KnownError(f"There is no set “{arguments.name}” to get.", f"There are: {names}.")
    _ask(offer, store, sure=arguments.yes)
    _run(store, lambda jobs: jobs.install(offer))
    if arguments.json:
        (item,) = (item for item in shelf(store, "") if item.name == offer.name)
        terminal.result_json(_as_json(item))
    else:
        terminal.result(f"“{offer.name}” is installed. Use it with --checkpoint {offer.name}.")
    return 0


def _remove(arguments: Namespace, store: Store) -> int:
    begun = arguments.name in {item.name for item in store.unfinished()}
    if begun:
        store.give_up(arguments.name)
    if not begun or store.find(arguments.name) is not None:
        remove_set(store, arguments.name)
    if arguments.json:
        terminal.result_json({"removed": arguments.name})
    else:
        terminal.result(f"“{arguments.name}” is removed.")
    if remembered_checkpoint(catalog_path(arguments)) == arguments.name:
        terminal.note("This catalog was described with it: name another with --checkpoint.")
    return 0


def _verify(arguments: Namespace, store: Store) -> int:
    names = [arguments.name] if arguments.name else [item.name for item in store.sets()]
    if not names:
        raise KnownError("No checkpoint is installed.", "See what can be had: `checkpoints list`.")
    for name in names:
        _run(store, partial(_begin_to_verify, name))
        if not arguments.json:
            terminal.result(f"“{name}” is as it was recorded.")
    if arguments.json:
        terminal.result_json({"verified": names})
    return 0


def _begin_to_verify(name: str, jobs: CheckpointJobs) -> None:
    jobs.verify(name)


def _ask(offer: Offer, store: Store, *, sure: bool) -> None:
    """Tell what would be got, and go on only where the person says yes."""
    sources = ", ".join(wanted.repository for wanted in offer.checkpoints)
    for line in (
        f"{offer.title}: {offer.about}",
        f"Size:     about {terminal.size(offer.size_bytes)}",
        f"Licence:  {offer.licence}",
        f"Note:     {offer.note}",
        f"From:     {endpoint()}: {sources}",
        f"Into:     {store.folder}",
    ):
        terminal.note(line)
    if sure:
        return
    if not sys.stdin.isatty():
        raise KnownError("Nothing was got: nobody said yes.", "Say --yes to get it.")
    terminal.note("Get it? [y/N] ")
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise KnownError("Nothing was got.")


def _run(store: Store, begin: Callable[[CheckpointJobs], None]) -> None:
    """Show a task's progress until it is done; Ctrl+C pauses it."""
    news: queue.SimpleQueue[CheckpointJob] = queue.SimpleQueue()
    line = terminal.ProgressLine()
    jobs = CheckpointJobs(store, news.put)
    try:
        begin(jobs)
        job = CheckpointJob(phase="asking")
        while job.running:
            try:
                job = news.get(timeout=_LOOK_S)  # short, so that Ctrl+C is heard
            except queue.Empty:
                continue
            _show(line, job)
    except KeyboardInterrupt:
        line.clear()
        terminal.note("Paused: what was got is kept, and the same command goes on from there.")
        raise
    finally:
        jobs.close()
        line.clear()
    if job.phase == "failed":
        raise KnownError(job.message, job.hint)


def _show(line: terminal.ProgressLine, job: CheckpointJob) -> None:
    if job.phase == "waiting":
        text = (
            f"The connection was lost; trying again in {terminal.duration(job.seconds_left or 0)}"
        )
    elif job.phase in ("getting", "checking") and job.total_bytes:
        done, total = terminal.size(job.done_bytes), terminal.size(job.total_bytes)
        text = f"{_PHASES[job.phase]} “{job.name}”: {done} of {total}"
        if job.seconds_left is not None:
            text += f", {terminal.duration(job.seconds_left)} left"
    else:
        text = _PHASES.get(job.phase, "")
    line.show_text(job.phase, text, job.done_bytes, job.total_bytes)


def _columns(item: Shelved) -> tuple[str, ...]:
    state = item.state if not item.in_use else f"{item.state}, in use"
    if item.state == "unfinished":
        state = f"unfinished ({terminal.size(item.done_bytes)} are here)"
    return (item.name, ", ".join(item.does), terminal.size(item.size_bytes), item.licence, state)


def _as_json(item: Shelved) -> dict[str, object]:
    return {
        "name": item.name,
        "title": item.title,
        "about": item.about,
        "does": list(item.does),
        "size_bytes": item.size_bytes,
        "licence": item.licence,
        "note": item.note,
        "state": item.state,
        "in_use": item.in_use,
        "done_bytes": item.done_bytes,
        "checkpoints": [
            {"repository": source.repository, "revision": source.revision}
            for source in item.checkpoints
        ],
    }
