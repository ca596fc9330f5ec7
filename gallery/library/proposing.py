"""Other wordings for a photo: proposed by the captioner, weighed by the matcher, kept."""

import os
import threading
from pathlib import Path

from engine.protocol import Proposal, Propose, Proposed, RequestFailed
from gallery.catalog import Catalog
from gallery.domain import Alternate, Caption, DescribedPhoto, Photo
from gallery.errors import KnownError
from gallery.library.engine_client import EngineClient
from gallery.library.engine_questions import Question

WORDINGS = 5
_SEEDS_TRIED = 3
_A_PHOTO_S = 120.0
_AGAIN = "Try again; if it stays so, `photo-narrator doctor` may tell why."


def propose(
    engine: EngineClient, path: Path, *, candidates: int = WORDINGS, seed: int = 0
) -> Proposal:
    """Ask for the candidates of one file; blocks. Raises ``KnownError`` where no answer comes."""
    return _Asking(engine).propose(path, candidates=candidates, seed=seed)


class Proposer:
    """Proposes for photos of the catalog. Its calls block: not for the thread of the window."""

    def __init__(self, catalog: Catalog, engine: EngineClient) -> None:
        self._catalog, self._engine = catalog, engine
        self._set = engine.describer_set
        self._asking = _Asking(engine)

    @property
    def can_propose(self) -> bool:
        """Whether there is a captioner at all."""
        return self._set.captioner is not None

    def kept(self, photo_id: int) -> tuple[Alternate, ...]:
        """The wordings that were proposed before, best first."""
        return self._catalog.alternates(photo_id)

    def propose(self, photo_id: int) -> tuple[Alternate, ...]:
        """Have more proposed and keep them; all that are kept then, best first.

        Each time by other draws, until there is a wording that was not there. Raises
        ``KnownError``: no captioner, a photo that cannot be read, an engine without an answer.
        """
        captioner = self._set.captioner
        if captioner is None:
            raise KnownError(f"“{self._set.name}” makes no captions.", "Choose another describer.")
        photo = self._catalog.photo(photo_id)
        unsure = self._is_unsure(photo)
        before = self.kept(photo_id)
        seed = len({one.settings for one in before if one.checkpoint_id == captioner.id})
        for number in range(seed, seed + _SEEDS_TRIED):
            state = self._catalog.content_state(photo_id)
            proposal = self._asking.propose(photo.path, candidates=WORDINGS, seed=number)
            if proposal.reason is not None:
                raise KnownError(proposal.detail)
            self._catalog.add_alternates(
                photo_id,
                proposal.candidates,
                captioner=captioner,
                matcher=self._set.matcher,
                unsure=unsure,
                of_content=state,
            )
            kept = self.kept(photo_id)
            if {one.text for one in kept} - {one.text for one in before}:
                return kept
        return self.kept(photo_id)

    def go_on(self, photo_id: int, beginning: str) -> str:
        """A caption that begins with a person's words and goes on by the describer's.

        Nothing is stored. Raises ``KnownError`` as ``propose``.
        """
        photo = self._catalog.photo(photo_id)
        self._is_unsure(photo)
        proposal = self._asking.propose(photo.path, candidates=0, seed=0, beginning=beginning)
        if proposal.reason is not None:
            raise KnownError(proposal.detail)
        if not proposal.candidates:
            raise KnownError("The describer was interrupted.", _AGAIN)
        return proposal.candidates[0].text

    def describe_again(self, photo_id: int) -> bool:
        """Put the best of other wordings in the place of the describer's caption.

        A person's caption, and a file's, stay shown. False: it has no other words. Raises
        ``KnownError`` as ``propose``.
        """
        others = self.propose(photo_id)
        captioner, photo = self._set.captioner, self._catalog.photo(photo_id)
        known = {item.text for item in self._catalog.history(photo_id) if self._is_ours(item)}
        fresh = next((item for item in others if item.text not in known), None)
        if fresh is None or captioner is None:
            return False
        unsure = self._is_unsure(photo)
        item = DescribedPhoto(photo_id, fresh.text, fresh.score, fresh.settings, b"", unsure)
        self._catalog.store_descriptions([item], captioner=captioner, matcher=self._set.matcher)
        return True

    def _is_ours(self, caption: Caption) -> bool:
        captioner = self._set.captioner
        return captioner is not None and (caption.checkpoint_id, caption.revision) == (
            captioner.id,
            captioner.revision,
        )

    def cancel(self) -> None:
        """Give up what is being asked: that call raises ``KnownError`` soon."""
        self._asking.cancel()

    def _is_unsure(self, photo: Photo) -> bool:
        """Whether the set knows no such photos; raises where nobody allowed it to try."""
        folder = self._catalog.folder(photo.folder_id)
        if not self._set.knows_drawn_scenes_only or folder.is_sample_gallery:
            return False
        if not folder.sample_allowed:
            raise KnownError(
                f"“{self._set.name}” knows drawn scenes only, not photographs.",
                "Use real BLIP weights, or let it describe this folder anyway.",
            )
        return True


class _Asking:
    """One question at a time, which another thread may cancel."""

    def __init__(self, engine: EngineClient) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._job: int | None = None

    def propose(self, path: Path, *, candidates: int, seed: int, beginning: str = "") -> Proposal:
        def question(job: int) -> Question:
            with self._lock:
                self._job = job
            return Propose(job, (os.fspath(path),), candidates, seed, beginning)

        answer = self._engine.request(question, timeout_s=_A_PHOTO_S)
        with self._lock:
            self._job = None
        if isinstance(answer, Proposed):
            return answer.proposals[0]
        if isinstance(answer, RequestFailed):
            raise KnownError(answer.message)
        raise KnownError(self._engine.state.detail or "The describer gave no answer.", _AGAIN)

    def cancel(self) -> None:
        with self._lock:
            job = self._job
        if job is not None:
            self._engine.cancel(job)
