from pytestqt.qtbot import QtBot

from gallery.domain import SearchResult
from gallery.ui.elided_label import ElidedLabel
from gallery.ui.place_words import place_note
from tests.gallery.ui.windows import OpenWindow, page_of


def test_a_long_text_is_elided_and_makes_nothing_wider(qtbot: QtBot) -> None:
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.setText("a very long name " * 20)
    label.resize(200, 30)
    assert label.minimumSizeHint().width() <= 60
    assert label.shown_text().endswith("…")
    assert label.text() == "a very long name " * 20


def test_a_long_query_neither_widens_the_window_nor_fills_it(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    page, least = page_of(window), window.minimumSizeHint().width()
    words = tuple(f"word{number}" for number in range(12))
    page.browser.show_hits(SearchResult(" ".join(words), (), unknown_words=words, by_meaning=True))
    assert window.minimumSizeHint().width() == least
    assert place_note(page.browser, 0) == (
        "“word0”, “word1”, “word2” and 9 others are not words this describer knows; "
        "captions were searched for them"
    )
