"""The details beside the picture: facts, other wordings and questions meet the program."""

from collections.abc import Collection, Sequence
from functools import partial

from gallery.domain import Alternate
from gallery.errors import KnownError
from gallery.ui.background import Lane
from gallery.ui.gallery_page import GalleryPage
from gallery.ui.wordings import Wording
from gallery.ui.words import bands_text, match_text


class DetailsWiring:
    """Connects the viewer's details of one page."""

    def __init__(self, page: GalleryPage) -> None:
        self.page = page
        page.viewer.photo_changed.connect(self._show_facts)
        page.bridge.photos_changed.connect(self._on_photos_changed)
        page.viewer.details.ask_box.asked.connect(self._on_asked)
        page.viewer.details.doubt.fits.connect(page.edits.confirm_caption)
        self._connect_wordings()

    def _connect_wordings(self) -> None:
        details, proposals = self.page.viewer.details, self.page.proposals
        details.offer_wordings(offered=proposals.can_propose)
        details.wordings.set_footnote(bands_text(self.page.program.describer_set))
        details.wordings_wanted.connect(proposals.show_kept)
        details.more_wordings_wanted.connect(proposals.ask)
        proposals.kept.connect(partial(self._on_wordings, answered=False))
        proposals.found.connect(partial(self._on_wordings, answered=True))
        proposals.refused.connect(details.show_no_wordings)

    def _on_wordings(
        self, photo_id: int, alternates: Sequence[Alternate], *, answered: bool
    ) -> None:
        describer = self.page.program.describer_set
        wordings = [Wording(one.text, match_text(one, describer)) for one in alternates]
        self.page.viewer.details.show_wordings(photo_id, wordings, answered=answered)

    def _show_facts(self, photo_id: int) -> None:
        panel = self.page.viewer.details.facts_panel
        panel.expect(photo_id)
        self.page.background.run(
            Lane.READS,
            partial(self.page.program.catalog.facts, photo_id),
            partial(panel.show_facts, photo_id),
        )

    def _on_photos_changed(self, photo_ids: Collection[int]) -> None:
        shown = self.page.viewer.photo_id
        if self.page.is_viewing and shown in photo_ids and shown is not None:
            self._show_facts(shown)

    def _on_asked(self, photo_id: int, question: str) -> None:
        page, box = self.page, self.page.viewer.details.ask_box
        page.background.run(
            Lane.QUESTIONS,
            partial(page.program.ask, photo_id, question),
            partial(box.show_answer, photo_id),
            partial(self._on_no_answer, photo_id, question),
        )

    def _on_no_answer(self, photo_id: int, question: str, error: Exception) -> None:
        if isinstance(error, KnownError):
            self.page.viewer.details.ask_box.show_refusal(photo_id, question, str(error))
        else:
            self.page.background.failed.emit(error)
