"""Folders compared with the catalog: what is new, changed, gone, back, or only moved."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gallery.catalog import Catalog
from gallery.domain import Folder, FoundFile, KnownFile
from gallery.library.arrivals import Arrivals, mark_of
from gallery.library.events import Event, FoldersChanged, PhotosAdded, PhotosChanged
from gallery.library.scan import Met, Part, RootGoneError, found_file, meet

BATCH = 1_000
_STEP_S = 0.3
_LOOK_EVERY = 32  # files; the clock is looked at, which costs as much as comparing one

_Known = dict[bytes, KnownFile]


@dataclass(frozen=True, slots=True)
class ScanStep:
    """A bit of a scan, stored: how many files were met so far, and what is to be told.

    ``outdated``: photos whose content or place changed; what was read of them before is old.
    """

    files_seen: int
    events: tuple[Event, ...]
    outdated: tuple[int, ...] = ()


@dataclass
class _Found:
    """What was met and is not yet stored."""

    new: dict[int, list[FoundFile]] = field(default_factory=dict)  # by folder id
    touched: list["_Touched"] = field(default_factory=list)
    changed: list[tuple[int, FoundFile]] = field(default_factory=list)
    told_anew: list[tuple[int, FoundFile]] = field(default_factory=list)
    back: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        new = sum(map(len, self.new.values()))
        known = len(self.touched) + len(self.changed) + len(self.told_anew)
        return new + known + len(self.back)


@dataclass(frozen=True, slots=True)
class _Touched:
    """A known path whose size or time of change is another; its content may be the same."""

    photo_id: int
    folder_id: int
    file: FoundFile


class Scanner:
    """One scan of some folders; made anew for each.

    What the catalog knows is read once, in one SELECT a folder, and compared in memory. A new
    file of the same size as a known one may be that photo under another name, and a known path
    with other content may show another known photo: these wait until the walk has told what is
    gone, and are then recognised by their fingerprints, keeping everything.
    """

    def __init__(self, catalog: Catalog, *, cancelled: Callable[[], bool] = lambda: False) -> None:
        self._catalog = catalog
        self._cancelled = cancelled
        self._known: dict[int, _Known] = {}
        self._sizes: set[int] = set()
        self._roots: tuple[Path, ...] = ()
        self._left_out: tuple[Path, ...] = ()
        self._met: set[bytes] | None = None
        self._arrivals = Arrivals(catalog)
        self._found = _Found()
        self._files_seen = 0

    def scan(self, folder_ids: Sequence[int] | None = None) -> Iterator[ScanStep]:
        """Scan these folders (None: all), a step at a time; each step is stored when it is told.

        May be left at any step, and ends early where ``cancelled()`` says so: what was not met
        then stays as it is. A root that cannot be reached is marked as not connected, and none of
        its photos as missing.
        """
        folders = self._catalog.folders()
        self._learn(folders)
        for folder in folders:
            if folder_ids is None or folder.id in folder_ids:
                yield from self._scan_folder(folder)
        yield from self._recognise_moved()

    def scan_parts(self, parts: Sequence[Part]) -> Iterator[ScanStep]:
        """Scan these folders within roots only (what lies in one another, as one).

        A root that cannot be reached now, or could not so far, is scanned as a whole.
        """
        folders = self._catalog.folders()
        there = {each.id: each for each in folders if each.connected and root_is_there(each.path)}
        concerned = {part.folder_id for part in parts}
        whole = any(part.deep and part.path in {each.path for each in folders} for part in parts)
        if whole or not concerned <= there.keys():
            yield from self.scan(tuple(concerned))
            return
        left_out = set(self._catalog.left_out())
        parts = [part for part in parts if left_out.isdisjoint((part.path, *part.path.parents))]
        self._learn_roots(folders)
        self._sizes.update(self._catalog.sizes_out_of_sight())
        known = [self._catalog.known_files(part.folder_id, part.path, part.deep) for part in parts]
        for some in known:
            self._sizes.update(file.size_bytes for file in some.values() if file.size_bytes)
        for part, some in zip(parts, known, strict=True):
            self._known[part.folder_id] = some
            yield from self._scan_folder(there[part.folder_id], part)
        yield from self._recognise_moved()

    def _learn(self, folders: Sequence[Folder]) -> None:
        for folder in folders:
            known = self._known[folder.id] = self._catalog.known_files(folder.id)
            self._sizes.update(file.size_bytes for file in known.values() if file.size_bytes)
        self._learn_roots(folders)

    def _learn_roots(self, folders: Sequence[Folder]) -> None:
        self._roots = tuple(folder.path for folder in folders)
        self._left_out = self._catalog.left_out()
        if any(outer in inner.parents for inner in self._roots for outer in self._roots):
            self._met = set()  # roots within roots: a file may be met from both

    def _scan_folder(self, folder: Folder, part: Part | None = None) -> Iterator[ScanStep]:
        not_listed: list[bytes] = []
        met, told = 0, time.monotonic()
        try:
            for file in meet(
                folder.path,
                part=part,
                left_out=self._left_out,
                cancelled=self._cancelled,
                unreadable=lambda path: not_listed.append(_prefix(path)),
            ):
                met += 1
                self._files_seen += 1
                differs = self._compare(folder, file)
                full = differs and len(self._found) >= BATCH
                if full or (met % _LOOK_EVERY == 0 and time.monotonic() - told > _STEP_S):
                    yield self._stored()
                    told = time.monotonic()
            if self._cancelled():
                yield self._stored()
                return
            _check_still_there(folder, found_nothing=not met and bool(self._known[folder.id]))
        except RootGoneError:
            yield self._stored(*self._connect(folder, connected=False))
            return
        yield self._stored(*self._connect(folder, connected=True), *self._gone(folder, not_listed))

    def _compare(self, folder: Folder, met: Met) -> bool:
        """Note what differs from what is known of a file; whether anything does."""
        path, size_bytes, mtime_ns, sidecar_ns = met
        key = os.fsencode(path)
        entry = self._known[folder.id].pop(key, None)  # what is left at the end is gone
        if self._met is not None:
            if key in self._met:
                return False
            self._met.add(key)
        if entry is None:
            if size_bytes in self._sizes:
                self._arrivals.add_new(folder.id, found_file(met))
            else:
                self._found.new.setdefault(folder.id, []).append(found_file(met))
            return True
        if entry.missing:
            self._found.back.append(entry.photo_id)
        told_anew = entry.sidecar_ns != sidecar_ns
        changed = entry.size_bytes != size_bytes or entry.mtime_ns != mtime_ns
        if changed:
            self._found.touched.append(_Touched(entry.photo_id, folder.id, found_file(met)))
        if told_anew:
            self._found.told_anew.append((entry.photo_id, found_file(met)))
        return entry.missing or changed or told_anew

    def _stored(self, *more: Event, moved: Sequence[int] = ()) -> ScanStep:
        """Store what was met since the last step."""
        found, self._found = self._found, _Found()
        events: list[Event] = []
        for folder_id, files in found.new.items():
            ids = self._catalog.add_files(folder_id, files)
            if ids:
                events.append(PhotosAdded(tuple(ids)))
        if found.back:
            self._catalog.set_missing(found.back, missing=False)
            self._catalog.clear_failures(found.back)
        kept = self._sort_touched(found.touched)
        if found.told_anew:
            self._catalog.read_again(found.told_anew)
        if found.changed:
            self._catalog.update_files(found.changed)
        read_anew = (photo_id for photo_id, _ in (*found.changed, *found.told_anew))
        outdated = {*moved, *kept, *read_anew}
        changed = outdated.union(found.back)
        if changed:
            events.append(PhotosChanged(tuple(sorted(changed))))
        return ScanStep(self._files_seen, (*events, *more), tuple(outdated))

    def _sort_touched(self, touched: Sequence[_Touched]) -> list[int]:
        """A file that was only touched (or copied back) keeps what was said of it: these.

        The others have content that may be another photo's, and their own may be elsewhere. One
        that was never read has no content to be looked for.
        """
        marks = self._catalog.fingerprints([each.photo_id for each in touched]) if touched else {}
        kept = []
        for photo_id, folder_id, file in ((t.photo_id, t.folder_id, t.file) for t in touched):
            mark = marks.get(photo_id)
            if mark is None:
                self._found.changed.append((photo_id, file))
            elif mark_of(file) == mark and self._stays(photo_id, file):
                kept.append(photo_id)
            else:
                self._arrivals.add_changed(photo_id, file, folder_id, mark)
        return kept

    def _connect(self, folder: Folder, *, connected: bool) -> tuple[Event, ...]:
        if folder.connected == connected:
            return ()
        self._catalog.set_connected(folder.id, connected)
        return (FoldersChanged(),)

    def _gone(self, folder: Folder, not_listed: Sequence[bytes]) -> tuple[Event, ...]:
        """Mark as missing what this folder's walk did not meet and could have met."""
        inner = (_prefix(root) for root in self._roots if folder.path in root.parents)
        left_out = (_prefix(path) for path in self._left_out)
        # a root within this one has a scan of its own
        prefixes = (*not_listed, *inner, *left_out)
        gone = [
            known.photo_id
            for key, known in self._known[folder.id].items()
            if not known.missing and not key.startswith(prefixes)
        ]
        for start in range(0, len(gone), BATCH):
            self._catalog.set_missing(gone[start : start + BATCH], missing=True)
        return (PhotosChanged(tuple(gone)),) if gone else ()

    def _recognise_moved(self) -> Iterator[ScanStep]:
        told = time.monotonic()
        moved: list[int] = []
        for settled in self._arrivals.settle():
            if settled.moved is not None:
                moved.append(settled.moved)
            if settled.new is not None:
                self._found.new.setdefault(settled.new.folder_id, []).append(settled.new.file)
            if settled.changed is not None:
                self._found.changed.append(settled.changed)
            if self._cancelled():
                break  # the next scan meets the others again
            if len(self._found) >= BATCH or time.monotonic() - told > _STEP_S:
                yield self._stored()
                told = time.monotonic()
        yield self._stored(moved=moved)

    def _stays(self, photo_id: int, file: FoundFile) -> bool:
        try:
            self._catalog.move_file(photo_id, file)
        except ValueError:  # its folder was removed since it was met
            return False
        return True


def _prefix(folder: Path) -> bytes:
    return os.fsencode(folder) + os.sep.encode()


def _check_still_there(folder: Folder, *, found_nothing: bool) -> None:
    """Raise ``RootGoneError`` where the root vanished during the walk.

    A drive that is not mounted often leaves an empty folder behind: nothing at all where photos
    were known is taken for that, not for a person who deleted everything.
    """
    try:
        there = any(folder.path.iterdir()) if found_nothing else folder.path.is_dir()
    except OSError as error:
        raise RootGoneError(str(error)) from error
    if not there:
        raise RootGoneError(str(folder.path))


def root_is_there(path: Path) -> bool:
    """Whether a folder can be listed now and holds anything (see ``_check_still_there``)."""
    try:
        with os.scandir(path) as entries:
            return next(entries, None) is not None
    except OSError:
        return False
