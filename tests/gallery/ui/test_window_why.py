"""Each hit says why it is there; those in sight are checked, and no row moves by itself."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from gallery.program import Program, ProgramOptions, open_program
from gallery.ui import finding_wiring
from gallery.ui.browser import Apart
from gallery.ui.gallery_page import GalleryPage
from gallery.ui.main_window import MainWindow
from gallery.ui.photo_model import WHY_ROLE
from tests.gallery.ui.windows import PATIENCE_MS, OpenWindow, page_of

_ROLE = Qt.ItemDataRole


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalog of the sample gallery, described by the sample set."""
    path = tmp_path_factory.mktemp("samples") / "catalog.sqlite"
    program = open_program(ProgramOptions(path))
    try:
        program.indexer.start()
        program.add_sample_gallery()
        assert program.indexer.wait_until_idle(120)
    finally:
        program.close()
    return path


@pytest.fixture
def program(samples: Path, tmp_path: Path) -> Iterator[Program]:
    path = tmp_path / "catalog.sqlite"
    shutil.copy(samples, path)
    program = open_program(ProgramOptions(path))
    yield program
    program.close()


@pytest.fixture
def page(open_window: OpenWindow, qtbot: QtBot) -> GalleryPage:
    window: MainWindow = open_window()
    page = page_of(window)
    qtbot.waitUntil(lambda: len(page.model.ids) > 0, timeout=PATIENCE_MS)
    return page


def _search(page: GalleryPage, qtbot: QtBot, text: str) -> list[int]:
    """The hits as they are shown first, by meaning."""
    page.top_bar.search.setText(text)

    def is_found() -> bool:
        result = page.browser.search_result
        return result is not None and result.text == text and result.by_meaning

    qtbot.waitUntil(is_found, timeout=PATIENCE_MS)
    return list(page.model.ids)


def _checked(page: GalleryPage, qtbot: QtBot) -> None:
    qtbot.waitUntil(
        lambda: bool(page.refinement.checked) and not page.refinement.is_looking,
        timeout=PATIENCE_MS,
    )


def _whys(page: GalleryPage, role: int = WHY_ROLE) -> list[str]:
    return [str(page.model.index(row, 0).data(role)) for row in range(len(page.model.ids))]


def _texts(page: GalleryPage, kind: type[QLabel] | type[QPushButton]) -> list[str]:
    return [each.text() for each in page.findChildren(kind) if each.isVisible()]


def test_hits_tell_their_words_at_once_and_what_a_check_says_as_it_comes(
    page: GalleryPage, qtbot: QtBot
) -> None:
    ids = _search(page, qtbot, "in the snow")
    qtbot.waitUntil(lambda: all("“snow”" in why for why in _whys(page)), timeout=PATIENCE_MS)
    _checked(page, qtbot)
    assert list(page.model.ids) == ids
    assert page.refinement.checked == len(ids)
    assert all(why == "fits for certain  ·  “snow”" for why in _whys(page))
    tip = _whys(page, _ROLE.ToolTipRole)[0]
    assert "“snow” in its caption" in tip
    assert "Checked: fits for certain" in tip
    item = QAccessible.queryAccessibleInterface(page.grid).child(0)
    told = item.text(QAccessible.Text.Description)
    assert "“snow” in its caption" in told
    assert any(f"{len(ids)} checked" in text for text in _texts(page, QLabel))
    assert "Sort by what was checked" not in _texts(page, QPushButton)  # all fit alike
    page.top_bar.clear_search()
    qtbot.waitUntil(lambda: len(page.model.ids) == 52, timeout=PATIENCE_MS)
    assert set(_whys(page)) == {""}
    assert not any("checked" in text for text in _texts(page, QLabel))


