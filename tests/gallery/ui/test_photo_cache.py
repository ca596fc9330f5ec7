import io
import threading
from collections.abc import Iterator

import pytest
from PIL import Image
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from gallery.program import Program
from gallery.ui.background import Background, Lane
from gallery.ui.photo_cache import PhotoCache
from tests.gallery.ui.windows import PATIENCE_MS


@pytest.fixture
def background(qapp: QObject) -> Iterator[Background]:
    background = Background()
    yield background
    background.close()


def wait_for_lane(background: Background) -> None:
    """Until what is queued was worked off; its results are not delivered yet."""
    done = threading.Event()
    background.run(Lane.THUMBNAILS, done.set)
    assert done.wait(10)


def jpeg() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (40, 30), "orange").save(data, "JPEG")
    return data.getvalue()


def test_a_thumbnail_that_gets_ready_while_its_absence_is_on_the_way_is_shown(
    filled: Program, background: Background, qtbot: QtBot
) -> None:
    photo_id = filled.catalog.photo_ids()[0]
    filled.thumbnails.drop([photo_id])
    cache = PhotoCache(filled.catalog, filled.thumbnails, background, background)
    cache.want([photo_id])
    wait_for_lane(background)
    filled.thumbnails.put_many({photo_id: jpeg()})
    cache.thumbnails_ready([photo_id])
    qtbot.waitUntil(lambda: cache.pixmap(photo_id) is not None, timeout=PATIENCE_MS)


def test_a_caption_that_changes_while_the_photo_is_on_the_way_is_shown(
    filled: Program, background: Background, qtbot: QtBot
) -> None:
    photo_id = filled.catalog.photo_ids()[0]
    cache = PhotoCache(filled.catalog, filled.thumbnails, background, background)
    cache.want([photo_id])
    wait_for_lane(background)
    filled.catalog.edit_caption(photo_id, "new words")
    cache.changed([photo_id])

    def is_new() -> bool:
        photo = cache.photo(photo_id)
        return photo is not None and photo.caption is not None

    qtbot.waitUntil(is_new, timeout=PATIENCE_MS)


def test_what_is_no_longer_wanted_is_not_fetched(
    filled: Program, background: Background, qtbot: QtBot
) -> None:
    ids = list(filled.catalog.photo_ids())
    cache = PhotoCache(filled.catalog, filled.thumbnails, background, background)
    held = threading.Event()
    background.run(Lane.THUMBNAILS, lambda: held.wait(10))
    cache.want(ids[:1])
    cache.want(ids[1:3])
    cache.want(ids[4:])
    held.set()
    qtbot.waitUntil(lambda: cache.photo(ids[4]) is not None, timeout=PATIENCE_MS)
    assert cache.photo(ids[1]) is None
    assert cache.photo(ids[2]) is None


def test_a_placeholder_stays_in_sight_until_the_thumbnail_is_here(
    filled: Program, background: Background, qtbot: QtBot
) -> None:
    photo_id = filled.catalog.photo_ids()[0]
    filled.thumbnails.drop([photo_id])
    small = io.BytesIO()
    Image.new("RGB", (16, 12), "navy").save(small, "JPEG")
    filled.thumbnails.stand_in(photo_id, small.getvalue())
    cache = PhotoCache(filled.catalog, filled.thumbnails, background, background)
    cache.want([photo_id])
    qtbot.waitUntil(lambda: cache.pixmap(photo_id) is not None, timeout=PATIENCE_MS)
    filled.thumbnails.put_many({photo_id: jpeg()})
    cache.thumbnails_ready([photo_id])
    seen = []

    def width() -> int:
        pixmap = cache.pixmap(photo_id)
        seen.append(pixmap is not None)
        return pixmap.width() if pixmap else 0

    qtbot.waitUntil(lambda: width() == 40, timeout=PATIENCE_MS)
    assert all(seen), "there was always a picture"


def test_a_damaged_thumbnail_is_thrown_away(
    filled: Program, background: Background, qtbot: QtBot
) -> None:
    photo_id = filled.catalog.photo_ids()[0]
    filled.thumbnails.put_many({photo_id: b"no picture"})
    cache = PhotoCache(filled.catalog, filled.thumbnails, background, background)
    cache.want([photo_id])
    qtbot.waitUntil(lambda: cache.photo(photo_id) is not None, timeout=PATIENCE_MS)
    assert cache.pixmap(photo_id) is None
    assert photo_id not in filled.thumbnails.ids()
