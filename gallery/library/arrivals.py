"""Content that turned up in another place: renamed, moved, or photos that traded names.

A file is an *arrival* where its content is not what the catalog knows of its path: a new path, or
a known one whose content changed. It is an old photo where its fingerprint is that of a photo
which is gone from its own place: missing, or its path now shows something else.
"""

import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from gallery.catalog import Catalog
from gallery.domain import FoundFile
from gallery.library.scan import fingerprint


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file whose content is new to its path. ``holder``: the photo that has the path so far."""

    folder_id: int
    file: FoundFile
    holder: int | None


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of one arrival: ``moved``: it is this photo; ``new``, ``changed``: it is none."""

    moved: int | None = None
    new: Arrival | None = None
    changed: tuple[int, FoundFile] | None = None


class Arrivals:
    """The arrivals of one scan; settled once the walk has told what is gone."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._waiting: list[Arrival] = []
        self._lost: defaultdict[bytes, list[int]] = defaultdict(list)
        self._found: set[int] = set()

    def add_new(self, folder_id: int, file: FoundFile) -> None:
        """A path that is not known."""
        self._waiting.append(Arrival(folder_id, file, None))

    def add_changed(self, photo_id: int, file: FoundFile, folder_id: int, mark: bytes) -> None:
        """A known path whose content is no longer that of ``mark``, its old fingerprint."""
        self._waiting.append(Arrival(folder_id, file, photo_id))
        self._lost[mark].append(photo_id)

    def settle(self) -> Iterator[Settled]:
        """Match every arrival with a photo whose content it is, and store the moves.

        First all that are matched, since whether a path's own photo only changed is not known
        before it is known that this did not turn up elsewhere. May be left at any time: the next
        scan meets the rest again.
        """
        unmatched = []
        for arrival in self._waiting:
            photo_id = self._match(arrival)
            if photo_id is None:
                unmatched.append(arrival)
            yield Settled(moved=photo_id)
        for arrival in unmatched:
            if arrival.holder is None or arrival.holder in self._found:
                yield Settled(new=arrival)
            else:
                yield Settled(changed=(arrival.holder, arrival.file))

    def _match(self, arrival: Arrival) -> int | None:
        file = arrival.file
        mark = mark_of(file)
        if mark is None:
            return None
        lost = self._lost.get(mark, [])
        photo_id = lost[0] if lost else None
        if photo_id is None:
            photo_id = self._catalog.find_missing_by_fingerprint(mark, file.size_bytes)
        if photo_id is None:
            photo_id = self._gone_from_what_is_left_out(mark, file)
        if photo_id is None or photo_id in self._found:
            return None
        try:
            self._catalog.move_file(photo_id, file, replaced=arrival.holder)
        except ValueError:  # its folder was removed, or the place was taken, since it was met
            return None
        if lost:
            lost.pop(0)
        self._found.add(photo_id)
        return photo_id

    def _gone_from_what_is_left_out(self, mark: bytes, file: FoundFile) -> int | None:
        """No scan looks there: what is no longer in its place was moved to this one."""
        for photo_id, path in self._catalog.find_left_out_by_fingerprint(mark, file.size_bytes):
            if not os.path.lexists(path):
                return photo_id
        return None


def mark_of(file: FoundFile) -> bytes | None:
    """The fingerprint of a file; None where there is nothing to go by."""
    if not file.size_bytes:  # empty, or no plain file (and a pipe would wait)
        return None
    try:
        return fingerprint(file.path)
    except OSError:
        return None
