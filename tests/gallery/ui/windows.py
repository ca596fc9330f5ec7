"""What the window's tests share."""

from collections.abc import Callable, Mapping

from pytestqt.qtbot import QtBot

from gallery.ui.gallery_page import GalleryPage
from gallery.ui.main_window import MainWindow

NAMES = ("beach", "boat", "castle", "dog", "snow")
PATIENCE_MS = 20_000
OpenWindow = Callable[..., MainWindow]
Describe = Callable[[Mapping[str, str]], None]


def wait_for_photos(window: MainWindow, qtbot: QtBot, number: int) -> None:
    page = page_of(window)
    qtbot.waitUntil(lambda: len(page.model.ids) == number, timeout=PATIENCE_MS)
    qtbot.waitUntil(
        lambda: all(page.cache.photo(item) is not None for item in page.model.ids),
        timeout=PATIENCE_MS,
    )


def page_of(window: MainWindow) -> GalleryPage:
    assert window.page is not None
    return window.page


def id_of(window: MainWindow, name: str) -> int:
    catalog = page_of(window).program.catalog
    return next(item for item in catalog.photo_ids() if catalog.photo(item).path.stem == name)


def captions(window: MainWindow) -> dict[str, str]:
    """What the grid shows under each photo."""
    page = page_of(window)
    shown = {}
    for row, photo_id in enumerate(page.model.ids):
        photo = page.cache.photo(photo_id)
        assert photo is not None
        shown[photo.path.stem] = str(page.model.index(row, 0).data())
    return shown
