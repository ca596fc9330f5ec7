"""Photos saved as a film from the window, in the background, with a way to stop it."""

import subprocess
import sys
from pathlib import Path

import av
import pytest
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from gallery.narration.film.job import Written
from gallery.narration.film.settings import FilmSettings
from gallery.ui.film_dialog import FilmDialog, FilmWish
from gallery.ui.film_making import FilmMaking
from gallery.ui.main_window import MainWindow
from tests.gallery.ui.windows import NAMES, id_of, page_of

_FILM_MS = 60_000
_SMALL = FilmSettings(size=(320, 180), fps=24)


@pytest.fixture
def films(window: MainWindow) -> FilmMaking:
    assert window.wiring is not None
    return window.wiring.films


def _line(window: MainWindow) -> QToolButton:
    button = page_of(window).status.findChild(QToolButton, "film_status")
    assert button is not None
    return button


def test_the_photos_shown_become_a_film_while_the_window_goes_on(
    window: MainWindow, films: FilmMaking, qtbot: QtBot, tmp_path: Path
) -> None:
    ids = [id_of(window, name) for name in NAMES[:2]]
    path = tmp_path / "film.mp4"
    said: list[str] = []
    with qtbot.waitSignal(films.ended, timeout=_FILM_MS) as ended:
        films.make(ids, FilmWish(path, "Holiday", _SMALL))
        assert _line(window).isVisibleTo(window)
        qtbot.waitUntil(lambda: _line(window).text().startswith("Film: "), timeout=_FILM_MS)
        said.append(_line(window).accessibleName())
    assert "%" in said[0]
    assert said[0].endswith("Stop making the film")
    written = ended.args[0]
    assert isinstance(written, Written)
    assert written.paths[0] == path
    with av.open(str(path)) as film:
        assert next(iter(film.chapters()))["metadata"]["title"] == "Holiday"
        assert len(film.chapters()) == 3
    assert _line(window).text() == "The film “film.mp4” is ready"
    _line(window).click()
    assert not _line(window).isVisibleTo(window)


def test_a_click_stops_a_film_and_nothing_is_left(
    window: MainWindow, films: FilmMaking, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = tmp_path / "films"
    folder.mkdir()
    wish = FilmWish(folder / "film.webm", "", FilmSettings())
    with qtbot.waitSignal(films.ended, timeout=_FILM_MS) as ended:
        films.make([id_of(window, name) for name in NAMES], wish)
        qtbot.waitUntil(lambda: _line(window).text().startswith("Film: "), timeout=_FILM_MS)
        _line(window).click()
    assert ended.args == [None]
    assert list(folder.iterdir()) == []
    assert not _line(window).isVisibleTo(window)
    assert window.trouble.box is None


def test_closing_the_window_stops_a_film(
    window: MainWindow, films: FilmMaking, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = tmp_path / "films"
    folder.mkdir()
    films.make([id_of(window, name) for name in NAMES], FilmWish(folder / "a.mp4", "", _SMALL))
    qtbot.waitUntil(lambda: _line(window).text().startswith("Film: "), timeout=_FILM_MS)
    window.close_page()
    assert list(folder.iterdir()) == []


def test_the_dialog_asks_what_is_wanted_of_the_photos_shown(
    window: MainWindow, films: FilmMaking, tmp_path: Path
) -> None:
    window.actions_.save_film.trigger()
    dialog = page_of(window).findChild(FilmDialog)
    assert isinstance(dialog, FilmDialog)
    try:
        plain = dialog.wish(tmp_path / "film")
        assert plain.path == tmp_path / "film.mp4"
        assert plain.settings == FilmSettings()
        dialog.title.setText("  Holiday ")
        dialog.size_box.setCurrentIndex(dialog.size_box.findData("720p"))
        dialog.kind.setCurrentIndex(dialog.kind.findData(".webm"))
        dialog.motion.setChecked(False)
        dialog.use_music(tmp_path / "music.mp3")
        changed = dialog.wish(tmp_path / "my film.mp4")
        assert changed.path == tmp_path / "my film.mp4.webm"
        assert changed.title == "Holiday"
        assert changed.settings == FilmSettings(
            size=(1280, 720), moving=False, music=tmp_path / "music.mp3"
        )
        for widget in (dialog.title, dialog.size_box, dialog.kind):
            label = dialog.layout().itemAt(1).layout().labelForField(widget)
            assert label.buddy() is widget
    finally:
        dialog.close()
        QApplication.sendPostedEvents()


def test_the_window_opens_without_the_library_for_films() -> None:
    code = "import sys, gallery.ui.main_window; sys.exit('av' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
