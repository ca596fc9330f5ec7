"""A setting is found by its words, with keys alone."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QListWidget, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gallery.ui.settings_dialog import SettingsDialog


class Page(QWidget):
    def __init__(self, title: str, label: str, *choices: str) -> None:
        super().__init__()
        self.setWindowTitle(title)
        self.box = QComboBox(self)
        self.box.addItems(choices)
        self.label = QLabel(label, self)
        self.label.setBuddy(self.box)
        layout = QVBoxLayout(self)
        layout.addWidget(self.label)
        layout.addWidget(self.box)


@pytest.fixture
def pages() -> tuple[Page, Page]:
    return Page("Voice", "&Speed of speech", "slow"), Page("Describer", "&Device", "Processor")


@pytest.fixture
def dialog(qtbot: QtBot, pages: tuple[Page, Page]) -> SettingsDialog:
    dialog = SettingsDialog()
    qtbot.addWidget(dialog)
    for page in pages:
        dialog.add_page(page, "computer")
    dialog.show()
    return dialog


def listed(dialog: SettingsDialog) -> list[str]:
    names = dialog.findChild(QListWidget, "settings_pages")
    assert isinstance(names, QListWidget)
    rows = [names.item(row) for row in range(names.count())]
    return [row.text() for row in rows if not row.isHidden()]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["Voice", "Describer"]),
        ("DEVICE", ["Describer"]),
        ("processor device", ["Describer"]),
        ("slow", ["Voice"]),
        ("slow device", []),
        ("voice", ["Voice"]),
    ],
)
def test_pages_that_say_all_words_are_listed(
    dialog: SettingsDialog, text: str, found: list[str]
) -> None:
    dialog.search.setText(text)
    assert listed(dialog) == found
    told = [item for item in dialog.findChildren(QLabel) if item.text() == "No setting says that."]
    assert told[0].isVisible() is (found == [])


def test_the_page_is_shown_its_words_marked_and_enter_goes_to_the_control(
    dialog: SettingsDialog, pages: tuple[Page, Page], qtbot: QtBot
) -> None:
    voice, describer = pages
    qtbot.keyClicks(dialog.search, "devi")
    assert describer.isVisible()
    assert not voice.isVisible()
    assert describer.label.property("found") is True
    qtbot.keyClick(dialog.search, Qt.Key.Key_Return)
    assert dialog.isVisible(), "Enter does not close"
    assert dialog.focusWidget() is describer.box
    dialog.search.clear()
    assert describer.label.property("found") is False
    assert listed(dialog) == ["Voice", "Describer"]
