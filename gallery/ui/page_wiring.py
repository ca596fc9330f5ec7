"""Where the wishes of the page's widgets meet the program, and its facts meet the widgets."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt

from gallery.domain import Folder, SearchResult
from gallery.library.events import EngineState, Progress
from gallery.ui.announce import announce
from gallery.ui.apart_wiring import ApartWiring
from gallery.ui.background import Lane
from gallery.ui.collections_wiring import CollectionsWiring
from gallery.ui.correcting_wiring import CorrectingWiring
from gallery.ui.details_wiring import DetailsWiring
from gallery.ui.film_making import FilmMaking
from gallery.ui.finding_wiring import FindingWiring
from gallery.ui.gallery_page import GalleryPage
from gallery.ui.place_words import blocked_folders, place_note
from gallery.ui.places import Kind, Place
from gallery.ui.slideshow_window import SlideshowWindow

_THUMBNAIL_STEP_PX = 30


class PageWiring:
    """Connects one page; its methods are what actions and dialogs call too."""

    def __init__(self, page: GalleryPage) -> None:
        self.page = page
        self.slideshow: SlideshowWindow | None = None
        self._connect_browsing()
        self._connect_search()
        self._connect_work()
        self._connect_captions_and_voice()
        self.details = DetailsWiring(page)
        self.collections = CollectionsWiring(page)
        self.apart = ApartWiring(page)
        self.correcting = CorrectingWiring(page)
        page.top_bar.save_requested.connect(self.collections.save_search)
        self.films = FilmMaking(page)
        self.finding = FindingWiring(page)
        self._show_describer(page.program.engine.state)
        page.status.show_progress(page.program.indexer.progress)

    # Wishes that menus share

    def add_folder(self, path: Path, *, names_only: bool = False) -> None:
        """Add a folder, then go there. ``names_only``: it is listed, and not described so far."""
        page = self.page
        add = partial(page.program.add_folder, path, names_only=names_only)
        page.background.run(Lane.WRITES, add, self._on_folder_added)

    def add_samples(self) -> None:
        """Add the bundled sample gallery, then go there."""
        page = self.page
        page.background.run(Lane.WRITES, page.program.add_sample_gallery, self._on_folder_added)

    def remove_folder(self, folder_id: int) -> None:
        """Forget a folder; its files are not touched."""
        page = self.page
        page.background.run(Lane.WRITES, partial(page.program.remove_folder, folder_id))

    def scan(self, folder_ids: Sequence[int] | None = None) -> None:
        """Look for changes."""
        self.page.program.indexer.request_scan(folder_ids)

    def try_again(self, photo_ids: Sequence[int] | None = None) -> None:
        """Clear failures and do these photos again."""
        page = self.page
        page.background.run(Lane.WRITES, partial(page.program.indexer.try_again, photo_ids))

    def describe_anyway(self) -> None:
        """Let the sample set describe the folders of this place."""
        page = self.page
        for folder in blocked_folders(page.browser, page.program.describer_set):
            page.background.run(Lane.WRITES, partial(page.program.allow_sample, folder.id))

    def toggle_work(self) -> None:
        """Pause, or go on."""
        indexer = self.page.program.indexer
        if self.page.status.progress.phase == "paused":
            indexer.resume()
        else:
            indexer.pause()

    def edit_caption(self) -> None:
        """Edit the current photo's caption where it stands."""
        if self.page.is_viewing:
            self.page.viewer.edit_caption()
        elif self.page.is_reviewing:
            self.page.review.edit()
        else:
            self.page.grid.edit_current()

    def more_wordings(self) -> None:
        """Edit the current photo's caption with other wordings beside it."""
        page = self.page
        if page.is_reviewing:
            page.review.ask_more()
            return
        if not page.is_viewing:
            page.open_photo(page.current_id)
        if page.is_viewing:
            if not page.viewer.details.is_editing:
                page.viewer.edit_caption()
            page.viewer.details.ask_more()

    def tell(self) -> None:
        """Tell the current photo; again: hold and go on."""
        photo_id = self.page.current_id
        if photo_id is not None:
            self.page.narration.tell(photo_id)

    def ask(self) -> None:
        """Open the line for a question about the current photo, which is shown large for it."""
        page = self.page
        if not page.is_viewing:
            page.open_photo(page.current_id)
        if page.is_viewing:
            page.viewer.ask()

    def resize_thumbnails(self, steps: int) -> None:
        """Larger or smaller."""
        grid = self.page.grid
        grid.set_thumbnail_px(grid.thumbnail_px + steps * _THUMBNAIL_STEP_PX)

    def start_slideshow(self) -> None:
        """A narrated slideshow of what is shown, from the current photo on."""
        page = self.page
        ids, current = page.model.ids, page.current_id
        if not len(ids) or self.slideshow is not None:
            return
        page.narration.stop()
        start = page.model.row_of(current) if current is not None else None
        self.slideshow = SlideshowWindow(page.program, ids, start or 0)
        self.slideshow.closed.connect(self._on_slideshow_closed)
        self.slideshow.showFullScreen()

    def close(self) -> None:
        """Close what stands beside the page."""
        self.apart.close()
        self.films.stop()
        self.correcting.close()
        if self.slideshow is not None:
            self.slideshow.close()

    # Connections

    def _connect_browsing(self) -> None:
        page = self.page
        page.sidebar.place_requested.connect(self._on_place_requested)
        page.browser.place_changed.connect(page.sidebar.show_place)
        page.browser.shown.connect(page.show_list)
        page.browser.overview_changed.connect(page.show_overview)
        page.bridge.list_changed.connect(page.browser.refresh)
        page.bridge.photos_changed.connect(page.cache.changed)
        page.outside.noticed.connect(self._on_changed_outside)
        page.bridge.thumbnails_ready.connect(self._on_thumbnails_ready)
        page.grid.visible_changed.connect(self._on_visible_changed)
        page.grid.open_requested.connect(self._on_open_requested)
        page.grid.edit_ended.connect(page.show_what_waited, Qt.ConnectionType.QueuedConnection)
        page.grid.thumbnail_size_changed.connect(page.top_bar.show_thumbnail_px)
        page.top_bar.thumbnail_size_requested.connect(page.grid.set_thumbnail_px)
        page.failures.open_requested.connect(page.open_photo)
        page.failures.try_again_requested.connect(self.try_again)
        page.viewer.left.connect(page.leave_viewer)
        page.viewer.photo_changed.connect(self._on_viewer_moved)
        page.empty.samples_requested.connect(self.add_samples)

    def _connect_search(self) -> None:
        page = self.page
        page.top_bar.search_typed.connect(self._on_search_typed)
        page.top_bar.search_left.connect(page.focus_photos)
        page.top_bar.results_requested.connect(page.focus_photos)
        page.grid.left.connect(self._on_grid_left)
        page.empty.clear_search_requested.connect(page.top_bar.clear_search)
        page.empty.less_likely_requested.connect(self._on_less_likely_requested)
        page.top_bar.less_likely_requested.connect(self._on_less_likely_requested)
        page.search.found.connect(self._on_found)
        page.search.busy_changed.connect(page.top_bar.show_busy)
        page.search.ended.connect(page.browser.leave_search)
        page.bridge.list_changed.connect(self._search_again)

    def _connect_work(self) -> None:
        page, indexer = self.page, self.page.program.indexer
        page.status.pause_requested.connect(indexer.pause)
        page.status.resume_requested.connect(indexer.resume)
        page.status.cancel_requested.connect(indexer.cancel)
        page.status.retry_requested.connect(self.try_again)
        page.bridge.progress_changed.connect(self._on_progress)
        page.bridge.engine_changed.connect(self._show_describer)
        page.banner.describe_anyway_requested.connect(self.describe_anyway)
        page.sidebar.scan_folder_requested.connect(lambda folder_id: self.scan([folder_id]))

    def _connect_captions_and_voice(self) -> None:
        page, narration = self.page, self.page.narration
        page.model.caption_edit_requested.connect(page.edits.set_caption)
        page.viewer.details.caption_edited.connect(page.edits.set_caption)
        page.viewer.details.narrate_requested.connect(self.tell)
        narration.preparing.connect(page.narration_bar.show_preparing)
        narration.started.connect(self._on_telling)
        narration.word_changed.connect(page.narration_bar.light)
        narration.paused_changed.connect(
            lambda paused: page.narration_bar.show_paused(paused=paused)
        )
        narration.ended.connect(page.narration_bar.hide)
        page.narration_bar.pause_requested.connect(narration.toggle_pause)
        page.narration_bar.stop_requested.connect(narration.stop)

    # Facts

    def _on_place_requested(self, place: Place) -> None:
        page = self.page
        page.leave_spot()
        if page.browser.searching or page.search.text:
            page.top_bar.search.blockSignals(True)
            page.top_bar.clear_search()
            page.top_bar.search.blockSignals(False)
            page.search.forget()
        page.browser.go(place)

    def _on_open_requested(self, photo_id: int) -> None:
        if not self.apart.opens(photo_id) and not self.correcting.opens(photo_id):
            self.page.open_photo(photo_id)

    def _on_grid_left(self) -> None:
        if not self.apart.back():
            self.page.top_bar.clear_search()

    def _search_again(self) -> None:
        if self.page.browser.apart is None:
            self.page.search.again()

    def _on_search_typed(self, text: str) -> None:
        self.page.leave_spot()
        self.page.search.type(text)

    def _on_found(self, result: SearchResult) -> None:
        page = self.page
        if page.is_viewing and not page.browser.searching:
            return
        page.browser.show_hits(self.finding.take(result))
        self.finding.tell()

    def _on_less_likely_requested(self) -> None:
        page = self.page
        page.browser.unfold()
        page.focus_photos()
        announce(page.top_bar, place_note(page.browser, len(page.model.ids)))

    def _on_folder_added(self, folder: Folder | None) -> None:
        if folder is not None:
            self._on_place_requested(Place(Kind.FOLDER, folder.id))
            self.page.browser.refresh()
            self.page.focus_photos()

    def _on_changed_outside(self) -> None:
        page = self.page
        page.cache.all_changed()
        page.browser.refresh()
        self._search_again()

    def _on_thumbnails_ready(self, photo_ids: tuple[int, ...]) -> None:
        self.page.cache.thumbnails_ready(photo_ids)
        self.page.pictures.forget(photo_ids)

    def _on_visible_changed(self, rows: range) -> None:
        page = self.page
        page.model.set_visible(rows)
        ids = page.model.ids
        page.program.indexer.prefer([ids[row] for row in rows if row < len(ids)])

    def _on_viewer_moved(self, photo_id: int) -> None:
        page = self.page
        if page.narration.photo_id not in (None, photo_id):
            page.narration.stop()
        page.program.indexer.prefer([photo_id])

    def _on_progress(self, progress: Progress) -> None:
        before = self.page.status.progress.phase
        self.page.status.show_progress(progress)
        if before != progress.phase:
            self.page.browser.refresh()

    def _show_describer(self, state: EngineState) -> None:
        known = self.page.program.describer_set
        if known.captioner is None and known.matcher is None:
            self.page.status.show_no_describer(known.note)
        else:
            self.page.status.show_describer(known.name, state)

    def _on_telling(self, _photo_id: int, text: str) -> None:
        narration = self.page.narration
        self.page.narration_bar.show_text(text, narration.player.silent_reason)

    def _on_slideshow_closed(self, photo_id: int) -> None:
        self.slideshow = None
        page = self.page
        if page.is_viewing:
            page.open_photo(photo_id)
        else:
            page.grid.go_to(photo_id)
        page.window().activateWindow()
