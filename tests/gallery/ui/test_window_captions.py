import shutil
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from gallery.catalog import Catalog
from gallery.domain import Origin
from gallery.program import Program
from gallery.ui.main_window import MainWindow
from tests.gallery.ui.windows import (
    PATIENCE_MS,
    Describe,
    captions,
    id_of,
    page_of,
    wait_for_photos,
)


def wait_for_caption(window: MainWindow, qtbot: QtBot, name: str, text: str) -> None:
    qtbot.waitUntil(lambda: captions(window)[name] == text, timeout=PATIENCE_MS)


def edit_in_grid(window: MainWindow, qtbot: QtBot, name: str, text: str) -> None:
    page = page_of(window)
    page.grid.setFocus()
    page.grid.go_to(id_of(window, name))
    window.actions_.edit_caption.trigger()
    editor = page.grid.findChild(QLineEdit, "grid_caption_editor")
    assert editor is not None
    editor.selectAll()
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, Qt.Key.Key_Return)


def test_a_caption_is_corrected_in_the_grid_undone_and_redone(
    window: MainWindow, describe: Describe, qtbot: QtBot
) -> None:
    describe({"dog": "a cat on a sofa"})
    wait_for_caption(window, qtbot, "dog", "a cat on a sofa")
    edit_in_grid(window, qtbot, "dog", "our dog Rex")
    wait_for_caption(window, qtbot, "dog", "our dog Rex")
    stack = page_of(window).edits.undo_stack
    assert stack.undoText() == "caption of dog.jpg"
    stack.undo()
    wait_for_caption(window, qtbot, "dog", "a cat on a sofa")
    stack.redo()
    wait_for_caption(window, qtbot, "dog", "our dog Rex")
    catalog = page_of(window).program.catalog
    assert catalog.person_caption(id_of(window, "dog")) == "our dog Rex"


def test_describing_again_never_overwrites_a_persons_words(
    window: MainWindow, describe: Describe, qtbot: QtBot
) -> None:
    edit_in_grid(window, qtbot, "dog", "our dog Rex")
    wait_for_caption(window, qtbot, "dog", "our dog Rex")
    describe({"dog": "a cat on a sofa", "boat": "a boat at sea"})
    wait_for_caption(window, qtbot, "boat", "a boat at sea")
    assert captions(window)["dog"] == "our dog Rex"


def test_what_is_being_typed_in_the_grid_outlives_new_photos_and_new_descriptions(
    window: MainWindow, pictures: Path, describe: Describe, qtbot: QtBot
) -> None:
    page = page_of(window)
    page.grid.go_to(id_of(window, "dog"))
    window.actions_.edit_caption.trigger()
    editor = page.grid.findChild(QLineEdit, "grid_caption_editor")
    assert editor is not None
    qtbot.keyClicks(editor, "our dog")
    describe({"dog": "a cat on a sofa"})
    wait_for_caption(window, qtbot, "dog", "a cat on a sofa")
    shutil.copy(pictures / "dog.jpg", pictures / "another.jpg")
    with qtbot.waitSignal(page.browser.shown, timeout=PATIENCE_MS):
        assert window.wiring is not None
        window.wiring.scan()
    qtbot.waitUntil(lambda: page.program.catalog.counts().photos == 6, timeout=PATIENCE_MS)
    with qtbot.waitSignal(page.browser.shown, timeout=PATIENCE_MS):
        page.browser.refresh()
    qtbot.keyClicks(editor, " Rex")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    wait_for_photos(window, qtbot, 6)
    wait_for_caption(window, qtbot, "dog", "our dog Rex")


def test_a_caption_edited_by_another_program_is_shown_soon(
    window: MainWindow, filled: Program, qtbot: QtBot
) -> None:
    other = Catalog.open(filled.catalog.path)
    other.edit_caption(id_of(window, "dog"), "said elsewhere")
    other.close()
    wait_for_caption(window, qtbot, "dog", "said elsewhere")


