"""What is shown, and where one was: places, search, and the list of photo ids that follows."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal

from gallery.catalog import Catalog
from gallery.conditions import Condition, Is, State
from gallery.domain import Counts, Folder, SearchResult
from gallery.ui.background import Background, Lane
from gallery.ui.places import ALL, Kind, Place

# Places that are gone once there is nothing in them.
_STATES = {Kind.DOUBTED: State.DOUBTED, Kind.MISSING: State.MISSING}


@dataclass(frozen=True, slots=True)
class Shown:
    """What the grid is to show. ``keep``: the same list grown or shrunk, so stay where one is."""

    ids: Sequence[int]
    keep: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """The folders and how the catalog stands, read together."""

    folders: tuple[Folder, ...]
    counts: Counts


class Browser(QObject):
    """Turns wishes (go there, show these hits) into lists of ids read off the GUI thread.

    A list that was overtaken by a later wish is dropped.
    """

    shown = Signal(object)  # Shown
    overview_changed = Signal(object)  # Overview
    place_changed = Signal(object)  # Place

    def __init__(self, catalog: Catalog, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._catalog, self._background = catalog, background
        self._turn = 0
        self._arriving = False  # a place was gone to that is not shown yet
        self.place = ALL
        self.search_result: SearchResult | None = None
        self.unfolded = False  # what is less likely is shown too
        self.overview: Overview | None = None

    @property
    def searching(self) -> bool:
        """Whether hits are shown rather than the place."""
        return self.search_result is not None

    def go(self, place: Place) -> None:
        """Show a place; ends a search."""
        self.place = place
        self.search_result = None
        self.place_changed.emit(place)
        self._read(keep=False)

    def show_hits(self, result: SearchResult) -> None:
        """Show a search's hits, best first."""
        keep = self.search_result is not None and self.search_result.text == result.text
        self.search_result = result
        self.unfolded = self.unfolded and keep
        self._show_result(keep=keep)

    def unfold(self) -> None:
        """Show what is less likely too, behind the hits."""
        self.unfolded = True
        self._show_result(keep=True)

    def _show_result(self, *, keep: bool) -> None:
        result = self.search_result
        if result is None:
            return
        self._turn += 1
        self._arriving = False
        hits = (*result.hits, *result.less_likely) if self.unfolded else result.hits
        self.shown.emit(Shown(array("q", [hit.photo_id for hit in hits]), keep))

    def leave_search(self) -> None:
        """Back to the place."""
        if self.searching:
            self.search_result = None
            self._read(keep=False)

    def refresh(self) -> None:
        """Photos or folders changed: read what is shown and the overview again."""
        self._background.run(Lane.READS, partial(_overview, self._catalog), self._on_overview)
        if not self.searching:
            self._read(keep=True)

    def _read(self, *, keep: bool) -> None:
        self._turn += 1
        self._arriving = self._arriving or not keep
        self._background.run(
            Lane.READS,
            partial(_ids, self._catalog, self.place),
            partial(self._on_ids, self._turn),
        )

    def _on_ids(self, turn: int, ids: Sequence[int]) -> None:
        if turn == self._turn:
            keep, self._arriving = not self._arriving, False
            self.shown.emit(Shown(ids, keep))

    def _on_overview(self, overview: Overview) -> None:
        self.overview = overview
        known = {folder.id for folder in overview.folders}
        self.overview_changed.emit(overview)
        gone = self.place.kind is Kind.FOLDER and self.place.folder_id not in known
        done = self.place.kind in _STATES and not _number(overview.counts, self.place.kind)
        if gone or (done and not self.searching):
            self.go(ALL)


def _number(counts: Counts, kind: Kind) -> int:
    return counts.doubted if kind is Kind.DOUBTED else counts.missing


def _ids(catalog: Catalog, place: Place) -> Sequence[int]:
    if place.kind is Kind.FAILED:
        return catalog.photo_ids(failed=True)
    if place.kind in _STATES:
        return catalog.ids_meeting([Condition(Is(_STATES[place.kind]))])
    return catalog.photo_ids(folder_id=place.folder_id)


def _overview(catalog: Catalog) -> Overview:
    return Overview(catalog.folders(), catalog.counts())
