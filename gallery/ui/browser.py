"""What is shown, and where one was: places, search, and the list of photo ids that follows."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from PySide6.QtCore import QObject, Signal

from gallery.catalog import Catalog
from gallery.conditions import Condition, Is, State
from gallery.domain import Album, Counts, Folder, SavedSearch, SearchResult
from gallery.library.reviewing import ReviewList
from gallery.ui.background import Background, Lane
from gallery.ui.places import ALL, Kind, Place


@dataclass(frozen=True, slots=True)
class Shown:
    """What the grid is to show. ``keep``: the same list grown or shrunk, so stay where one is.

    ``notes``: by photo id, a line to stand below its caption.
    """

    ids: Sequence[int]
    keep: bool
    notes: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Apart:
    """Photos shown beside places and searches: those like one, groups, one group.

    ``chosen``: where to stand among them; ``nothing``: what is said where there are none.
    """

    title: str
    note: str
    ids: tuple[int, ...]
    notes: Mapping[int, str]
    chosen: int | None = None
    nothing: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """The folders and how the catalog stands, read together."""

    folders: tuple[Folder, ...]
    counts: Counts
    albums: tuple[Album, ...] = ()
    saved: tuple[SavedSearch, ...] = ()
    to_review: int = 0


class Browser(QObject):
    """Turns wishes (go there, show these hits) into lists of ids read off the GUI thread.

    A list that was overtaken by a later wish is dropped.
    """

    shown = Signal(object)  # Shown
    overview_changed = Signal(object)  # Overview
    place_changed = Signal(object)  # Place

    def __init__(
        self, catalog: Catalog, review: ReviewList, background: Background, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._catalog, self._review, self._background = catalog, review, background
        self._turn = 0
        self._arriving = False  # a place was gone to that is not shown yet
        self.place = ALL
        self.search_result: SearchResult | None = None
        self.apart: Apart | None = None
        self.unfolded = False  # what is less likely is shown too
        self.overview: Overview | None = None

    @property
    def searching(self) -> bool:
        """Whether something else is shown than the place: hits, or photos apart."""
        return self.search_result is not None or self.apart is not None

    def go(self, place: Place) -> None:
        """Show a place; ends a search."""
        self.place = place
        self.search_result = self.apart = None
        self.place_changed.emit(place)
        self._read(keep=False)

    def show_hits(self, result: SearchResult) -> None:
        """Show a search's hits, best first."""
        keep = self.search_result is not None and self.search_result.text == result.text
        self.search_result, self.apart = result, None
        self.unfolded = self.unfolded and keep
        self._show_result(keep=keep)

    def show_apart(self, apart: Apart) -> None:
        """Show these photos; ends a search."""
        self._turn += 1
        self._arriving = False
        self.search_result, self.apart = None, apart
        self.shown.emit(Shown(array("q", apart.ids), keep=False, notes=apart.notes))

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
            self.search_result = self.apart = None
            self._read(keep=False)

    def refresh(self) -> None:
        """Photos or folders changed: read what is shown and the overview again."""
        self._background.run(
            Lane.READS, partial(_overview, self._catalog, self._review), self._on_overview
        )
        if not self.searching:
            self._read(keep=True)

    def _read(self, *, keep: bool) -> None:
        self._turn += 1
        self._arriving = self._arriving or not keep
        self._background.run(
            Lane.READS,
            partial(_ids, self._catalog, self._review, self.place),
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
        albums = {album.id for album in overview.albums}
        kind = self.place.kind
        gone = (kind is Kind.FOLDER and self.place.folder_id not in known) or (
            kind is Kind.ALBUM and self.place.album_id not in albums
        )
        done = _is_over(overview, kind)
        if gone or (done and not self.searching):
            self.go(ALL)


def _is_over(overview: Overview, kind: Kind) -> bool:
    """Whether it is a place that is gone once there is nothing in it, and there is nothing."""
    left = {Kind.REVIEW: overview.to_review, Kind.MISSING: overview.counts.missing}
    return not left.get(kind, True)


def _ids(catalog: Catalog, review: ReviewList, place: Place) -> Sequence[int]:
    if place.kind is Kind.REVIEW:
        return review.ids()
    if place.kind is Kind.FAILED:
        return catalog.photo_ids(failed=True)
    if place.album_id is not None:
        return catalog.album_photo_ids(place.album_id)
    if place.kind is Kind.MISSING:
        return catalog.ids_meeting([Condition(Is(State.MISSING))])
    return catalog.photo_ids(folder_id=place.folder_id)


def _overview(catalog: Catalog, review: ReviewList) -> Overview:
    return Overview(
        catalog.folders(),
        catalog.counts(),
        catalog.albums(),
        catalog.saved_searches(),
        review.count(),
    )
