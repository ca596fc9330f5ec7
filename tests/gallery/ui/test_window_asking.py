"""Asking the photo that is shown: by key, in the background, the answer a guess."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from engine.protocol import Guess
from gallery.library.asking import PhotoAnswer
from gallery.program import Program, ProgramOptions, open_program
from gallery.ui import ask_box
from gallery.ui.ask_box import AskBox
from gallery.ui.keys import ASK, key_list
from gallery.ui.main_window import MainWindow
from tests.answerers import make_answering_set
from tests.gallery.ui.windows import PATIENCE_MS, id_of, page_of

_ANSWER_MS = 90_000  # the engine starts for it


@pytest.fixture(scope="module")
def answering_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_answering_set(tmp_path_factory.mktemp("sets") / "asking")


@pytest.fixture
def program(tmp_path: Path, answering_set: Path) -> Iterator[Program]:
    options = ProgramOptions(tmp_path / "catalog.sqlite", str(answering_set), "cpu")
    program = open_program(options)
    program.indexer.start()
    yield program
    program.close()


def _line(window: MainWindow) -> QLineEdit:
    line = page_of(window).viewer.findChild(QLineEdit, "question")
    assert line is not None
    return line


def _told(window: MainWindow) -> str:
    label = page_of(window).viewer.findChild(QLabel, "answer_text")
    assert label is not None
    return label.text()


def _open(window: MainWindow, name: str) -> QLineEdit:
    page = page_of(window)
    page.grid.setFocus()
    page.grid.go_to(id_of(window, name))
    window.actions_.ask.trigger()
    assert page.is_viewing
    assert page.viewer.photo_id == id_of(window, name)
    return _line(window)


def test_a_question_is_answered_as_a_guess_with_whom_it_came_from_and_esc_goes_back(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(ask_box, "announce", lambda _, text: said.append(text))
    line = _open(window, "dog")
    qtbot.waitUntil(line.hasFocus, timeout=PATIENCE_MS)
    assert line.accessibleName() == "Question about this photo"
    qtbot.keyClicks(line, "is there a zeppelin?")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert _told(window) == "Looking …"
    guesses = ("A guess, unsure: yes", "A guess, unsure: no")
    qtbot.waitUntil(lambda: _told(window) in guesses, timeout=_ANSWER_MS)
    origins = page_of(window).viewer.details.ask_box.findChildren(QLabel, "caption_origin")
    (origin,) = (label.text() for label in origins)
    assert "“sample answerer”" in origin
    assert "does not know “zeppelin”" in origin
    assert "not photographs" in origin
    assert len(said) == 1
    assert said[0].startswith(_told(window))
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    page = page_of(window)
    assert page.is_viewing
    assert not line.isVisible()
    assert page.viewer.stage.hasFocus()


def test_why_there_is_no_answer_is_said_where_the_answer_would_be(
    window: MainWindow, qtbot: QtBot
) -> None:
    engine = page_of(window).program.engine
    engine._process.describer_set = replace(engine.describer_set, answerer=None)
    line = _open(window, "boat")
    qtbot.keyClicks(line, "what is it?")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "answers no questions" in _told(window), timeout=PATIENCE_MS)


def test_keys_typed_in_the_line_do_not_walk_through_the_photos(
    window: MainWindow, qtbot: QtBot
) -> None:
    line = _open(window, "castle")
    qtbot.keyClicks(line, "a b")
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_Home):
        qtbot.keyClick(line, key)
    assert line.text() == "a b"
    assert page_of(window).viewer.photo_id == id_of(window, "castle")
    line.clear()
    qtbot.keyClick(line, Qt.Key.Key_Return)  # nothing to ask, and no reason to leave
    assert page_of(window).is_viewing
    assert _told(window) == ""


def test_closing_does_not_wait_for_an_answer(window: MainWindow, qtbot: QtBot) -> None:
    line = _open(window, "snow")
    qtbot.keyClicks(line, "what is it?")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    questions = page_of(window).program.engine._process.questions
    qtbot.waitUntil(lambda: bool(questions.messages), timeout=PATIENCE_MS)
    begun = time.monotonic()
    window.close_page()
    assert time.monotonic() - begun < 5
    assert not questions.messages


def test_an_answer_is_shown_only_to_the_question_and_the_photo_that_it_is_about(
    qtbot: QtBot,
) -> None:
    box = AskBox()
    qtbot.addWidget(box)
    line, label = box.findChild(QLineEdit, "question"), box.findChild(QLabel, "answer_text")
    assert line is not None
    assert label is not None
    box.open()
    assert box.isHidden()  # there is no photo yet
    answer = PhotoAnswer("what is it?", (Guess("two dogs", 0.9),), "beam 3", "a/vqa", False, ())
    box.show_photo(1)
    for after, told in ((1, "A guess, unsure: two dogs"), (2, "")):
        box.open()
        line.setText(answer.question)
        with qtbot.waitSignal(box.asked):
            line.returnPressed.emit()
        box.show_photo(after)
        box.show_answer(1, replace(answer, question="and now?"))
        assert label.text() in ("Looking …", "")
        box.show_answer(1, answer)
        assert label.text() == told
        box.show_refusal(1, answer.question, "too late")
        assert label.text() == told


def test_the_key_is_in_the_list_of_keys() -> None:
    assert any(key == ASK for _, rows in key_list() for key, _ in rows)
