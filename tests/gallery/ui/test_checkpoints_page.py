"""The Checkpoints page: a person is asked, sees how far it is, leaves, comes back, and uses it."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from engine.hub.offers import offer_of
from gallery.ui.checkpoints import Checkpoints
from gallery.ui.checkpoints_page import CheckpointsPage
from gallery.ui.main_window import MainWindow
from gallery.ui.settings_wiring import SettingsWiring
from tests.gallery.ui.windows import PATIENCE_MS, OpenWindow
from tests.hub_server import HubServer, publish_halves_of_sample

_LONG_MS = 4 * PATIENCE_MS
NAME = "blip-base"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    from huggingface_hub import constants

    server = HubServer()
    offer = offer_of(NAME)
    assert offer is not None
    publish_halves_of_sample(server, offer, tmp_path / "published")
    with server.running():
        monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
        monkeypatch.setattr(constants, "ENDPOINT", server.endpoint)
        for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
            monkeypatch.delenv(name, raising=False)
        yield server


@pytest.fixture
def settings(open_window: OpenWindow, qtbot: QtBot) -> Iterator[SettingsWiring]:
    window = open_window()
    shown = _show(window, qtbot)
    yield shown
    shown.close()


def _show(window: MainWindow, qtbot: QtBot) -> SettingsWiring:
    window.actions_.settings.trigger()
    wiring = window.settings_wiring
    qtbot.waitUntil(lambda: bool(wiring.checkpoints.shelf), timeout=PATIENCE_MS)
    return wiring


def _page(settings: SettingsWiring) -> CheckpointsPage:
    assert settings.page is not None
    return settings.page


def _wait_for(settings: SettingsWiring, qtbot: QtBot, phase: str) -> None:
    checkpoints: Checkpoints = settings.checkpoints
    qtbot.waitUntil(lambda: checkpoints.job.phase == phase, timeout=_LONG_MS)


def _wait_for_state(settings: SettingsWiring, qtbot: QtBot, state: str) -> None:
    def stands() -> bool:
        item = settings.checkpoints.find(NAME)
        return item is not None and item.state == state

    qtbot.waitUntil(stands, timeout=_LONG_MS)


def _asked(settings: SettingsWiring, qtbot: QtBot, button: QAbstractButton) -> QMessageBox:
    page = _page(settings)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.box is not None, timeout=PATIENCE_MS)
    assert page.box is not None
    return page.box


def _press(box: QMessageBox, text: str) -> None:
    next(button for button in box.buttons() if text in button.text()).click()


def _begin(settings: SettingsWiring, qtbot: QtBot) -> None:
    page = _page(settings)
    page.list.choose(NAME)
    _press(_asked(settings, qtbot, page.details.get), "Get it")


def _told(page: CheckpointsPage) -> str:
    label = page.details.findChild(QLabel, "checkpoint_told")
    assert isinstance(label, QLabel)
    return label.text()


def _status(settings: SettingsWiring) -> str:
    window = settings.parent()
    assert isinstance(window, MainWindow)
    assert window.page is not None
    button = window.page.status.findChild(QAbstractButton, "download_status")
    assert isinstance(button, QAbstractButton)
    return button.text() if button.isVisibleTo(window) else ""


def test_a_person_is_asked_with_all_that_counts_before_anything_is_got(
    hub: HubServer, settings: SettingsWiring, qtbot: QtBot
) -> None:
    page = _page(settings)
    page.list.choose(NAME)
    box = _asked(settings, qtbot, page.details.get)
    told = box.informativeText()
    for fact in ("1.9 GB", "are free", "BSD-3-Clause", "research purposes", hub.endpoint):
        assert fact in told
    assert "Salesforce/blip-itm-base-coco" in told
    _press(box, "Cancel")
    assert hub.asked == []
    assert settings.checkpoints.job.phase == "idle"


def test_it_is_got_while_the_dialog_is_closed_told_in_the_status_line_and_used(
    hub: HubServer, settings: SettingsWiring, qtbot: QtBot
) -> None:
    hub.gate = threading.Event()
    _begin(settings, qtbot)
    qtbot.waitUntil(lambda: "of" in _told(_page(settings)), timeout=_LONG_MS)
    assert settings.dialog is not None
    settings.dialog.reject()
    qtbot.waitUntil(lambda: "Getting “BLIP base”:" in _status(settings), timeout=_LONG_MS)
    hub.gate.set()
    _wait_for(settings, qtbot, "done")
    assert _status(settings) == "“BLIP base” is installed"
    settings.show()
    _wait_for_state(settings, qtbot, "installed")
    window = settings.parent()
    assert isinstance(window, MainWindow)
    with qtbot.waitSignal(window.checkpoint_chosen, timeout=PATIENCE_MS) as chosen:
        _page(settings).details.use.click()
    assert chosen.args == [NAME]


def test_it_is_paused_and_gone_on_with_by_the_next_window(
    hub: HubServer, settings: SettingsWiring, open_window: OpenWindow, qtbot: QtBot
) -> None:
    hub.gate = threading.Event()
    _begin(settings, qtbot)
    assert hub.waits_at_gate.wait(PATIENCE_MS / 1000)
    _wait_for(settings, qtbot, "getting")
    _page(settings).details.pause.click()
    _wait_for_state(settings, qtbot, "unfinished")
    assert "Paused at" in _told(_page(settings))
    settings.close()
    hub.gate.set()
    window = open_window()
    again = _show(window, qtbot)
    try:
        page = _page(again)
        page.list.choose(NAME)
        assert "Paused at" in _told(page)
        assert page.details.get.text() == "&Go on"
        page.details.get.click()
        _wait_for_state(again, qtbot, "installed")
        assert any("range" in item.headers for item in hub.of("model.safetensors"))
        page.details.verify.click()
        qtbot.waitUntil(lambda: "as it was recorded" in _told(page), timeout=_LONG_MS)
        _press(_asked(again, qtbot, page.details.remove), "Remove")
        _wait_for_state(again, qtbot, "available")
    finally:
        again.close()


def test_what_was_got_is_given_up_with_one_button(
    hub: HubServer, settings: SettingsWiring, qtbot: QtBot
) -> None:
    hub.gate = threading.Event()
    _begin(settings, qtbot)
    assert hub.waits_at_gate.wait(PATIENCE_MS / 1000)
    _wait_for(settings, qtbot, "getting")
    _page(settings).details.give_up.click()
    _wait_for(settings, qtbot, "given up")
    assert settings.checkpoints.store.unfinished() == []
    assert not list(settings.checkpoints.store.staging.glob("models--*"))


def test_a_refusal_stands_on_the_page_and_in_the_status_line(
    hub: HubServer, settings: SettingsWiring, qtbot: QtBot
) -> None:
    hub.statuses = {"config.json": 404}
    _begin(settings, qtbot)
    _wait_for(settings, qtbot, "failed")
    assert "does not have" in _told(_page(settings))
    assert "stopped" in _status(settings)
    assert _page(settings).details.get.isEnabled()


def test_the_one_in_use_is_marked_and_cannot_be_removed_and_a_folder_can_be_chosen(
    settings: SettingsWiring, qtbot: QtBot
) -> None:
    page = _page(settings)
    assert page.list.current_name == "sample"
    assert "In use" in page.list.item(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert not page.details.use.isVisible()
    assert not page.details.remove.isVisible()
    button = page.findChild(QPushButton, "checkpoint_folder")
    assert isinstance(button, QPushButton)
    with qtbot.waitSignal(page.folder_requested, timeout=PATIENCE_MS):
        button.click()


def test_questions_alone_are_no_describer_and_the_page_says_what_to_do(
    settings: SettingsWiring,
) -> None:
    page = _page(settings)
    page.list.choose("blip-vqa-base")
    assert not page.details.use.isEnabled()
    assert "beside" in page.details.use.toolTip()


def test_every_control_has_a_name_and_mnemonics_are_unique(settings: SettingsWiring) -> None:
    dialog = settings.dialog
    assert dialog is not None
    texts = []
    for widget in dialog.findChildren(QWidget):
        if isinstance(widget, QAbstractButton | QLabel):
            texts.append(widget.text())
        takes_keys = widget.focusPolicy() is not Qt.FocusPolicy.NoFocus
        if takes_keys and widget.isVisible() and type(widget) is not QWidget:
            named = isinstance(widget, QAbstractButton) and widget.text()
            assert named or widget.accessibleName() or widget.focusProxy(), widget.objectName()
    letters = [found[1].lower() for text in texts if (found := re.search(r"&(\w)", text))]
    assert len(letters) == len(set(letters)), texts
    assert len(letters) >= 8


def test_the_keys_reach_the_list_and_enter_asks(
    hub: HubServer, settings: SettingsWiring, qtbot: QtBot
) -> None:
    page = _page(settings)
    page.list.setFocus()
    qtbot.keyClick(page.list, Qt.Key.Key_Down)
    assert page.list.current_name == NAME
    qtbot.keyClick(page.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.box is not None, timeout=PATIENCE_MS)
    assert page.box is not None
    _press(page.box, "Cancel")