def test_going_on_to_the_next_photo_keeps_what_was_typed_in_the_viewer(
    window: MainWindow, qtbot: QtBot
) -> None:
    page = page_of(window)
    page.open_photo(page.model.ids[0])
    window.actions_.edit_caption.trigger()
    editor = page.viewer.findChild(QPlainTextEdit, "caption_editor")
    assert editor is not None
    qtbot.keyClicks(editor, "our beach")
    page.viewer.go(1)
    first = page.model.ids[0]
    qtbot.waitUntil(
        lambda: page.program.catalog.person_caption(first) == "our beach", timeout=PATIENCE_MS
    )
    assert not page.viewer.details.is_editing


def test_a_caption_is_corrected_in_the_viewer_and_esc_leaves_it(
    window: MainWindow, describe: Describe, qtbot: QtBot
) -> None:
    describe({"castle": "a castle"})
    wait_for_caption(window, qtbot, "castle", "a castle")
    page = page_of(window)
    page.open_photo(id_of(window, "castle"))
    editor = page.viewer.findChild(QPlainTextEdit, "caption_editor")
    assert editor is not None
    window.actions_.edit_caption.trigger()
    assert page.viewer.details.is_editing
    qtbot.keyClicks(editor, "nothing of that")
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert not page.viewer.details.is_editing
    assert page.is_viewing
    window.actions_.edit_caption.trigger()
    qtbot.keyClicks(editor, "Grandmother's castle")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    wait_for_caption(window, qtbot, "castle", "Grandmother's castle")
    caption = page.program.catalog.photo(id_of(window, "castle")).caption
    assert caption is not None
    assert caption.origin is Origin.PERSON
    assert page.edits.undo_stack.count() == 1


def test_an_emptied_caption_gives_back_what_the_describer_said(
    window: MainWindow, describe: Describe, qtbot: QtBot
) -> None:
    describe({"snow": "a field in snow"})
    edit_in_grid(window, qtbot, "snow", "ours")
    wait_for_caption(window, qtbot, "snow", "ours")
    page_of(window).edits.set_caption(id_of(window, "snow"), "  ")
    wait_for_caption(window, qtbot, "snow", "a field in snow")


def test_typing_finds_captions_and_esc_goes_back_to_where_one_was(
    window: MainWindow, describe: Describe, qtbot: QtBot
) -> None:
    describe({"dog": "a dog on a beach", "beach": "a beach", "snow": "a snowman"})
    page = page_of(window)
    page.grid.go_to(id_of(window, "castle"))
    box = page.top_bar.search
    page.top_bar.focus_search()
    qtbot.keyClicks(box, "snowm")
    qtbot.waitUntil(lambda: list(page.model.ids) == [id_of(window, "snow")], timeout=PATIENCE_MS)
    assert page.browser.searching
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: len(page.model.ids) == 5, timeout=PATIENCE_MS)
    assert not page.browser.searching
    assert page.grid.current_id == id_of(window, "castle")


def test_what_was_typed_over_is_never_shown(
    window: MainWindow, describe: Describe, qtbot: QtBot
) -> None:
    describe({"dog": "a dog on a beach", "snow": "a snowman"})
    page = page_of(window)
    shown: list[str] = []
    page.search.found.connect(lambda result: shown.append(result.text))
    for text in ("d", "do", "dog", "sn", "snowman"):
        page.top_bar.search.setText(text)
        QApplication.processEvents()
    qtbot.waitUntil(lambda: "snowman" in shown, timeout=PATIENCE_MS)
    assert set(shown) == {"snowman"}
    assert list(page.model.ids) == [id_of(window, "snow")]


def test_the_current_photo_is_told_held_and_stopped(
    window: MainWindow, describe: Describe, qtbot: QtBot
) -> None:
    describe({"dog": "a very friendly dog on a long and sunny beach in the middle of summer"})
    page = page_of(window)
    page.grid.go_to(id_of(window, "dog"))
    bar = page.narration_bar
    with qtbot.waitSignals([page.narration.started, page.narration.word_changed], timeout=30_000):
        window.actions_.tell.trigger()
        assert bar.isVisible()
        assert "ready" in bar.findChild(QLabel, "narration_text").text()
    assert "friendly" in bar.findChild(QLabel, "narration_text").text()
    window.actions_.tell.trigger()
    assert page.narration.player.is_paused
    window.actions_.tell.trigger()
    assert page.narration.player.is_playing
    window.actions_.stop_telling.trigger()
    assert not page.narration.is_active
    assert not page.narration_bar.isVisible()
