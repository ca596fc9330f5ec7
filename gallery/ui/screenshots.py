"""Pictures of the window for the README: ``python -m gallery.ui.screenshots --out docs/images``.

The real program runs on a catalog of its own with the bundled samples, without a screen.
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QWidget

from gallery.app import Session, make_application
from gallery.errors import KnownError
from gallery.paths import sample_gallery_dir
from gallery.program import ProgramOptions
from gallery.ui.gallery_page import GalleryPage
from gallery.ui.places import FAILED, Kind, Place
from gallery.ui.theme import theme

_SIZE_PX = (1280, 800)
_PATIENCE_S = 180
_QUERY = "in the snow"


def main(argv: Sequence[str] | None = None) -> int:
    """Take the pictures; returns the exit code."""
    parser = argparse.ArgumentParser(prog="gallery.ui.screenshots", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the folder for the pictures")
    out: Path = parser.parse_args(argv).out
    out.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="photo-narrator-") as home:
        os.environ["PHOTO_NARRATOR_HOME"] = home
        make_application()
        session = Session(
            ProgramOptions(Path(home) / "catalog.sqlite"), open_samples=False, folders=()
        )
        session.settings.theme = "light"
        theme.apply("light")
        session.start()
        try:
            _Photographer(session, out, Path(home)).take_all()
        finally:
            session.close()
    return 0


class _Photographer:
    def __init__(self, session: Session, out: Path, home: Path) -> None:
        self._session, self._out, self._home = session, out, home
        session.window.resize(*_SIZE_PX)

    def take_all(self) -> None:
        wait_until(lambda: self._session.window.page is not None)
        wait_until(lambda: self._page.browser.overview is not None)
        self._take("welcome")
        self._describe()
        self._take("grid")
        self._search()
        self._take("search")
        self._page.top_bar.clear_search()
        wait_until(lambda: not self._page.browser.searching)
        wait_until(lambda: len(self._page.model.ids) == len(self._all))
        self._view()
        self._take("viewer")
        self._tell()
        with self._dark():
            self._take("viewer-dark")
            self._page.narration.stop()
            self._page.viewer.leave()
            self._settle()
            self._take("grid-dark")
        self._slideshow()
        self._own_folder()

    @property
    def _page(self) -> GalleryPage:
        page = self._session.window.page
        assert page is not None
        return page

    def _describe(self) -> None:
        wiring = self._session.window.wiring
        assert wiring is not None
        wiring.add_samples()
        wait_until(lambda: len(self._page.model.ids) > 40)
        self._idle()

    def _idle(self) -> None:
        catalog, page = self._page.program.catalog, self._page
        wait_until(lambda: page.status.progress.phase == "describing")
        wait_until(lambda: page.status.progress.phase == "idle")
        assert catalog.counts().captioned
        self._all = page.model.ids
        self._settle()

    def _settle(self) -> None:
        """Until everything visible is here."""
        page = self._page
        wait_until(lambda: all(self._is_here(row) for row in page.grid.visible_rows))

    def _is_here(self, row: int) -> bool:
        photo_id = self._page.model.ids[row]
        photo = self._page.cache.photo(photo_id)
        drawn = self._page.cache.pixmap(photo_id) is not None
        return photo is not None and (drawn or photo.failure is not None)

    def _search(self) -> None:
        page = self._page
        page.top_bar.search.setFocus()
        page.top_bar.search.setText(_QUERY)
        wait_until(
            lambda: (
                page.browser.search_result is not None
                and page.browser.search_result.text == _QUERY
                and page.browser.search_result.by_meaning
            )
        )
        self._settle()

    def _view(self) -> None:
        page = self._page
        page.open_photo(page.model.ids[len(page.model.ids) // 2])
        wait_until(lambda: page.viewer.stage.is_sharp)

    def _tell(self) -> None:
        page = self._page
        words: list[int] = []
        page.narration.word_changed.connect(lambda start, _length: words.append(start))
        try:
            page.narration.tell(page.viewer.photo_id or 0)
            wait_until(lambda: bool(words and words[-1] > 8), seconds=10)
            page.narration.toggle_pause()
        except (KnownError, TimeoutError):
            sys.stderr.write("without a voice the picture shows no spoken word\n")

    def _slideshow(self) -> None:
        wiring = self._session.window.wiring
        assert wiring is not None
        wiring.start_slideshow()
        show = wiring.slideshow
        assert show is not None
        show.showNormal()
        show.resize(*_SIZE_PX)
        done: list[bool] = []
        QTimer.singleShot(2500, lambda: done.append(True))
        wait_until(lambda: bool(done))
        self._take("slideshow", show)
        show.close()

    def _own_folder(self) -> None:
        """A folder of a person's own, some of its files broken."""
        folder = self._home / "Summer"
        folder.mkdir()
        pictures = sorted(sample_gallery_dir().rglob("*.jpg"))
        for picture in islice(pictures, 0, None, 5):
            shutil.copy(picture, folder)
        (folder / "IMG_2041.jpg").write_bytes(b"")
        (folder / "notes.jpg").write_text("This is no picture.\n")
        (folder / "IMG_2042.jpg").write_bytes(pictures[0].read_bytes()[:9000])
        page, wiring = self._page, self._session.window.wiring
        assert wiring is not None
        wiring.add_folder(folder)
        wait_until(lambda: page.browser.place.kind is Kind.FOLDER and not page.banner.isHidden())
        wait_until(lambda: page.status.progress.phase == "idle")
        wait_until(lambda: page.program.catalog.counts().failed == 3)
        page.browser.refresh()
        self._settle()
        self._take("banner")
        page.sidebar.place_requested.emit(FAILED)
        wait_until(lambda: len(page.failures.reasons) == 3)
        self._take("failures")
        page.sidebar.place_requested.emit(Place(Kind.ALL))
        page.top_bar.search.setText("xylophone")
        wait_until(lambda: page.browser.searching and not len(page.model.ids))
        self._take("nothing-matches")

    @contextmanager
    def _dark(self) -> Iterator[None]:
        theme.apply("dark")
        try:
            yield
        finally:
            theme.apply("light")

    def _take(self, name: str, widget: QWidget | None = None) -> None:
        shot = widget or self._session.window
        done: list[bool] = []
        QTimer.singleShot(150, lambda: done.append(True))  # one more turn for what is repainted
        wait_until(lambda: bool(done))
        shot.grab().save(str(self._out / f"{name}.png"))


def wait_until(condition: Callable[[], bool], *, seconds: float = _PATIENCE_S) -> None:
    """Run the event loop until ``condition`` holds; raises ``TimeoutError``."""
    loop = QEventLoop()
    poll, late = QTimer(interval=15), QTimer(interval=int(seconds * 1000), singleShot=True)
    poll.timeout.connect(lambda: loop.quit() if condition() else None)
    late.timeout.connect(lambda: loop.exit(1))
    poll.start()
    late.start()
    failed = loop.exec()
    poll.stop()
    late.stop()
    if failed:
        raise TimeoutError("the window did not get there")


if __name__ == "__main__":
    sys.exit(main())
