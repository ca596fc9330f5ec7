"""Stars, many captions at once, and the review, in the window; each with undo."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from gallery.domain import DescribedPhoto, Origin
from gallery.library.events import PhotosDescribed
from gallery.program import Program
from gallery.ui.captions_dialog import CaptionsDialog
from gallery.ui.main_window import MainWindow
from gallery.ui.places import REVIEW
from gallery.ui.star_row import StarRow
from tests.gallery.ui.windows import (
    NAMES,
    PATIENCE_MS,
    Describe,
    captions,
    id_of,
    page_of,
)


def stars(window: MainWindow) -> dict[str, int | None]:
    catalog = page_of(window).program.catalog
    return {photo.path.stem: photo.rating for photo in catalog.photos(catalog.photo_ids())}


def wait_for_stars(window: MainWindow, qtbot: QtBot, **wanted: int | None) -> None:
    qtbot.waitUntil(lambda: stars(window) == dict.fromkeys(NAMES) | wanted, timeout=PATIENCE_MS)


def wait_for_captions(window: MainWindow, qtbot: QtBot, **wanted: str) -> None:
    qtbot.waitUntil(
        lambda: {name: captions(window)[name] for name in wanted} == wanted, timeout=PATIENCE_MS
    )


def describe_unsurely(window: MainWindow, qtbot: QtBot, **said: str) -> None:
    """As a describer would that is unsure."""
    program: Program = page_of(window).program
    items = [
        DescribedPhoto(id_of(window, name), text, 0.4, "greedy", b"", unsure=True)
        for name, text in said.items()
    ]
    captioner = program.describer_set.captioner
    program.catalog.store_descriptions(items, captioner=captioner, matcher=None)
    program.bus.publish(PhotosDescribed(tuple(item.photo_id for item in items)))
    wait_for_captions(window, qtbot, **said)


def begin_review(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_.review.trigger()
    qtbot.waitUntil(lambda: page_of(window).is_reviewing, timeout=PATIENCE_MS)


def press(window: MainWindow, qtbot: QtBot, key: Qt.Key) -> None:
    qtbot.keyClick(page_of(window).review.stage, key)


def test_the_selected_photos_get_stars_which_one_undo_takes_back(
    window: MainWindow, qtbot: QtBot
) -> None:
    page = page_of(window)
    page.grid.selectAll()
    window.actions_.stars[4].trigger()
    wait_for_stars(window, qtbot, **dict.fromkeys(NAMES, 4))
    page.grid.go_to(id_of(window, "dog"))
    window.actions_.stars[0].trigger()
    wait_for_stars(window, qtbot, **dict.fromkeys(NAMES, 4) | {"dog": 0})
    stack = page.edits.undo_stack
    qtbot.waitUntil(lambda: stack.undoText() == "rating of dog.jpg", timeout=PATIENCE_MS)
    stack.undo()
    wait_for_stars(window, qtbot, **dict.fromkeys(NAMES, 4))
    assert stack.undoText() == "rating of 5 photos"
    stack.undo()
    wait_for_stars(window, qtbot)
    stack.redo()
    wait_for_stars(window, qtbot, **dict.fromkeys(NAMES, 4))


def test_stars_are_given_in_the_details_and_said_in_the_grid(
    window: MainWindow, qtbot: QtBot
) -> None:
    page = page_of(window)
    page.open_photo(id_of(window, "dog"))
    row = page.viewer.details.findChild(StarRow)
    assert row is not None
    qtbot.keyClick(row, Qt.Key.Key_Right)
    wait_for_stars(window, qtbot, dog=1)
    qtbot.keyClick(row, Qt.Key.Key_5, Qt.KeyboardModifier.ControlModifier)
    wait_for_stars(window, qtbot, dog=5)
    qtbot.waitUntil(lambda: row.value() == 5, timeout=PATIENCE_MS)
    assert page.edits.undo_stack.count() == 2
    index = page.model.index(page.model.row_of(id_of(window, "dog")) or 0, 0)
    assert "5 stars" in str(index.data(Qt.ItemDataRole.AccessibleTextRole))


def test_captions_of_many_are_replaced_as_previewed_and_undone_in_one_step(
    window: MainWindow, describe: Describe, qtbot: QtBot
) -> None:
    describe({"dog": "a dog", "boat": "a dog in a boat", "snow": "snow"})
    wait_for_captions(window, qtbot, dog="a dog", boat="a dog in a boat", snow="snow")
    page = page_of(window)
    page.edits.set_caption(id_of(window, "dog"), "our dog")
    wait_for_captions(window, qtbot, dog="our dog")
    page.grid.selectAll()
    window.actions_.captions.trigger()
    qtbot.waitUntil(lambda: window.findChild(CaptionsDialog) is not None, timeout=PATIENCE_MS)
    dialog = window.findChild(CaptionsDialog)
    assert dialog is not None
    old, new = (dialog.findChild(QLineEdit, f"captions_{name}") for name in ("old", "new"))
    assert old is not None
    assert new is not None
    qtbot.keyClicks(old, "dog")
    qtbot.keyClicks(new, "wolf")
    assert dialog.preview == [
        ("boat.jpg", "a dog in a boat", "a wolf in a boat"),
        ("dog.jpg", "our dog", "our wolf"),
    ]
    qtbot.mouseClick(dialog._go, Qt.MouseButton.LeftButton)
    wait_for_captions(window, qtbot, dog="our wolf", boat="a wolf in a boat", snow="snow")
    stack = page.edits.undo_stack
    qtbot.waitUntil(lambda: stack.undoText() == "captions of 2 photos", timeout=PATIENCE_MS)
    stack.undo()
    wait_for_captions(window, qtbot, dog="our dog", boat="a dog in a boat")
    caption = page.program.catalog.photo(id_of(window, "boat")).caption
    assert caption is not None
    assert caption.origin is Origin.MODEL


def test_nothing_can_be_changed_while_the_preview_is_empty(
    window: MainWindow, qtbot: QtBot
) -> None:
    page_of(window).grid.selectAll()
    window.actions_.captions.trigger()
    qtbot.waitUntil(lambda: window.findChild(CaptionsDialog) is not None, timeout=PATIENCE_MS)
    dialog = window.findChild(CaptionsDialog)
    assert dialog is not None
    what = dialog.findChild(QComboBox)
    assert what is not None
    assert not dialog._go.isEnabled()
    what.setCurrentIndex(2)
    assert not dialog._go.isEnabled()
    line = dialog.findChild(QLineEdit, "captions_new")
    assert line is not None
    qtbot.keyClicks(line, "Rome")
    assert len(dialog.preview) == 5
    assert dialog._go.isEnabled()
    dialog.reject()


def test_a_review_by_keys_accepts_edits_skips_and_goes_back(
    window: MainWindow, qtbot: QtBot
) -> None:
    describe_unsurely(window, qtbot, beach="a beach", dog="a cat", snow="snow")
    page = page_of(window)
    begin_review(window, qtbot)
    review = page.review
    assert review.progress_text == "1 of 3"
    assert "The describer is unsure" in review.stage.accessibleName()
    assert "1 of 3" in review.stage.accessibleName()
    press(window, qtbot, Qt.Key.Key_Return)
    assert review.progress_text == "2 of 3"
    window.actions_.edit_caption.trigger()
    editor = review.findChild(QPlainTextEdit, "review_editor")
    assert editor is not None
    assert review.panel.is_editing
    qtbot.keyClicks(editor, "our dog")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert review.progress_text == "3 of 3"
    press(window, qtbot, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: "our dog" in review.stage.accessibleName(), timeout=PATIENCE_MS)
    press(window, qtbot, Qt.Key.Key_Space)
    press(window, qtbot, Qt.Key.Key_Space)
    assert "1 accepted, 1 changed, 1 skipped" in review.stage.accessibleName()
    press(window, qtbot, Qt.Key.Key_Escape)
    assert not page.is_reviewing
    catalog = page.program.catalog
    assert catalog.person_caption(id_of(window, "beach")) == "a beach"
    assert catalog.person_caption(id_of(window, "dog")) == "our dog"
    assert catalog.person_caption(id_of(window, "snow")) is None
    assert list(page.review_list.ids()) == [id_of(window, "snow")]


def test_undo_in_a_review_goes_back_to_the_photo_and_takes_the_decision_back(
    window: MainWindow, qtbot: QtBot
) -> None:
    describe_unsurely(window, qtbot, beach="a beach", dog="a dog")
    page = page_of(window)
    begin_review(window, qtbot)
    press(window, qtbot, Qt.Key.Key_Return)
    press(window, qtbot, Qt.Key.Key_Return)
    stack = page.edits.undo_stack
    qtbot.waitUntil(lambda: stack.count() == 2, timeout=PATIENCE_MS)
    assert stack.undoText() == "review of dog.jpg"
    with qtbot.waitSignal(page.batch_edits.put_back, timeout=PATIENCE_MS):
        stack.undo()
    assert page.review.photo_id == id_of(window, "dog")
    assert page.program.catalog.person_caption(id_of(window, "dog")) is None
    assert page.program.catalog.person_caption(id_of(window, "beach")) == "a beach"


def test_what_is_to_be_reviewed_is_a_place_where_opening_a_photo_reviews_it(
    window: MainWindow, qtbot: QtBot
) -> None:
    describe_unsurely(window, qtbot, beach="a beach", dog="a dog")
    page = page_of(window)
    page.browser.refresh()
    qtbot.waitUntil(
        lambda: page.browser.overview is not None and page.browser.overview.to_review == 2,
        timeout=PATIENCE_MS,
    )
    page.sidebar.place_requested.emit(REVIEW)
    qtbot.waitUntil(lambda: len(page.model.ids) == 2, timeout=PATIENCE_MS)
    page.grid.open_requested.emit(id_of(window, "dog"))
    qtbot.waitUntil(lambda: page.is_reviewing, timeout=PATIENCE_MS)
    assert page.review.photo_id == id_of(window, "dog")
    assert page.review.progress_text == "2 of 2"
    press(window, qtbot, Qt.Key.Key_Return)
    press(window, qtbot, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: list(page.model.ids) == [id_of(window, "beach")], timeout=PATIENCE_MS)


def test_without_anything_to_review_the_window_says_so(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window)
    with qtbot.waitSignal(page.bridge.noticed, timeout=PATIENCE_MS):
        window.actions_.review.trigger()
    assert not page.is_reviewing
    for dialog in window.findChildren(QDialog):
        dialog.reject()
