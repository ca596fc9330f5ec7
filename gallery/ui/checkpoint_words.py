"""How describer sets, and what is done with them, are put in words."""

from PySide6.QtCore import QLocale

from engine.hub.offers import CAPTIONS, QUESTIONS, SEARCH
from gallery.library.checkpoint_jobs import CheckpointJob
from gallery.library.checkpoint_shelf import Shelved
from gallery.ui.words import duration_text, tr

_WHOLE_FROM, _GB = 100_000_000, 1_000_000_000


def does_text(does: tuple[str, ...]) -> str:
    """Return what a set does: "Captions and search"."""
    words = {CAPTIONS: tr("captions"), SEARCH: tr("search"), QUESTIONS: tr("questions")}
    known = [words[what] for what in does]
    text = tr(" and ").join(filter(None, [", ".join(known[:-1]), *known[-1:]]))
    return text[:1].upper() + text[1:]


def state_text(item: Shelved, job: CheckpointJob) -> str:
    """Return how a set stands, in a word or two."""
    if job.name == item.name and job.running:
        return tr("Checking") if job.kind == "verify" else tr("Getting it")
    if item.in_use:
        return tr("In use")
    return {
        "bundled": tr("Comes with the program"),
        "installed": tr("Installed"),
        "outdated": tr("Installed, an older revision"),
        "unfinished": tr("Paused"),
        "folder": tr("Your folder"),
    }.get(item.state, tr("Not installed"))


def bytes_text(count: int) -> str:
    """Return a size as disks and downloads are sold: "1.9 GB" is 1,900,000,000 bytes."""
    places = 1 if count < _WHOLE_FROM or count >= _GB else 0
    return QLocale().formattedDataSize(count, places, QLocale.DataSizeFormat.DataSizeSIFormat)


def row_text(item: Shelved) -> str:
    """Return the second line of a set in the list."""
    parts = [does_text(item.does), bytes_text(item.size_bytes) if item.size_bytes else ""]
    return "  ·  ".join(part for part in parts if part)


def spoken_set(item: Shelved, job: CheckpointJob) -> str:
    """Return a set as a screen reader says it."""
    size = bytes_text(item.size_bytes) if item.size_bytes else ""
    parts = (item.title, does_text(item.does), size, state_text(item, job))
    return ", ".join(part for part in parts if part)


def job_text(job: CheckpointJob) -> str:
    """Return how a task stands, as one line."""
    if job.phase in ("getting", "checking", "paused") and job.total_bytes:
        return _moved_text(job)
    if job.phase == "failed":
        return f"{job.message} {job.hint}".strip()
    if job.phase == "done":
        return tr("Every file is as it was recorded.") if job.kind == "verify" else ""
    return {
        "asking": tr("Asking the hub…"),
        "waiting": tr("The connection was lost. Trying again by itself…"),
        "converting": tr("Converting the weights to a safe format…"),
        "checking": tr("Checking…"),
        "paused": tr("Paused"),
    }.get(job.phase, "")


def _moved_text(job: CheckpointJob) -> str:
    moved = tr("{0} of {1}").format(bytes_text(job.done_bytes), bytes_text(job.total_bytes))
    if job.phase == "paused":
        return tr("Paused at {0}").format(moved)
    if job.seconds_left is None:
        return moved
    return tr("{0}  ·  {1} left").format(moved, duration_text(job.seconds_left))


def status_text(job: CheckpointJob, title: str) -> str:
    """Return a task for the status line; empty where there is nothing to tell."""
    if job.kind == "verify" and job.phase != "failed":
        return tr("Checking “{0}”").format(title) if job.running else ""
    match job.phase:
        case "getting" if job.total_bytes:
            percent = 100 * job.done_bytes // job.total_bytes
            text = tr("Getting “{0}”: {1} %").format(title, percent)
            if job.seconds_left is None:
                return text
            return tr("{0}, {1} left").format(text, duration_text(job.seconds_left))
        case "asking" | "getting" | "waiting" | "converting":
            return tr("Getting “{0}”").format(title)
        case "paused":
            return tr("“{0}” is paused").format(title)
        case "failed":
            return tr("“{0}” stopped").format(title)
        case "done":
            return tr("“{0}” is installed").format(title)
        case _:
            return ""
