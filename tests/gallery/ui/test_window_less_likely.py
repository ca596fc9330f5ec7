"""What is less likely is folded away, and one press shows it."""

from collections.abc import Sequence

from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from gallery.domain import Hit, SearchResult
from gallery.program import Program
from gallery.ui.main_window import MainWindow
from tests.gallery.ui.windows import OpenWindow, page_of, wait_for_photos


def _found(window: MainWindow, text: str, likely: Sequence[int], others: Sequence[int]) -> None:
    """As the searcher answers when a floor is known."""

    def hits(ids: Sequence[int]) -> tuple[Hit, ...]:
        return tuple(Hit(photo_id, 0.5, words=False, similarity=0.4) for photo_id in ids)

    result = SearchResult(text, hits(likely), (), by_meaning=True, less_likely=hits(others))
    page_of(window).search.found.emit(result)
    QApplication.processEvents()


def _buttons(window: MainWindow) -> list[QPushButton]:
    shown = [each for each in window.findChildren(QPushButton) if each.isVisible()]
    return [each for each in shown if "less likely" in each.text()]


def test_less_likely_hits_wait_behind_a_button_and_come_last(
    filled: Program, open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    wait_for_photos(window, qtbot, 5)
    page = page_of(window)
    a, b, c, *_ = filled.catalog.photo_ids()
    _found(window, "boat", [b], [c, a])
    assert list(page.model.ids) == [b]
    (button,) = _buttons(window)
    assert button.text() == "Show 2 less likely"
    button.click()
    assert list(page.model.ids) == [b, c, a]
    assert _buttons(window) == []
    _found(window, "boat", [b], [c])  # the same search again, after more was described
    assert list(page.model.ids) == [b, c]
    _found(window, "zebra", [a], [c])
    assert list(page.model.ids) == [a]


def test_where_nothing_matches_that_is_said_and_the_nearest_are_offered(
    filled: Program, open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    wait_for_photos(window, qtbot, 5)
    page = page_of(window)
    a, *_ = filled.catalog.photo_ids()
    _found(window, "zebra", [], [a])
    assert page.empty.isVisible()
    (button,) = _buttons(window)
    assert button.text() == "Show one that is less likely"
    button.click()
    assert list(page.model.ids) == [a]
    assert page.grid.isVisible()