def test_what_is_refused_stays_until_the_person_sorts_and_nothing_may_be_left(
    page: GalleryPage, qtbot: QtBot
) -> None:
    ids = _search(page, qtbot, "something red")
    _checked(page, qtbot)
    assert list(page.model.ids) == ids
    assert all(why.startswith("does not seem to fit") for why in _whys(page))
    assert any("none of these seems to fit" in text for text in _texts(page, QLabel))
    assert page.browser.search_result is not None
    less_likely = len(page.browser.search_result.less_likely)
    (sort,) = [b for b in page.findChildren(QPushButton) if b.objectName() == "sort_checked"]
    sort.click()
    assert page.empty.isVisible()
    assert "Nothing matches “something red”" in _texts(page, QLabel)
    (show,) = [text for text in _texts(page, QPushButton) if "less likely" in text]
    assert show == f"Show {less_likely + len(ids)} less likely"
    with qtbot.waitSignal(page.search.found, timeout=PATIENCE_MS):
        page.search.again()  # as after news of the indexer
    assert list(page.model.ids) == []  # what was sorted stays sorted


def test_beside_a_photo_it_is_told_why_it_is_here(page: GalleryPage, qtbot: QtBot) -> None:
    _search(page, qtbot, "boat")
    _checked(page, qtbot)
    page.open_photo(page.model.ids[0])
    why = page.viewer.details.findChild(QLabel, "why_text")
    assert why is not None
    qtbot.waitUntil(lambda: "“boat” in its caption" in why.text(), timeout=PATIENCE_MS)
    assert why.isVisible()
    assert "Looks most like it" in why.text()
    assert "Checked: fits for certain" in why.text()
    page.viewer.leave()
    page.top_bar.clear_search()
    qtbot.waitUntil(lambda: len(page.model.ids) == 52, timeout=PATIENCE_MS)
    page.open_photo(page.model.ids[0])
    assert not why.isVisible()


def test_what_was_found_is_announced_once_though_it_is_found_by_words_and_by_meaning_and_again(
    page: GalleryPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(finding_wiring, "announce", lambda _, text: said.append(text))
    page.search.found.connect(lambda result: found.append(result.by_meaning))
    found: list[bool] = []
    ids = _search(page, qtbot, "boat")
    _checked(page, qtbot)
    page.search.again()  # as after coming back
    qtbot.waitUntil(lambda: len(found) > 1, timeout=PATIENCE_MS)
    count = "1 photo" if len(ids) == 1 else f"{len(ids)} photos"
    assert [text for text in said if text.startswith(count) and "best first" in text] == said[:1]
    page.top_bar.clear_search()
    qtbot.waitUntil(lambda: len(page.model.ids) == 52, timeout=PATIENCE_MS)
    _search(page, qtbot, "boat")  # asked for anew: it is told anew
    assert sum("best first" in text for text in said) == 2


def test_what_is_shown_apart_has_no_reasons_of_the_search_and_what_was_checked_comes_back(
    page: GalleryPage, qtbot: QtBot
) -> None:
    ids = _search(page, qtbot, "something red")
    _checked(page, qtbot)
    apart = Apart("Apart", "a note", tuple(ids), {ids[0]: "very alike"})
    page.browser.show_apart(apart)
    assert not any(_whys(page))
    assert not any("none of these seems" in text for text in _texts(page, QLabel))
    assert not any("Sort by" in text for text in _texts(page, QPushButton))
    page.search.again()
    qtbot.waitUntil(lambda: page.browser.apart is None, timeout=PATIENCE_MS)
    assert list(page.model.ids) == ids
    assert page.refinement.checked == len(ids)
    assert any("none of these seems to fit" in text for text in _texts(page, QLabel))


def test_typing_on_gives_up_what_is_being_checked(page: GalleryPage, qtbot: QtBot) -> None:
    _search(page, qtbot, "a house")
    qtbot.waitUntil(lambda: page.refinement.is_looking, timeout=PATIENCE_MS)
    page.top_bar.search.setText("a house at sunset")
    assert not page.refinement.is_looking
    qtbot.waitUntil(lambda: page.browser.search_result is not None
                    and page.browser.search_result.text == "a house at sunset",
                    timeout=PATIENCE_MS)  # fmt: skip
    _checked(page, qtbot)
    assert page.refinement.checked <= len(page.model.ids)
