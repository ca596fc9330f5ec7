import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from engine.images import DecodeError, thumbnail_jpeg
from engine.protocol import Reason
from gallery.catalog import Catalog
from gallery.domain import Failure, FoundFile
from gallery.narration.narrator import Narrator
from gallery.narration.script import GONE_TEXT, reason_text
from gallery.narration.slideshow import Phase
from gallery.narration.speech import Speech
from gallery.ui.slideshow_window import SlideshowWindow
from tests.drawn import draw_many

CAPTIONS = ("A cat.", "Two dogs on a beach.", "A boat.")


class Photos:
    """The parts of the program that a slideshow uses, the real ones; decoded in this process."""

    def __init__(self, folder: Path) -> None:
        self.catalog = Catalog.open(folder / "catalog.sqlite")
        self.speech = Speech(folder / "speech")
        self.narrator = Narrator(self.speech, rate_wpm=240)
        paths = draw_many(folder / "photos", len(CAPTIONS))
        found = [FoundFile(path, path.stat().st_size, path.stat().st_mtime_ns) for path in paths]
        root = self.catalog.add_folder(folder / "photos")
        self.ids = self.catalog.add_files(root.id, found)
        for photo_id, caption in zip(self.ids, CAPTIONS, strict=True):
            self.catalog.edit_caption(photo_id, caption)

    def viewer_picture(self, photo_id: int, max_px: int) -> bytes | Failure:
        try:
            return thumbnail_jpeg(self.catalog.photo(photo_id).path, max_px)
        except DecodeError as error:
            return Failure(error.reason, error.detail)

    def close(self) -> None:
        self.narrator.close()
        self.speech.stop()
        self.catalog.close()


@pytest.fixture
def photos(tmp_path: Path) -> Iterator[Photos]:
    made = Photos(tmp_path)
    yield made
    made.close()


@pytest.fixture
def window(photos: Photos, qtbot: QtBot) -> Iterator[SlideshowWindow]:
    yield from _opened(photos, qtbot, photos.ids)


def _opened(photos: Photos, qtbot: QtBot, ids: list[int]) -> Iterator[SlideshowWindow]:
    made = SlideshowWindow(photos, ids, min_slide_s=0.2)
    closed: list[int] = []
    made.closed.connect(closed.append)
    made.show()
    qtbot.waitExposed(made)
    yield made
    if not closed:
        made.close()


def test_space_is_the_slideshows_own_until_someone_tabs_to_a_button(
    window: SlideshowWindow, qtbot: QtBot
) -> None:
    assert window.focusWidget() is window
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Space)
    assert window.is_paused


def _words(window: SlideshowWindow) -> str:
    return window._stage.subtitle.text()


def _wait_for(qtbot: QtBot, window: SlideshowWindow, words: str) -> None:
    qtbot.waitUntil(lambda: _words(window) == words, timeout=20_000)


