"""Suggestions stand under the search box, and take no key from who does not use them."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gallery.program import Program
from gallery.ui.completions import SearchCompletions
from gallery.ui.main_window import MainWindow
from tests.gallery.ui.windows import PATIENCE_MS, Describe, OpenWindow, page_of, wait_for_photos

Key = Qt.Key
_CAPTIONS = {"beach": "a sunny beach", "boat": "a boat on a beach", "dog": "a bear", "snow": "bees"}
Typed = Callable[[str], SearchCompletions]


@pytest.fixture
def described(
    filled: Program, describe: Describe, open_window: OpenWindow, qtbot: QtBot
) -> MainWindow:
    describe(_CAPTIONS)
    window = open_window()
    wait_for_photos(window, qtbot, 5)
    window.activateWindow()
    return window


@pytest.fixture
def typed(described: MainWindow, qtbot: QtBot) -> Typed:
    """Types into the search box as a person does."""
    page = page_of(described)

    def type_it(text: str) -> SearchCompletions:
        page.top_bar.focus_search()
        qtbot.waitUntil(lambda: page.completions._completer.has_words, timeout=PATIENCE_MS)
        qtbot.keyClicks(page.top_bar.search, text)
        return page.completions

    return type_it


def test_what_is_typed_is_completed_below_the_box(described: MainWindow, typed: Typed) -> None:
    completions = typed("a be")
    assert completions.offered[0] == "beach"
    assert set(completions.offered) >= {"bear", "bees", "before:"}
    box, popup = page_of(described).top_bar.search, completions.popup
    assert popup.isVisible()
    assert (
        popup.mapTo(described, popup.rect().topLeft()).y()
        >= box.mapTo(described, box.rect().bottomLeft()).y()
    )
    assert box.hasFocus()


def test_enter_and_down_go_to_the_hits_and_esc_clears_as_ever(
    described: MainWindow, typed: Typed, qtbot: QtBot
) -> None:
    page = page_of(described)
    for key in (Key.Key_Return, Key.Key_Down):
        completions = typed("be")
        assert completions.popup.isVisible()
        qtbot.keyClick(page.top_bar.search, key)
        assert page.top_bar.search.text() == "be"
        assert not page.top_bar.search.hasFocus()
        assert not completions.popup.isVisible()
        page.top_bar.clear_search()
    completions = typed("be")
    qtbot.keyClick(page.top_bar.search, Key.Key_Escape)
    assert page.top_bar.search.text() == ""
    assert not completions.popup.isVisible()


def test_alt_down_goes_into_them_and_enter_takes_one(
    described: MainWindow, typed: Typed, qtbot: QtBot
) -> None:
    box = page_of(described).top_bar.search
    completions = typed("sun or be")
    first, second = completions.offered[:2]
    qtbot.keyClick(box, Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(box, Key.Key_Down)
    qtbot.keyClick(box, Key.Key_Up)
    qtbot.keyClick(box, Key.Key_Down)
    qtbot.keyClick(box, Key.Key_Return)
    assert box.text() == f"sun or {second} "
    assert first != second
    assert box.hasFocus()
    assert not completions.popup.isVisible()
    box.undo()  # as with any other edit
    assert box.text() == "sun or be"


def test_esc_leaves_them_before_it_clears(
    described: MainWindow, typed: Typed, qtbot: QtBot
) -> None:
    box = page_of(described).top_bar.search
    completions = typed("be")
    qtbot.keyClick(box, Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(box, Key.Key_Escape)
    assert box.text() == "be"
    assert not completions.popup.isVisible()
    qtbot.keyClick(box, Key.Key_Escape)
    assert box.text() == ""


def test_a_field_goes_on_with_its_values(described: MainWindow, typed: Typed, qtbot: QtBot) -> None:
    box = page_of(described).top_bar.search
    completions = typed("fold")
    qtbot.keyClick(box, Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(box, Key.Key_Tab)
    assert box.text() == "folder:"
    assert completions.offered == ["folder:Holiday"]
    row = completions.popup.visualItemRect(completions.popup.item(0)).center()
    qtbot.mouseClick(completions.popup.viewport(), Qt.MouseButton.LeftButton, pos=row)
    assert box.text() == "folder:Holiday "
    assert box.hasFocus()


def test_they_go_when_the_box_is_left(described: MainWindow, typed: Typed) -> None:
    completions = typed("be")
    page_of(described).focus_photos()
    QApplication.processEvents()
    assert not completions.popup.isVisible()
