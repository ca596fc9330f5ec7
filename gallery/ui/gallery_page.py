"""The inside of the window for one open catalog: its parts, and what is shown when."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt
from PySide6.QtWidgets import QApplication, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from gallery.domain import Doubt, Photo, SearchResult
from gallery.library.reasons import Reasons
from gallery.library.refining import Refiner
from gallery.library.reviewing import ReviewList
from gallery.library.viewing import Viewing
from gallery.paths import sample_gallery_dir
from gallery.program import Program
from gallery.settings import Settings
from gallery.ui.background import Background, Lane
from gallery.ui.banner import SampleBanner
from gallery.ui.batch_edits import BatchEdits
from gallery.ui.browser import Browser, Overview, Shown
from gallery.ui.close_looks import CloseLooks
from gallery.ui.completions import SearchCompletions
from gallery.ui.edits import CaptionEdits
from gallery.ui.empty_state import EmptyState
from gallery.ui.event_bridge import EventBridge
from gallery.ui.explanations import Explanations
from gallery.ui.failures_page import FailuresPage
from gallery.ui.grid_delegate import GridDelegate
from gallery.ui.grid_view import GridView
from gallery.ui.moving_picture import MovingPicture
from gallery.ui.narration import Narration
from gallery.ui.narration_bar import NarrationBar
from gallery.ui.outside_changes import OutsideChanges
from gallery.ui.photo_cache import PhotoCache
from gallery.ui.photo_model import PhotoModel
from gallery.ui.picture_drop import PictureDrop
from gallery.ui.picture_loader import PictureLoader
from gallery.ui.place_words import (
    less_likely_text,
    place_note,
    place_title,
    waiting_for_describer,
)
from gallery.ui.places import Kind, Place
from gallery.ui.proposals import Proposals
from gallery.ui.refinement import Refinement
from gallery.ui.review_page import ReviewPage
from gallery.ui.search import Search
from gallery.ui.sidebar import Sidebar
from gallery.ui.status_line import StatusLine
from gallery.ui.top_bar import TopBar
from gallery.ui.viewer import Viewer

_FAILURES_SHOWN = 1000
_SELECTION_KEPT = 1000


class GalleryPage(QWidget):
    """Holds the widgets and the objects behind them; ``page_wiring`` connects them."""

    def __init__(self, program: Program, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        self.program = program
        self.background = Background(self)
        self.bridge = EventBridge(program.bus, self)
        self.cache = PhotoCache(program.catalog, program.thumbnails, self.background, self)
        self.model = PhotoModel(self.cache, self)
        self.review_list = ReviewList(program.catalog, program.describer_set)
        self.browser = Browser(program.catalog, self.review_list, self.background, self)
        self.search = Search(
            program.searcher, self.background, self, overtaken=program.engine.drop_texts
        )
        refiner = Refiner(program.catalog, program.engine)
        self.refinement = Refinement(refiner, self.background, self)
        reasons = Reasons(program.catalog, program.describer_set.search_floor)
        self.explanations = Explanations(reasons, self.refinement, self.background, self)
        self.model.explain_by(self.explanations.short, self.explanations.long)
        self.edits = CaptionEdits(program.catalog, program.bus, self.background, self)
        self.batch_edits = BatchEdits(
            program.catalog, program.bus, self.background, self.edits.undo_stack, self
        )
        self.proposals = Proposals(program.proposer, self.background, self)
        self.narration = Narration(program.catalog, program.narrator, self.background, self)
        pictures = PictureLoader(program.viewer_picture, self.background, self)
        self.pictures = pictures
        self.sidebar = Sidebar(self)
        self.top_bar = TopBar(settings.thumbnail_px, self)
        self.pictures_wanted = PictureDrop(self.top_bar.search)
        self.completions = SearchCompletions(
            self.top_bar.search, self, program.catalog, self.background
        )
        self.banner = SampleBanner(self)
        self.grid = GridView(settings.thumbnail_px, self)
        self.grid.setItemDelegate(GridDelegate(self.grid))
        self.grid.setModel(self.model)
        self.empty = EmptyState(self)
        self.failures = FailuresPage(self)
        viewing = Viewing(program.catalog, program.decoder)
        looks = CloseLooks(viewing, self.background, self)
        moving = MovingPicture(viewing, self.background, self)
        self.viewer = Viewer(self.cache, pictures, looks, moving, self)
        self.review = ReviewPage(self.cache, pictures, self)
        self.narration_bar = NarrationBar(self)
        self.status = StatusLine(self)
        self.outside = OutsideChanges(program.catalog, self.background, self)
        self._lay_out(settings)
        self._spots: dict[str, tuple[int | None, int | None]] = {}
        self._before_search: str | None = None
        place = Place.parse(settings.place)
        self._spots[str(place)] = (settings.photo_id or None, settings.first_photo_id or None)
        self._first_place = place
        self._ready = False
        self._waiting: Shown | None = None

    def start(self) -> None:
        """Read what was shown last time, and the folders."""
        self.browser.go(self._first_place)
        self.browser.refresh()
        self.grid.setFocus()

    def close_down(self) -> None:
        """Stop what runs; waits for the last write."""
        self.narration.stop()
        self.proposals.close()
        self.refinement.stop()
        self.completions.close()
        self.bridge.close()
        self.program.engine.drop_questions()
        self.background.close()

    def remember(self, settings: Settings) -> None:
        """Put where one is into the settings."""
        settings.place = str(self.browser.place)
        if not self.browser.searching:
            self._leave_spot()
        photo_id, first_id = self._spots.get(str(self.browser.place), (None, None))
        settings.photo_id, settings.first_photo_id = photo_id or 0, first_id or 0
        settings.thumbnail_px = self.grid.thumbnail_px
        settings.sidebar_px = self._splitter.sizes()[0] or settings.sidebar_px

    @property
    def current_id(self) -> int | None:
        """The photo that keys act on."""
        if self.is_reviewing:
            return self.review.photo_id
        return self.viewer.photo_id if self.is_viewing else self.grid.current_id

    @property
    def is_viewing(self) -> bool:
        """Whether one photo is shown large."""
        return self._outer.currentWidget() is self.viewer

    @property
    def is_reviewing(self) -> bool:
        """Whether captions are reviewed one after another."""
        return self._outer.currentWidget() is self.review

    # What is shown

    def begin_review(self, doubts: Mapping[int, Doubt], first: int | None) -> None:
        """Show captions one after another, from one of them on."""
        self._outer.setCurrentWidget(self.review)
        self.review.begin(doubts, first)

    def open_photo(self, photo_id: int | None) -> None:
        """Show a photo large."""
        if photo_id is not None and photo_id in self.model.ids:
            self._outer.setCurrentWidget(self.viewer)
            self.viewer.open(self.model.ids, photo_id)

    def leave_viewer(self, photo_id: int) -> None:
        """Back to the photos, at the one that was shown."""
        self._outer.setCurrentWidget(self._browse)
        self.grid.go_to(photo_id)
        self.focus_photos()
        self.model.set_visible(self.grid.visible_rows)

    def focus_photos(self) -> None:
        """Give the keys to what is in the middle."""
        shown = self._middle.currentWidget()
        if shown is not None:
            shown.setFocus()

    def leave_spot(self) -> None:
        """Remember where one is before going somewhere else."""
        if not self.browser.searching and self._ready:
            self._leave_spot()

    def show_list(self, shown: Shown) -> None:
        """Show a list of photos; where it is the same list, stay where one is.

        The same list grown waits while a caption is edited in it: what is typed is not lost.
        """
        self._waiting = shown if shown.keep and self.grid.is_editing else None
        if self._waiting is not None:
            return
        same = len(shown.ids) == len(self.model.ids) and bytes(memoryview(shown.ids)) == bytes(  # type: ignore[arg-type]
            memoryview(self.model.ids)  # type: ignore[arg-type]
        )
        if not (same and shown.keep and self._ready and not shown.notes):
            current, first = self._spot(shown)
            selected = self.grid.selected_ids()[:_SELECTION_KEPT] if shown.keep else []
            self.model.set_ids(shown.ids, shown.notes)
            if not shown.keep:
                self.grid.scrollToTop()
            self.grid.go_to(current, first_visible_id=first)
            self._select(selected)
            self._ready = True
        if self.is_viewing:
            self.viewer.follow(self.model.ids)
        if self.browser.place.kind is Kind.FAILED and not self.browser.searching:
            self.background.run(
                Lane.READS,
                partial(self.program.catalog.failures, limit=_FAILURES_SHOWN),
                self._show_failures,
            )
        self.show_words()

    def show_what_waited(self) -> None:
        """The edit in the grid is over."""
        if self._waiting is not None:
            self.show_list(self._waiting)

    def show_overview(self, overview: Overview) -> None:
        """The folders or the counts changed."""
        self.sidebar.show_overview(overview)
        self.show_words()

    def show_words(self) -> None:
        """Title, note, banner, and which of grid, table and empty state is there."""
        browser, overview = self.browser, self.browser.overview
        note = place_note(browser, len(self.model.ids))
        # Where nothing else is there, the offer stands in the middle.
        offer = less_likely_text(browser) if len(self.model.ids) else ""
        self.top_bar.show_place(place_title(browser), note, offer)
        waiting = waiting_for_describer(browser, self.program.describer_set)
        if waiting and not browser.searching:
            self.banner.show_waiting(waiting)
        else:
            self.banner.hide()
        if overview is not None:
            self._show_middle(self._middle_widget(overview))

    def _show_middle(self, widget: QWidget) -> None:
        """Keys stay in the middle where they were there."""
        focus = QApplication.focusWidget()
        outside = focus is None or not self._middle.isAncestorOf(focus)
        self._middle.setCurrentWidget(widget)
        if focus is None or outside or focus is widget or widget.isAncestorOf(focus):
            return
        widget.setFocus()

    def _middle_widget(self, overview: Overview) -> QWidget:
        place, working = self.browser.place, self.status.progress.phase in ("scanning", "reading")
        result: SearchResult | None = self.browser.search_result
        if len(self.model.ids):
            failed = place.kind is Kind.FAILED and not self.browser.searching
            return self.failures if failed else self.grid
        apart = self.browser.apart
        if apart is not None:
            self.empty.show_nothing(apart.nothing)
        elif place.kind is Kind.ALBUM and result is None:
            self.empty.show_empty_album()
        elif result is not None:
            self.empty.show_no_hits(result.text, less_likely_text(self.browser))
        elif not overview.folders:
            self.empty.show_welcome(samples=sample_gallery_dir().is_dir())
        elif place.kind is Kind.FAILED:
            self.empty.show_no_failures()
        elif place.kind is Kind.REVIEW:
            self.empty.show_nothing(self.tr("There is no caption to review."))
        else:
            folders = [item for item in overview.folders if item.id == place.folder_id]
            connected = all(item.connected for item in folders or overview.folders)
            self.empty.show_no_photos(working=working, connected=connected)
        return self.empty

    def _show_failures(self, photos: list[Photo]) -> None:
        self.failures.show_failures(photos)

    def _spot(self, shown: Shown) -> tuple[int | None, int | None]:
        typing = self.browser.searching and not self.grid.hasFocus()
        if shown.keep and self._ready and not typing:
            return self.grid.chosen_id, self.grid.top_id
        apart = self.browser.apart
        if apart is not None and apart.chosen in shown.ids:
            return apart.chosen, None
        if self.browser.searching:
            return (shown.ids[0] if len(shown.ids) else None), None
        return self._spots.get(str(self.browser.place), (None, None))

    def _leave_spot(self) -> None:
        self._spots[str(self.browser.place)] = (self.grid.chosen_id, self.grid.top_id)

    def _select(self, photo_ids: list[int]) -> None:
        if len(photo_ids) < 2:  # the current one is selected anyway
            return
        chosen = QItemSelection()
        for photo_id in photo_ids:
            row = self.model.row_of(photo_id)
            if row is not None:
                chosen.select(self.model.index(row, 0), self.model.index(row, 0))
        flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.grid.selectionModel().select(chosen, flag)

    def _lay_out(self, settings: Settings) -> None:
        self._middle = QStackedWidget(self)
        for widget in (self.grid, self.empty, self.failures):
            self._middle.addWidget(widget)
        self._middle.setCurrentWidget(self.grid)
        right = QWidget(self)
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top_bar)
        column.addWidget(self.banner)
        column.addWidget(self._middle, 1)
        self._splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self.sidebar)
        self._splitter.addWidget(right)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setSizes([settings.sidebar_px, 1000])
        self._browse = self._splitter
        self._outer = QStackedWidget(self)
        self._outer.addWidget(self._browse)
        self._outer.addWidget(self.viewer)
        self._outer.addWidget(self.review)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._outer, 1)
        layout.addWidget(self.narration_bar)
        layout.addWidget(self.status)
