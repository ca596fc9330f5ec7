"""Other wordings under the caption's editor: listed, taken with one key, undone."""

from collections.abc import Callable, Mapping

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QListWidget, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from engine.protocol import Candidate
from gallery.domain import Origin
from gallery.program import Program
from gallery.ui.details import Details
from gallery.ui.keys import MORE_WORDINGS
from gallery.ui.main_window import MainWindow
from tests.gallery.ui.windows import PATIENCE_MS, Describe, captions, id_of, page_of

Propose = Callable[[str, Mapping[str, float]], None]
_WORDS = {"a brown dog": 0.2, "a dog asleep on a rug": 0.995, "two dogs": 0.95}


@pytest.fixture
def propose(program: Program) -> Propose:
    """Keep wordings as the proposer does."""

    def keep(name: str, words: Mapping[str, float]) -> None:
        catalog, chosen = program.catalog, program.describer_set
        photo_id = next(i for i in catalog.photo_ids() if catalog.photo(i).path.stem == name)
        assert chosen.captioner is not None
        catalog.add_alternates(
            photo_id,
            [Candidate(text, score, "nucleus 0.9, seed 0") for text, score in words.items()],
            captioner=chosen.captioner,
            matcher=chosen.matcher,
            unsure=False,
            of_content=catalog.content_state(photo_id),
        )

    return keep


def edit(window: MainWindow, qtbot: QtBot, name: str, count: int) -> Details:
    """Edit in the viewer, until so many wordings are listed."""
    page = page_of(window)
    page.open_photo(id_of(window, name))
    window.actions_.edit_caption.trigger()
    details = page.viewer.details
    qtbot.waitUntil(lambda: len(details.wordings.texts) == count, timeout=PATIENCE_MS)
    return details


def editor_of(details: Details) -> QPlainTextEdit:
    editor = details.findChild(QPlainTextEdit, "caption_editor")
    assert editor is not None
    return editor


def list_of(details: Details) -> QListWidget:
    found = details.findChild(QListWidget, "wordings")
    assert found is not None
    return found


def note_of(details: Details) -> str:
    labels = details.wordings.findChildren(QLabel)
    return " ".join(label.text() for label in labels if not label.isHidden())


def said(window: MainWindow, name: str) -> str | None:
    return page_of(window).program.catalog.person_caption(id_of(window, name))


def wait_for_words(window: MainWindow, qtbot: QtBot, name: str, text: str | None) -> None:
    qtbot.waitUntil(lambda: said(window, name) == text, timeout=PATIENCE_MS)


def test_kept_wordings_are_listed_best_first_with_how_well_they_fit(
    window: MainWindow, propose: Propose, qtbot: QtBot
) -> None:
    propose("dog", _WORDS)
    details = edit(window, qtbot, "dog", 3)
    assert details.wordings.texts == ["a dog asleep on a rug", "two dogs", "a brown dog"]
    bands = page_of(window).program.describer_set.match_bands
    shown = list_of(details)
    for row, (text, key) in enumerate(
        zip(details.wordings.texts, ("Alt+1", "Alt+2", "Alt+3"), strict=True)
    ):
        sure = {"certain": "fits for certain", "probably": "probably fits"}.get(
            bands.word(_WORDS[text]).value, "unsure whether it fits"
        )
        assert shown.item(row).text() == f"{text}\n{key}  ·  {sure}"
        spoken = shown.item(row).data(Qt.ItemDataRole.AccessibleTextRole)
        assert spoken == f"{text}, {sure}, {key}"
    assert ("never measured" in note_of(details)) == (not bands.calibrated)


def test_one_key_takes_a_wording_and_undo_takes_it_back(
    window: MainWindow, propose: Propose, describe: Describe, qtbot: QtBot
) -> None:
    describe({"dog": "a cat on a sofa"})
    propose("dog", _WORDS)
    details = edit(window, qtbot, "dog", 3)
    qtbot.keyClick(editor_of(details), Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert not details.is_editing
    wait_for_words(window, qtbot, "dog", "two dogs")
    caption = page_of(window).program.catalog.photo(id_of(window, "dog")).caption
    assert caption is not None
    assert caption.origin is Origin.PERSON
    stack = page_of(window).edits.undo_stack
    qtbot.waitUntil(lambda: stack.count() == 1, timeout=PATIENCE_MS)
    stack.undo()
    wait_for_words(window, qtbot, "dog", None)
    qtbot.waitUntil(lambda: captions(window)["dog"] == "a cat on a sofa", timeout=PATIENCE_MS)
    stack.redo()
    wait_for_words(window, qtbot, "dog", "two dogs")


def test_what_was_typed_before_a_wording_was_taken_comes_back_by_undo(
    window: MainWindow, propose: Propose, qtbot: QtBot
) -> None:
    propose("dog", _WORDS)
    details = edit(window, qtbot, "dog", 3)
    qtbot.keyClicks(editor_of(details), "our Rex")
    shown = list_of(details)
    at: QPoint = shown.visualItemRect(shown.item(0)).center()
    qtbot.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=at)
    wait_for_words(window, qtbot, "dog", "a dog asleep on a rug")
    stack = page_of(window).edits.undo_stack
    qtbot.waitUntil(lambda: stack.count() == 2, timeout=PATIENCE_MS)
    stack.undo()
    wait_for_words(window, qtbot, "dog", "our Rex")


