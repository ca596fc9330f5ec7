"""What was found meets why it was found, and what a check of it says."""

from collections.abc import Collection

from gallery.domain import SearchResult
from gallery.ui.announce import announce
from gallery.ui.gallery_page import GalleryPage
from gallery.ui.place_words import found_text, place_note
from gallery.ui.why_words import checked_text, sort_text


class FindingWiring:
    """Connects the search of one page with its explanations and checks."""

    def __init__(self, page: GalleryPage) -> None:
        self.page = page
        self._told = ""
        page.grid.visible_changed.connect(self._on_visible_changed)
        page.browser.shown.connect(self._on_shown)
        page.explanations.changed.connect(self._on_explained)
        page.refinement.changed.connect(self._on_refinement_changed)
        page.bridge.photos_changed.connect(page.refinement.forget)
        page.viewer.photo_changed.connect(self._on_viewer_moved)
        page.top_bar.sort_requested.connect(self._on_sort_requested)
        page.top_bar.search_typed.connect(lambda _: page.refinement.stop())

    def take(self, result: SearchResult) -> SearchResult:
        """What was found, in the order in which it is to be shown."""
        page = self.page
        page.refinement.refine(result)
        page.explanations.explain(result)
        return page.refinement.arranged

    def tell(self) -> None:
        """Announce what was found, once: the same may be found by words, by meaning and again."""
        page = self.page
        result, shown = page.browser.search_result, len(page.model.ids)
        if result is None:
            return
        news = f"{result.text}\n{found_text(result, shown)}"
        if news != self._told:
            self._told = news
            announce(page.top_bar, place_note(page.browser, shown))

    def _on_shown(self) -> None:
        page = self.page
        if page.browser.search_result is not None:
            self._on_visible_changed(page.grid.visible_rows)
        else:  # there is nothing to explain
            page.explanations.explain(None)
            page.refinement.stop()
            if page.browser.apart is None:  # else what was checked stands when one comes back
                page.refinement.refine(None)
                self._told = ""
        self._show_refinement()

    def _on_visible_changed(self, rows: range) -> None:
        page = self.page
        if page.browser.search_result is None:
            return
        ids = page.model.ids
        in_sight = [ids[row] for row in rows if row < len(ids)]
        page.explanations.want(in_sight)
        page.refinement.look_at(in_sight)

    def _on_explained(self, photo_ids: Collection[int]) -> None:
        page = self.page
        page.model.explained(photo_ids)
        shown = page.viewer.photo_id
        if page.is_viewing and shown in photo_ids and shown is not None:
            page.viewer.details.show_why(page.explanations.long(shown))

    def _on_viewer_moved(self, photo_id: int) -> None:
        page = self.page
        page.explanations.want([photo_id])
        page.viewer.details.show_why(page.explanations.long(photo_id))

    def _on_sort_requested(self) -> None:
        page = self.page
        page.refinement.sort()
        page.browser.show_hits(page.refinement.arranged)
        page.focus_photos()

    def _on_refinement_changed(self) -> None:
        self._show_refinement()
        page = self.page
        if page.browser.search_result is not None and not page.refinement.is_looking:
            announce(page.top_bar, checked_text(page.refinement))

    def _show_refinement(self) -> None:
        top_bar, refinement = self.page.top_bar, self.page.refinement
        if self.page.browser.search_result is None:
            top_bar.show_checked("", "")
        else:
            top_bar.show_checked(checked_text(refinement), sort_text(refinement))