def _colours_of(window: SlideshowWindow) -> set[str]:
    image = window._stage.canvas.grab().toImage()
    across = range(image.width() // 4, image.width() * 3 // 4, 5)
    return {image.pixelColor(x, image.height() // 2).name() for x in across}


def test_every_photo_is_told_with_its_words_lit_and_then_it_ends(
    qtbot: QtBot, window: SlideshowWindow
) -> None:
    lit: list[str] = []
    window._player.word_changed.connect(
        lambda *_: lit.append(f"{_words(window)}:{window._stage.subtitle.lit_word}")
    )
    qtbot.waitUntil(lambda: window._show.phase is Phase.ENDED, timeout=30_000)
    for word in ("A cat.:cat", "Two dogs on a beach.:beach", "A boat.:boat"):
        assert word in lit
    assert "Space begins again" in _words(window)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    _wait_for(qtbot, window, "A cat.")
    assert not window.is_paused


def test_a_photo_is_really_painted(qtbot: QtBot, window: SlideshowWindow) -> None:
    _wait_for(qtbot, window, "A cat.")
    qtbot.waitUntil(lambda: len(_colours_of(window)) > 3, timeout=5_000)
    assert "photo 000.jpg" in window._stage.canvas.accessibleName()


def test_space_holds_picture_and_voice_together(qtbot: QtBot, window: SlideshowWindow) -> None:
    qtbot.waitUntil(lambda: window._player.is_playing, timeout=20_000)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert window.is_paused
    assert window._player.is_paused
    with qtbot.assertNotEmitted(window._player.finished, wait=1_500):
        pass
    assert _words(window) == "A cat."
    qtbot.keyClick(window, Qt.Key.Key_Space)
    _wait_for(qtbot, window, "Two dogs on a beach.")


def test_after_a_killed_speech_process_the_next_photo_is_told(
    qtbot: QtBot, window: SlideshowWindow, photos: Photos
) -> None:
    qtbot.waitUntil(lambda: window._player.is_playing, timeout=20_000)
    pid = photos.speech.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    photos.catalog.edit_caption(photos.ids[0], "Something never said before.")
    window._loader._slides.clear()
    qtbot.keyClick(window, Qt.Key.Key_Home)
    _wait_for(qtbot, window, "Something never said before.")
    qtbot.waitUntil(lambda: window._stage.subtitle.lit_word == "Something", timeout=20_000)
    assert photos.speech.pid not in (None, pid)
    assert not window._stage._notice.text() or "sound" in window._stage._notice.text()


def test_held_while_leafing_it_stays_held_until_it_goes_on(
    qtbot: QtBot, window: SlideshowWindow
) -> None:
    _wait_for(qtbot, window, "A cat.")
    qtbot.keyClick(window, Qt.Key.Key_Space)
    qtbot.keyClick(window, Qt.Key.Key_Right)
    _wait_for(qtbot, window, "Two dogs on a beach.")
    qtbot.waitUntil(lambda: window._held_clip is not None, timeout=20_000)
    assert not window._player.is_playing
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert window._player.is_playing


def test_arrows_home_and_end_leaf_and_escape_tells_where_it_was(
    qtbot: QtBot, window: SlideshowWindow, photos: Photos
) -> None:
    qtbot.keyClick(window, Qt.Key.Key_End)
    _wait_for(qtbot, window, "A boat.")
    qtbot.keyClick(window, Qt.Key.Key_Left)
    _wait_for(qtbot, window, "Two dogs on a beach.")
    qtbot.keyClick(window, Qt.Key.Key_Home)
    _wait_for(qtbot, window, "A cat.")
    qtbot.keyClick(window, Qt.Key.Key_Left)
    assert _words(window) == "A cat."
    qtbot.keyClick(window, Qt.Key.Key_Right)
    _wait_for(qtbot, window, "Two dogs on a beach.")
    with qtbot.waitSignal(window.closed, timeout=5_000) as closed:
        qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert closed.args == [photos.ids[1]]


def test_what_is_gone_or_damaged_is_said_and_passed(qtbot: QtBot, photos: Photos) -> None:
    photos.catalog.photo(photos.ids[1]).path.write_text("no picture any more")
    windows = _opened(photos, qtbot, [999, photos.ids[1], photos.ids[0]])
    window = next(windows)
    _wait_for(qtbot, window, GONE_TEXT)
    _wait_for(qtbot, window, reason_text(Reason.UNSUPPORTED))
    assert window._stage.canvas.accessibleName() == "photo 001.jpg"
    _wait_for(qtbot, window, "A cat.")
    next(windows, None)


def test_without_a_voice_it_says_so_once_and_goes_on_by_reading_time(
    qtbot: QtBot, tmp_path: Path, photos: Photos
) -> None:
    photos.narrator.voice = "klingon"
    windows = _opened(photos, qtbot, photos.ids)
    window = next(windows)
    qtbot.waitUntil(lambda: "no voice 'klingon'" in window._stage._notice.text(), timeout=20_000)
    _wait_for(qtbot, window, "Two dogs on a beach.")
    next(windows, None)


def test_a_screen_reader_is_not_spoken_over(qtbot: QtBot, photos: Photos) -> None:
    QAccessible.setActive(True)
    try:
        windows = _opened(photos, qtbot, photos.ids)
        window = next(windows)
        played: list[int] = []
        window._player.position_changed.connect(played.append)
        _wait_for(qtbot, window, "Two dogs on a beach.")
        assert not played
        assert photos.speech.pid is None or not window._player.is_playing
        next(windows, None)
    finally:
        QAccessible.setActive(False)


def test_every_button_has_a_name_and_a_key(window: SlideshowWindow) -> None:
    buttons = window._stage.controls.findChildren(QToolButton)
    assert len(buttons) == 5
    assert len({button.accessibleName() for button in buttons}) == 5
    for button in buttons:
        assert button.accessibleName()
        assert "(" in button.toolTip()
    assert window.accessibleName() == "Narrated slideshow"


def test_a_long_sentence_shows_the_lines_around_the_spoken_word(
    qtbot: QtBot, photos: Photos
) -> None:
    words = [f"word{number}" for number in range(300)]
    photos.catalog.edit_caption(photos.ids[0], " ".join(words))
    windows = _opened(photos, qtbot, photos.ids)
    window = next(windows)
    qtbot.waitUntil(lambda: _words(window).startswith("Word0"), timeout=20_000)
    subtitle = window._stage.subtitle
    assert subtitle.height() < window.height() / 3
    window._player.stop()
    before = subtitle.grab().toImage()
    start = _words(window).index("word250")
    subtitle.light(start, len("word250"))
    assert subtitle.lit_word == "word250"
    assert subtitle.grab().toImage() != before
    next(windows, None)
