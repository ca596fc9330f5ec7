"""What can describe, as a list for people: the sample, what is installed, what can be had."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.checkpoints import SAMPLE, CheckpointError, DescriberSet
from engine.hub.messages import Wanted
from engine.hub.offers import CAPTIONS, OFFERS, QUESTIONS, SEARCH, Offer
from engine.hub.store import InstalledSet, Store, Unfinished
from engine.installed import JOINT
from gallery.describer_sets import describer_set

_PINNED_LENGTH = 40
_IN_STORE = ("installed", "outdated")


@dataclass(frozen=True, slots=True)
class Shelved:
    """One describer set. ``does``: captions, search, questions.

    ``state``: "bundled", "installed", "outdated" (installed at another revision than the pinned
    one), "unfinished" (``done_bytes`` of it are here), "available" or "folder" (a person's own).
    ``offer`` is what can be got under this name, where anything can.
    """

    name: str
    title: str
    about: str
    does: tuple[str, ...]
    size_bytes: int
    licence: str
    note: str
    state: str
    in_use: bool
    done_bytes: int = 0
    checkpoints: tuple[Wanted, ...] = ()
    offer: Offer | None = None

    @property
    def installed(self) -> bool:
        """Whether it can be used at once."""
        return self.state in ("bundled", "installed", "outdated", "folder")


def shelf(store: Store, in_use: str, offers: Sequence[Offer] = OFFERS) -> list[Shelved]:
    """Return every set, the sample first; ``in_use`` is the name or folder that was chosen.

    Reads small files: not for the thread of a window.
    """
    used = set(in_use.split(JOINT))
    installed = {item.name: item for item in store.sets()}
    begun = {item.name: item for item in store.unfinished()}
    shelved = [_sample(in_use in ("", SAMPLE))]
    for offer in offers:
        there = installed.pop(offer.name, None)
        shelved.append(_offered(offer, there, begun.get(offer.name), offer.name in used))
    shelved += [_own(item, item.name in used) for item in installed.values()]
    if not any(item.in_use for item in shelved):
        shelved += _folder(in_use)
    return shelved


def choice_of(item: Shelved, shelved: Sequence[Shelved]) -> str | None:
    """Return what to choose so that this set is used: a name, or several joined.

    A set that only answers questions is used beside the installed one that is in use; None where
    that is none. Another set keeps such a companion.
    """
    used = [other for other in shelved if other.in_use and other.state in _IN_STORE]
    helpers = [other.name for other in used if other.does == (QUESTIONS,)]
    if item.does == (QUESTIONS,):
        mains = [other.name for other in used if other.does != (QUESTIONS,)]
        return JOINT.join([*mains, item.name]) if mains else None
    return JOINT.join([item.name, *helpers]) if item.state in _IN_STORE else item.name


def _sample(in_use: bool) -> Shelved:
    try:
        found = describer_set(SAMPLE)
    except CheckpointError as error:
        return Shelved(SAMPLE, "Sample", error.message, (), 0, "", "", "available", in_use)
    about = "Made with this program from drawn scenes, to try it on the sample gallery."
    size = _size(found)
    return Shelved(
        SAMPLE, "Sample", about, _does(found), size, found.licence, found.note, "bundled", in_use
    )


def _offered(
    offer: Offer, there: InstalledSet | None, begun: Unfinished | None, in_use: bool
) -> Shelved:
    size, done, sources = offer.size_bytes, 0, offer.checkpoints
    state = "available"
    if there is not None:
        size = there.size_bytes
        state = "installed" if _current(offer, there) else "outdated"
        sources = _sources(there)
    if begun is not None:
        state = "unfinished" if there is None else state
        size, done = begun.total_bytes or size, begun.done_bytes
    return Shelved(
        offer.name,
        offer.title,
        offer.about,
        offer.does,
        size,
        offer.licence,
        offer.note,
        state,
        in_use,
        done,
        sources,
        offer,
    )


def _own(item: InstalledSet, in_use: bool) -> Shelved:
    """An installed set that is none of the offered ones (an imported one)."""
    does: tuple[str, ...] = ()
    licence = note = about = ""
    try:
        found = describer_set(item.name)
    except CheckpointError as error:
        about = error.message
    else:
        does, licence, about = _does(found), found.licence, found.note
    size, sources = item.size_bytes, _sources(item)
    return Shelved(
        item.name, item.name, about, does, size, licence, note, "installed", in_use, 0, sources
    )


def _folder(name: str) -> list[Shelved]:
    try:
        found = describer_set(name)
    except CheckpointError:
        return []
    size = _size(found)
    return [
        Shelved(name, found.name, found.note, _does(found), size, found.licence, "", "folder", True)
    ]


def _does(found: DescriberSet) -> tuple[str, ...]:
    parts = ((CAPTIONS, found.captioner), (SEARCH, found.matcher), (QUESTIONS, found.answerer))
    return tuple(name for name, part in parts if part is not None)


def _size(found: DescriberSet) -> int:
    """The bytes of all files of a set, wherever they lie."""
    parts = (found.captioner, found.matcher, found.answerer)
    folders = {part.folder for part in parts if part is not None}
    return sum(
        path.stat().st_size
        for folder in folders
        for path in Path(folder).iterdir()
        if path.is_file()
    )


def _sources(item: InstalledSet) -> tuple[Wanted, ...]:
    return tuple(Wanted(one.repository, one.revision) for one in item.checkpoints)


def _current(offer: Offer, there: InstalledSet) -> bool:
    """Whether what is installed is what is offered; a branch is not followed by itself."""
    have = {one.repository: one.revision for one in there.checkpoints}
    pinned = {one.repository: one.revision for one in offer.checkpoints}
    return have.keys() == pinned.keys() and all(
        have[repository] == revision
        for repository, revision in pinned.items()
        if len(revision) == _PINNED_LENGTH
    )
