"""Corrections of one photo or many: wishes of keys, menus and the review meet the catalog."""

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QInputDialog, QLineEdit

from gallery.domain import Alternate, CaptionState, Doubt, Photo
from gallery.library.events import PhotosDescribed
from gallery.library.rewording import Reworded, states
from gallery.ui.announce import announce
from gallery.ui.background import Lane
from gallery.ui.captions_dialog import CaptionsDialog
from gallery.ui.gallery_page import GalleryPage
from gallery.ui.places import Kind
from gallery.ui.wordings import Wording
from gallery.ui.words import bands_text, match_text, photos_text, stars_text, tr

#: So many captions are changed in one step at most: their words are all looked at before.
_MANY = 20_000


class CorrectingWiring(QObject):
    """Connects one page; its methods are what actions call too."""

    def __init__(self, page: GalleryPage) -> None:
        super().__init__(page)
        self.page = page
        self._closed = False
        self._connect_review()
        page.viewer.details.rated.connect(lambda stars: self.rate(stars))

    def close(self) -> None:
        """Give up what the describer was asked for."""
        self._closed = True

    # Stars and captions

    def rate(self, stars: int | None) -> None:
        """Give stars to what is selected; None: those of the file count again."""
        chosen = self._chosen()
        if chosen:
            self.page.batch_edits.rate(chosen, stars)
            told = stars_text(stars) or tr("Stars as in the file")
            announce(self.page, f"{told}, {photos_text(len(chosen))}")

    def change_captions(self) -> None:
        """Open the dialog for the captions of what is selected."""
        chosen = self._chosen()[:_MANY]
        if chosen and not self.page.is_reviewing:
            self.page.background.run(
                Lane.READS, partial(self.page.program.catalog.photos, chosen), self._open_dialog
            )

    def describe_again(self) -> None:
        """Have the describer write the captions of what is selected again."""
        chosen = self._chosen()
        if chosen:
            self.page.background.run(
                Lane.WORDINGS, partial(self._describe_each, chosen), self._on_described
            )
            announce(self.page, tr("Describing {0} again").format(photos_text(len(chosen))))

    def ask_beginning(self) -> None:
        """Ask how the caption of the current photo begins; the describer goes on."""
        photo_id = self.page.current_id
        if photo_id is None:
            return
        dialog = QInputDialog(self.page.window())
        dialog.setWindowTitle(tr("Describe beginning with"))
        label = tr("The caption begins with (like “our dog Rex”):")
        dialog.setLabelText(label)
        dialog.setMinimumWidth(420)
        for line in dialog.findChildren(QLineEdit):
            line.setAccessibleName(label)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.textValueSelected.connect(partial(self._begin_with, photo_id))
        dialog.open()

    # Review

    def review(self) -> None:
        """Review what is doubted, from the beginning."""
        self._review(None)

    def opens(self, photo_id: int) -> bool:
        """Whether opening a photo here begins a review at it."""
        browser = self.page.browser
        here = browser.place.kind is Kind.REVIEW and not browser.searching
        if here:
            self._review(photo_id)
        return here

    def _review(self, first: int | None) -> None:
        then = partial(self._begin_review, first)
        self.page.background.run(Lane.READS, self.page.review_list.doubts, then)

    def _begin_review(self, first: int | None, doubts: Mapping[int, Doubt]) -> None:
        if doubts:
            self.page.begin_review(doubts, first)
        else:
            self.page.bridge.noticed.emit(
                tr("There is no caption to review."),
                tr("Captions that the describer is unsure of would be listed here."),
            )

    def _connect_review(self) -> None:
        page, review = self.page, self.page.review
        review.panel.wordings.set_footnote(bands_text(page.program.describer_set))
        review.decided.connect(self._on_decided)
        review.left.connect(self._on_left)
        review.wordings_wanted.connect(page.proposals.show_kept)
        review.more_wordings_wanted.connect(page.proposals.ask)
        page.proposals.kept.connect(partial(self._on_wordings, answered=False))
        page.proposals.found.connect(partial(self._on_wordings, answered=True))
        page.proposals.refused.connect(review.show_no_wordings)
        page.batch_edits.put_back.connect(self._on_put_back)

    def _on_decided(self, photo_id: int, state: CaptionState) -> None:
        self.page.batch_edits.say({photo_id: state}, tr("review of {0}"))

    def _on_put_back(self, photo_ids: frozenset[int]) -> None:
        if self.page.is_reviewing:
            self.page.review.go_to(photo_ids)

    def _on_left(self, photo_id: int) -> None:
        self.page.leave_viewer(photo_id)
        self.page.browser.refresh()

    def _on_wordings(
        self, photo_id: int, alternates: Sequence[Alternate], *, answered: bool
    ) -> None:
        describer = self.page.program.describer_set
        wordings = [Wording(one.text, match_text(one, describer)) for one in alternates]
        self.page.review.show_wordings(photo_id, wordings, answered=answered)

    # Many captions

    def _open_dialog(self, photos: Sequence[Photo]) -> None:
        dialog = CaptionsDialog(photos, self.page.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(self._on_chosen)
        dialog.open()

    def _on_chosen(self, changes: Sequence[Reworded]) -> None:
        self.page.batch_edits.say(states(changes), tr("captions of {0}"))

    # The describer

    def _describe_each(self, photo_ids: Sequence[int]) -> int:
        """Run on a worker; each is told when it is stored."""
        program, number = self.page.program, 0
        for photo_id in photo_ids:
            if self._closed:
                break
            if program.proposer.describe_again(photo_id):
                program.bus.publish(PhotosDescribed((photo_id,)))
                number += 1
        return number

    def _on_described(self, number: int) -> None:
        announce(self.page, tr("{0} described again").format(photos_text(number)))

    def _begin_with(self, photo_id: int, beginning: str) -> None:
        text = " ".join(beginning.split())
        if text:
            work = partial(self.page.program.proposer.go_on, photo_id, text)
            self.page.background.run(Lane.WORDINGS, work, partial(self._on_begun, photo_id))

    def _on_begun(self, photo_id: int, text: str) -> None:
        """Offered in the editor: what the describer added is a person's when they save it."""
        page = self.page
        if page.is_reviewing:
            if page.review.photo_id == photo_id:
                page.review.panel.edit(text)
        else:
            page.open_photo(photo_id)
            if page.is_viewing:
                page.viewer.edit_caption()
                page.viewer.details.edit(text)
        announce(page, text)

    def _chosen(self) -> list[int]:
        page = self.page
        chosen = [] if page.is_viewing or page.is_reviewing else page.grid.selected_ids()
        return chosen or ([] if page.current_id is None else [page.current_id])
