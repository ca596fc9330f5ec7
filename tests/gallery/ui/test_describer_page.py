"""The Describer page: only what this computer has is offered, and a choice takes hold."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.checkpoints import DescriberSet
from engine.protocol import DeviceFound, Precision
from gallery import app
from gallery.app import Session
from gallery.library.engine_survey import EngineSurvey
from gallery.program import ProgramOptions
from gallery.settings import SettingsFile
from gallery.ui.describer_page import DescriberPage
from gallery.ui.describing import Describing
from tests.gallery.ui.windows import PATIENCE_MS

_EXACT, _INT8, _BF16, _FP16 = Precision.EXACT, Precision.INT8, Precision.BF16, Precision.FP16
_NOBODY = DescriberSet("none", None, None, False, "", "")
_CARD = DeviceFound("cuda", "NVIDIA T4", (_EXACT, _FP16))
_PROCESSOR = DeviceFound("cpu", "", (_EXACT, _INT8))


class Machine(EngineSurvey):
    """Another computer than the one that runs the tests."""

    def __init__(self, *devices: DeviceFound) -> None:
        super().__init__()
        self.devices = devices

    def ask(self, chosen: DescriberSet, *, timeout_s: float = 0) -> tuple[DeviceFound, ...]:
        return self.devices


class _Opener:
    def __init__(self, qtbot: QtBot) -> None:
        self._qtbot = qtbot
        self.opened: list[Describing] = []

    def __call__(
        self, *devices: DeviceFound, device: str = "auto", precision: Precision = _EXACT
    ) -> DescriberPage:
        host = app.make_application()
        describing = Describing(host, Machine(*devices))
        self.opened.append(describing)
        describing.use(_NOBODY, device, precision, 5)
        page = DescriberPage(describing)
        self._qtbot.addWidget(page)
        with self._qtbot.waitSignal(describing.looked, timeout=PATIENCE_MS):
            page.show()
        return page


@pytest.fixture
def open_page(qapp: QApplication, qtbot: QtBot) -> Iterator[_Opener]:
    opener = _Opener(qtbot)
    yield opener
    for describing in opener.opened:
        describing.close()


def _offered(page: DescriberPage) -> list[Precision]:
    return [one for one, button in page.precisions.items() if button.isVisible()]


def _choose_device(page: DescriberPage, name: str) -> None:
    place = page.device.findData(name)
    page.device.setCurrentIndex(place)
    page.device.activated.emit(place)


def test_only_the_devices_and_precisions_of_this_computer_are_offered(open_page: _Opener) -> None:
    page = open_page(_CARD, _PROCESSOR)
    names = [page.device.itemText(place) for place in range(page.device.count())]
    assert names == ["Chosen by itself", "The graphics card (NVIDIA T4)", "The processor"]
    assert set(_offered(page)) == {_EXACT, _FP16, _INT8}
    _choose_device(page, "cpu")
    assert set(_offered(page)) == {_EXACT, _INT8}
    page = open_page(DeviceFound("cpu", "", (_EXACT,)))
    assert _offered(page) == [_EXACT]
    assert not page.measure.isVisible()  # nothing rounds here


def test_a_precision_that_the_device_lacks_gives_way_to_the_exact_one(open_page: _Opener) -> None:
    page = open_page(_CARD, _PROCESSOR, precision=_INT8)
    assert page.chosen_precision is _INT8
    _choose_device(page, "cuda")
    assert page.chosen_precision is _EXACT


def test_rounding_is_told_with_the_command_that_measures_it(open_page: _Opener) -> None:
    page = open_page(_CARD, _PROCESSOR)
    page.precisions[_FP16].click()
    assert "may change captions" in page.measure.text()
    assert "bench agreement --precision fp16 --photos FOLDER" in page.measure.text()


def test_a_choice_is_applied_with_the_button_and_only_where_it_changes_something(
    open_page: _Opener, qtbot: QtBot
) -> None:
    page = open_page(_CARD, _PROCESSOR)
    assert not page.apply.isEnabled()
    _choose_device(page, "cpu")
    page.precisions[_INT8].click()
    with qtbot.waitSignal(page.apply_requested, timeout=PATIENCE_MS) as asked:
        page.apply.click()
    assert asked.args == ["cpu", "int8"]
    page.precisions[_EXACT].click()
    _choose_device(page, "auto")
    assert not page.apply.isEnabled()


def test_a_device_that_the_self_check_refused_says_so_and_cannot_be_applied(
    open_page: _Opener,
) -> None:
    page = open_page(replace(_CARD, refused=(_EXACT,)), _PROCESSOR)
    assert "describes pictures otherwise than the processor does" in page.told.text()
    _choose_device(page, "cuda")
    assert not page.apply.isEnabled()
    page.precisions[_FP16].click()  # that was not refused
    assert page.apply.isEnabled()
    _choose_device(page, "cpu")
    assert not page.told.isVisible()


def test_what_is_in_use_is_shown_also_where_this_computer_lacks_it(open_page: _Opener) -> None:
    page = open_page(_PROCESSOR, device="mps")
    assert page.chosen_device == "mps"
    assert _offered(page) == [_EXACT]


def test_a_choice_opens_the_library_anew_and_is_there_again_at_the_next_start(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    app.make_application()
    options = ProgramOptions(tmp_path / "catalog.sqlite")
    session = Session(options, open_samples=False, folders=())
    session.start()
    try:
        qtbot.waitUntil(lambda: session.program is not None, timeout=PATIENCE_MS)
        first = session.program
        wiring = session.window.settings_wiring
        session.window.actions_.settings.trigger()
        page = wiring.describer_page
        assert page is not None
        assert wiring.dialog is not None
        wiring.dialog.reject()
        with qtbot.waitSignal(wiring.describing.looked, timeout=3 * PATIENCE_MS):
            wiring.dialog.open_at(page)
        assert page.device.findData("cpu") >= 0  # this computer's engine told so
        place = page.idle.findData(15)
        page.idle.setCurrentIndex(place)
        page.idle.activated.emit(place)
        assert session.program is first
        _choose_device(page, "cpu")
        page.apply.click()
        qtbot.waitUntil(lambda: session.program not in (None, first), timeout=PATIENCE_MS)
        assert session.program is not None
        assert session.program.options.device == "cpu"
        assert session.program.options.idle_s == 15 * 60
        qtbot.waitUntil(lambda: wiring.describing.device == "cpu", timeout=PATIENCE_MS)
        assert not page.apply.isEnabled()
    finally:
        session.close()
    kept = SettingsFile(tmp_path / "settings.json").load()
    assert (kept.device, kept.precision, kept.idle_minutes) == ("cpu", "exact", 15)
