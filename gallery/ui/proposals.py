"""Other wordings for the photo whose caption is edited, asked for beside the window."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal

from gallery.domain import Alternate
from gallery.errors import KnownError
from gallery.library.proposing import Proposer
from gallery.ui.background import Background, Lane


class Proposals(QObject):
    """``kept``: what the catalog has already; ``found``: what the describer was asked for."""

    kept = Signal(int, object)  # photo id, tuple[Alternate, ...]
    found = Signal(int, object)
    refused = Signal(int, str)

    def __init__(self, proposer: Proposer, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._proposer, self._background = proposer, background
        self._asked_for: int | None = None

    @property
    def can_propose(self) -> bool:
        """Whether more can be asked for."""
        return self._proposer.can_propose

    def show_kept(self, photo_id: int) -> None:
        """Tell of what was proposed before."""
        self._background.run(
            Lane.READS, partial(self._proposer.kept, photo_id), partial(self.kept.emit, photo_id)
        )

    def ask(self, photo_id: int) -> None:
        """Have more proposed; a question about another photo is given up."""
        if self._asked_for == photo_id:
            return
        self._proposer.cancel()
        self._asked_for = photo_id
        self._background.run(
            Lane.WORDINGS,
            partial(self._work, photo_id),
            partial(self._on_found, photo_id),
            partial(self._on_refused, photo_id),
        )

    def close(self) -> None:
        """Give up what is asked: nobody waits any more."""
        self._asked_for = None
        self._proposer.cancel()

    def _work(self, photo_id: int) -> Sequence[Alternate] | None:
        """Run on a worker; what nobody waits for any more is not asked at all."""
        return self._proposer.propose(photo_id) if photo_id == self._asked_for else None

    def _on_found(self, photo_id: int, alternates: Sequence[Alternate] | None) -> None:
        if alternates is not None and photo_id == self._asked_for:
            self._asked_for = None
            self.found.emit(photo_id, alternates)

    def _on_refused(self, photo_id: int, error: Exception) -> None:
        if photo_id != self._asked_for:
            return  # it was given up
        self._asked_for = None
        if isinstance(error, KnownError):
            self.refused.emit(photo_id, str(error))
        else:
            self._background.failed.emit(error)
            self.refused.emit(photo_id, self.tr("The describer gave no answer."))
