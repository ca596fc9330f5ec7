"""Drives the real window in its own process: ``python -m tests.end2end.window_driver SCENARIO``.

The program is started as people start it; a scenario is a generator that presses keys and yields
what it waits for. What it saw is printed as JSON.
"""

import json
import os
import sys
from collections.abc import Callable, Generator
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QPlainTextEdit, QWidget

from gallery import __main__ as program
from gallery.ui.gallery_page import GalleryPage
from gallery.ui.main_window import MainWindow

Scenario = Generator[Callable[[], bool], None, dict[str, object]]
PATIENCE_MS = 100_000
WORDS = "Grandfather's lighthouse by the harbour"


def window() -> MainWindow | None:
    found = (item for item in QApplication.topLevelWidgets() if isinstance(item, MainWindow))
    return next(found, None)


def page() -> GalleryPage:
    shown = window()
    assert shown is not None
    assert shown.page is not None
    return shown.page


def is_open() -> bool:
    shown = window()
    if shown is None or shown.page is None or shown.page.browser.overview is None:
        return False
    if not shown.isActiveWindow():
        shown.activateWindow()  # there is no window manager to do so
    return shown.isActiveWindow()


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """A key where the keys go."""
    target = QApplication.focusWidget() or window()
    assert isinstance(target, QWidget)
    QTest.keyClick(target, key, modifiers)


def write(text: str) -> None:
    target = QApplication.focusWidget()
    assert isinstance(target, QLineEdit | QPlainTextEdit), target
    QTest.keyClicks(target, text)


def find(text: str) -> Scenario:
    press(Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    write(text)
    yield lambda: has_found(text)
    result = page().browser.search_result
    assert result is not None
    return {"hits": [hit.photo_id for hit in result.hits]}


def has_found(text: str) -> bool:
    """Whether the describer was asked too, be it that it does not know the words."""
    result = page().browser.search_result
    if result is None or result.text != text:
        return False
    return result.by_meaning or bool(result.unknown_words)


def first_day() -> Scenario:
    """From an empty catalog to a corrected caption."""
    yield is_open
    button = page().findChild(QAbstractButton, "try_samples")
    assert button is not None
    yield button.isVisible
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    yield lambda: len(page().model.ids) >= 40
    photos = len(page().model.ids)
    catalog = page().program.catalog
    yield lambda: catalog.counts().captioned == photos == catalog.counts().embedded
    yield lambda: page().status.progress.phase == "idle"
    found = yield from find("snowman")
    press(Qt.Key.Key_Down)
    yield page().grid.hasFocus
    press(Qt.Key.Key_Return)
    yield lambda: page().is_viewing and page().viewer.stage.is_sharp
    press(Qt.Key.Key_F2)
    yield lambda: page().viewer.details.is_editing
    press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    write(WORDS)
    press(Qt.Key.Key_Return)
    chosen = page().viewer.photo_id
    assert chosen is not None
    yield lambda: catalog.person_caption(chosen) == WORDS
    press(Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    yield page().narration_bar.isVisible
    yield lambda: not page().narration.is_active
    press(Qt.Key.Key_Escape)
    yield lambda: not page().is_viewing
    press(Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    return {"photos": photos, "chosen": chosen, "hits": found["hits"]}


def next_day() -> Scenario:
    """After a restart everything is still there."""
    yield is_open
    yield lambda: len(page().model.ids) >= 40
    place = str(page().browser.place)
    found = yield from find("lighthouse harbour")
    hits = found["hits"]
    assert isinstance(hits, list)
    yield lambda: list(page().model.ids)[:1] == hits[:1]
    yield lambda: page().cache.photo(hits[0]) is not None
    photo = page().cache.photo(hits[0])
    assert photo is not None
    assert photo.caption is not None
    told = {"caption": photo.caption.text, "origin": str(photo.caption.origin)}
    press(Qt.Key.Key_Escape)
    yield lambda: len(page().model.ids) >= 40
    press(Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    return {"place": place, "hits": hits, **told}


class Driver(QObject):
    def __init__(self, scenario: Scenario) -> None:
        super().__init__()
        self._scenario = scenario
        self._waiting: Callable[[], bool] = next(scenario)
        self.outcome: dict[str, object] = {"error": "it did not come to an end"}
        self._poll = QTimer(self, interval=20)
        self._poll.timeout.connect(self._step)
        self._poll.start()
        QTimer.singleShot(PATIENCE_MS, self, self._give_up)

    def _step(self) -> None:
        if not self._waiting():
            return
        self._poll.stop()  # keys may run an event loop of their own
        try:
            self._waiting = next(self._scenario)
        except StopIteration as end:
            self.outcome = end.value
        except Exception as error:
            self.outcome = {"error": repr(error)}
            QCoreApplication.exit(3)
        else:
            self._poll.start()

    def _give_up(self) -> None:
        line = self._scenario.gi_frame.f_lineno if self._scenario.gi_frame else 0
        self.outcome = {"error": f"waited too long at line {line}"}
        QCoreApplication.exit(3)


def main() -> int:
    scenario = {"first": first_day, "next": next_day}[sys.argv[1]]
    application = QApplication(sys.argv[:1])
    driver = Driver(scenario())
    code = program.main(["window"])
    driver.outcome["code"] = code
    Path(os.environ["OUTCOME"]).write_text(json.dumps(driver.outcome))
    del application
    return code


if __name__ == "__main__":
    sys.exit(main())
