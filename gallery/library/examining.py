"""From files to photos with header and thumbnail: the decoder process, kept busy."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from pathlib import Path

from engine.protocol import Reason
from gallery.catalog import Catalog
from gallery.domain import Failure
from gallery.errors import KnownError
from gallery.library.decoder import DecoderClient, Examined
from gallery.library.events import Event, FoldersChanged, PhotosChanged, ThumbnailsReady
from gallery.library.glances import Glances
from gallery.library.scanner import root_is_there
from gallery.library.thumbnails import ThumbnailStore

_AT_ONCE = 16
_PAGE = 512
_STORE_EVERY_S = 0.1

_Answer = Examined | Failure


class Examining:
    """A part of the indexer, used on its thread only (but for :meth:`fill`'s callback)."""

    def __init__(
        self,
        catalog: Catalog,
        decoder: DecoderClient,
        thumbnails: ThumbnailStore,
        *,
        call_soon: Callable[[Callable[[], None]], None],
        publish: Callable[[Event], None],
    ) -> None:
        self._catalog, self._decoder, self._thumbnails = catalog, decoder, thumbnails
        self._call_soon, self._publish = call_soon, publish
        self._glances = Glances(catalog, decoder, thumbnails, publish=publish)
        self._under_way: dict[int, Future[_Answer]] = {}
        self._answers: dict[int, _Answer] = {}
        self._visible: deque[int] = deque()
        self._page: deque[tuple[int, Path]] = deque()
        self._ahead: set[int] = set()  # asked for because visible, since the page was read
        self._bare: deque[int] = deque()
        self._stored_at = 0.0
        self._error: KnownError | None = None
        self.done = 0
        self.failed = 0
        self.more = True

    @property
    def busy(self) -> bool:
        """Whether something was asked for or is not stored."""
        return bool(self._under_way or self._answers)

    def look_for_bare(self) -> None:
        """Find photos whose thumbnail was lost (a deleted or damaged file of thumbnails)."""
        if self._thumbnails.is_full:
            return  # others would go for them; what is looked at is made then
        there = self._thumbnails.ids()
        wanted = self._catalog.photo_ids(failed=False)
        self._bare = deque(photo_id for photo_id in wanted if photo_id not in there)
        self.more = True

    def prefer(self, photo_ids: Sequence[int]) -> None:
        """These first, where they were not examined or have no thumbnail."""
        there = self._thumbnails.which(photo_ids)
        self._visible = deque(photo_id for photo_id in photo_ids if photo_id not in there)
        self._glances.look(self._visible)

    def forget(self, photo_ids: Sequence[int]) -> None:
        """New photos: whatever picture an earlier catalog left under their ids is not theirs."""
        self._thumbnails.drop(photo_ids)
        self.more = True

    def doubt(self, photo_ids: Sequence[int]) -> None:
        """Their files changed or moved: what is under way is of no use and asked again."""
        for photo_id in photo_ids:
            self._under_way.pop(photo_id, None)
            self._answers.pop(photo_id, None)

    def fill(self) -> None:
        """Ask for more, visible ones first."""
        self.fill_visible()
        while self.more and len(self._under_way) < _AT_ONCE:
            task = self._next()
            if task is None:
                self.more = False
                return
            self._ask(*task, visible=False)

    def fill_visible(self) -> None:
        """Ask for what is looked at only: its pictures are made even while all else rests."""
        while len(self._under_way) < _AT_ONCE and self._ask_visible():
            pass

    def drop(self) -> None:
        """Ask for nothing more; what is just being read still comes."""
        for future in self._under_way.values():
            future.cancel()
        self._glances.drop()
        self._page.clear()
        self._bare.clear()
        self._visible.clear()
        self.more = True

    def store_if_due(self) -> bool:
        """Store what came, in one go, a few times a second; whether anything was stored.

        Raises ``KnownError``.
        """
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        due = time.monotonic() - self._stored_at >= _STORE_EVERY_S or not self._under_way
        if not self._answers or not due:
            return False
        answers, self._answers = self._answers, {}
        self._store(answers)
        self._stored_at = time.monotonic()
        return True

    def _next(self) -> tuple[int, Path] | None:
        while True:
            if not self._page:
                self._page = deque(self._next_page())
                self._ahead.clear()
            if not self._page:
                return None
            photo_id, path = self._page.popleft()
            held = photo_id in self._under_way or photo_id in self._answers
            if not held and photo_id not in self._ahead:
                return photo_id, path

    def _next_page(self) -> list[tuple[int, Path]]:
        held = self._under_way.keys() | self._answers.keys()
        found = self._catalog.unexamined(_PAGE + len(held))
        page = [task for task in found if task[0] not in held]
        while not page and self._bare:
            some = [self._bare.popleft() for _ in range(min(_PAGE, len(self._bare)))]
            held = held | self._thumbnails.which(some)  # made since they were looked for
            page = [
                (photo.id, photo.path)
                for photo in self._catalog.photos(some)
                if photo.id not in held and not photo.missing and photo.failure is None
            ]
        return page

    def _ask_visible(self) -> bool:
        while self._visible:
            photo_id = self._visible.popleft()
            for photo in self._catalog.photos([photo_id]):
                held = photo.id in self._under_way or photo.id in self._answers
                held = held or bool(self._thumbnails.which([photo_id]))  # made meanwhile
                if not held and not photo.missing and photo.failure is None:
                    self._ahead.add(photo.id)
                    self._ask(photo.id, photo.path, visible=True)
                    return True
        return False

    def _ask(self, photo_id: int, path: Path, *, visible: bool) -> None:
        future = self._decoder.examine(path, visible=visible)
        self._under_way[photo_id] = future
        future.add_done_callback(lambda done: self._call_soon(lambda: self._take(photo_id, done)))

    def _take(self, photo_id: int, future: "Future[_Answer]") -> None:
        if self._under_way.get(photo_id) is not future:
            return  # the file changed since it was asked for
        del self._under_way[photo_id]
        try:
            self._answers[photo_id] = future.result()
        except CancelledError:
            return
        except KnownError as error:  # there is no decoder
            self._error = error

    def _store(self, answers: dict[int, _Answer]) -> None:
        good = {i: answer for i, answer in answers.items() if isinstance(answer, Examined)}
        self._thumbnails.put_many({i: answer.thumbnail for i, answer in good.items()})
        self._catalog.set_metadata([(i, answer.metadata) for i, answer in good.items()])
        failures = {i: answer for i, answer in answers.items() if isinstance(answer, Failure)}
        failures = note_failures(self._catalog, failures, self._publish)
        self.done += len(good) + len(failures)
        self.failed += len(failures)
        if good:
            self._publish(ThumbnailsReady(tuple(good)))
        if good or failures:
            self._publish(PhotosChanged((*good, *failures)))


def note_failures(
    catalog: Catalog, failures: dict[int, Failure], publish: Callable[[Event], None]
) -> dict[int, Failure]:
    """Store why photos failed; which of them did.

    A file that is not there while its whole root is gone did not fail: the root is noted as not
    connected, and all waits until it is back.
    """
    absent = [i for i, failure in failures.items() if failure.reason is Reason.MISSING]
    kept = dict(failures)
    if absent:
        roots = {photo.id: photo.folder_id for photo in catalog.photos(absent)}
        gone = {
            folder.id
            for folder in catalog.folders()
            if folder.id in set(roots.values()) and not root_is_there(folder.path)
        }
        for folder_id in gone:
            catalog.set_connected(folder_id, connected=False)
            publish(FoldersChanged())
        kept = {i: failure for i, failure in failures.items() if roots.get(i) not in gone}
        vanished = [i for i in absent if i in kept]
        if vanished:
            catalog.set_missing(vanished, missing=True)
    if kept:
        catalog.add_failures(list(kept.items()))
    return kept