def test_enter_in_the_list_takes_the_marked_one_and_esc_leaves(
    window: MainWindow, propose: Propose, qtbot: QtBot
) -> None:
    propose("dog", _WORDS)
    details = edit(window, qtbot, "dog", 3)
    qtbot.keyClick(list_of(details), Qt.Key.Key_Escape)
    assert not details.is_editing
    assert page_of(window).is_viewing
    details = edit(window, qtbot, "dog", 3)
    shown = list_of(details)
    shown.setFocus()
    qtbot.keyClick(shown, Qt.Key.Key_Down)
    shown.setCurrentRow(2)
    qtbot.keyClick(shown, Qt.Key.Key_Return)
    wait_for_words(window, qtbot, "dog", "a brown dog")


def test_many_wordings_leave_the_window_as_low_as_it_is(
    window: MainWindow, propose: Propose, qtbot: QtBot
) -> None:
    propose(
        "dog", {f"a dog with {number} long legs and a very long tail": 0.5 for number in range(12)}
    )
    window.resize(1000, 660)
    details = edit(window, qtbot, "dog", 12)
    qtbot.waitUntil(lambda: list_of(details).isVisible(), timeout=PATIENCE_MS)
    assert window.minimumSizeHint().height() <= 660
    assert window.height() == 660
    low = list_of(details).height()
    assert low >= 48
    window.resize(1000, 1100)
    qtbot.waitUntil(lambda: list_of(details).height() > low, timeout=PATIENCE_MS)


def test_a_key_without_a_wording_and_the_caption_itself_are_no_offer(
    window: MainWindow, propose: Propose, describe: Describe, qtbot: QtBot
) -> None:
    describe({"dog": "two dogs"})
    propose("dog", _WORDS)
    qtbot.waitUntil(lambda: captions(window)["dog"] == "two dogs", timeout=PATIENCE_MS)
    details = edit(window, qtbot, "dog", 2)
    assert "two dogs" not in details.wordings.texts
    qtbot.keyClick(editor_of(details), Qt.Key.Key_9, Qt.KeyboardModifier.AltModifier)
    assert details.is_editing
    assert said(window, "dog") is None
    details.end_edit()
    assert edit(window, qtbot, "boat", 0).wordings.texts == []


def test_where_the_describer_may_not_try_the_panel_says_why(
    window: MainWindow, qtbot: QtBot
) -> None:
    details = edit(window, qtbot, "dog", 0)
    more = details.findChild(QPushButton, "more_wordings")
    assert more is not None
    assert MORE_WORDINGS in more.text()
    qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    assert not more.isEnabled()
    qtbot.waitUntil(lambda: "drawn scenes only" in note_of(details), timeout=PATIENCE_MS)
    assert more.isEnabled()
    assert details.is_editing


def test_more_wordings_are_proposed_beside_the_window_and_the_newest_question_counts(
    window: MainWindow, program: Program, qtbot: QtBot
) -> None:
    page = page_of(window)
    # in the catalog alone: the indexer, told of it, would describe the photos meanwhile
    program.catalog.allow_sample(program.catalog.photo(id_of(window, "dog")).folder_id)
    page.grid.go_to(id_of(window, "boat"))
    window.actions_.more_wordings.trigger()
    assert page.is_viewing
    assert page.viewer.details.is_editing
    page.viewer.go(page.viewer._place + 1)  # the answer comes for a photo that is no longer shown
    shown = page.viewer.photo_id
    assert shown is not None
    details = page.viewer.details
    qtbot.waitUntil(lambda: not details.is_editing, timeout=PATIENCE_MS)  # its facts are here
    window.actions_.more_wordings.trigger()
    qtbot.waitUntil(lambda: bool(details.wordings.texts), timeout=60_000)
    kept = program.catalog.alternates(shown)
    assert details.wordings.texts == [one.text for one in kept]
    assert all(one.unsure for one in kept)
    assert "a guess" in list_of(details).item(0).text()
    qtbot.keyClick(editor_of(details), Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(
        lambda: program.catalog.person_caption(shown) == kept[0].text, timeout=PATIENCE_MS
    )
