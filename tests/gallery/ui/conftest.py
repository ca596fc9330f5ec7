"""A real program with a folder of small pictures, and the real window on it."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gallery import app
from gallery.domain import DescribedPhoto
from gallery.library.events import PhotosDescribed
from gallery.program import Program, ProgramOptions, open_program
from gallery.settings import Settings
from gallery.ui.main_window import MainWindow
from gallery.ui.theme import theme
from tests.gallery.ui.windows import NAMES, PATIENCE_MS, Describe, OpenWindow, wait_for_photos


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:  # the offscreen platform says so of every window of a fixed size
        item.add_marker(pytest.mark.qt_log_ignore("propagateSizeHints"))


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "Holiday"
    folder.mkdir()
    for place, name in enumerate(NAMES):
        colour = (50 * place, 200 - 30 * place, 120)
        Image.new("RGB", (400, 300 - 20 * place), colour).save(folder / f"{name}.jpg")
    return folder


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    program = open_program(ProgramOptions(tmp_path / "catalog.sqlite"))
    program.indexer.start()
    yield program
    program.close()


@pytest.fixture
def filled(program: Program, pictures: Path) -> Program:
    program.add_folder(pictures)
    assert program.indexer.wait_until_idle(30)
    return program


@pytest.fixture
def describe(program: Program) -> Describe:
    """Store captions as the describer would, and tell of them."""

    def store(captions: Mapping[str, str]) -> None:
        ids = {
            program.catalog.photo(photo_id).path.stem: photo_id
            for photo_id in program.catalog.photo_ids()
        }
        program.catalog.store_descriptions(
            [
                DescribedPhoto(ids[name], text, 0.9, "greedy", b"", unsure=False)
                for name, text in captions.items()
            ],
            captioner=program.describer_set.captioner,
            matcher=None,
        )
        program.bus.publish(PhotosDescribed(tuple(ids[name] for name in captions)))

    return store


@pytest.fixture
def open_window(qapp: QApplication, qtbot: QtBot, program: Program) -> Iterator[OpenWindow]:
    """Opens the window on the program; what was opened is closed at the end."""
    app.make_application()
    theme.apply("light")
    opened: list[MainWindow] = []

    def open_it(settings: Settings | None = None) -> MainWindow:
        window = MainWindow(settings or Settings(theme="light"))
        opened.append(window)
        qtbot.addWidget(window)
        window.resize(1000, 700)
        window.show()
        window.open_page(program)
        assert window.page is not None
        page = window.page
        qtbot.waitUntil(lambda: page.browser.overview is not None, timeout=PATIENCE_MS)
        return window

    yield open_it
    for window in opened:
        window.close_page()
        window.close()
    qapp.processEvents()


@pytest.fixture
def window(filled: Program, open_window: OpenWindow, qtbot: QtBot) -> MainWindow:
    window = open_window()
    wait_for_photos(window, qtbot, len(NAMES))
    return window
