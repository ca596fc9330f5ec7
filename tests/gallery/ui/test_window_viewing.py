"""One photo large: zoomed, moved, turned, played; its neighbours on the film strip."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QColor, QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QToolButton
from pytestqt.qtbot import QtBot

from gallery.program import Program
from gallery.ui import looking
from gallery.ui.film_strip import FilmStrip
from gallery.ui.main_window import MainWindow
from gallery.ui.viewer import Viewer
from tests.gallery.ui.windows import (
    NAMES,
    PATIENCE_MS,
    OpenWindow,
    id_of,
    page_of,
    wait_for_photos,
)

CTRL = Qt.KeyboardModifier.ControlModifier
Open = Callable[[str], Viewer]
LARGE = (3000, 2000)
DOT = (2200, 500)  # where the large picture is red


@pytest.fixture
def extra(pictures: Path) -> Path:
    """A large picture, and one that moves."""
    large = Image.new("RGB", LARGE, "navy")
    ImageDraw.Draw(large).rectangle((DOT[0] - 9, DOT[1] - 9, DOT[0] + 9, DOT[1] + 9), fill="red")
    large.save(pictures / "large.png", compress_level=1)
    film = [Image.new("RGB", (300, 200), colour) for colour in ("red", "lime", "blue")]
    film[0].save(pictures / "film.gif", save_all=True, append_images=film[1:], duration=60, loop=0)
    return pictures


@pytest.fixture
def view(extra: Path, program: Program, open_window: OpenWindow, qtbot: QtBot) -> Open:
    program.add_folder(extra)
    assert program.indexer.wait_until_idle(30)
    window = open_window()
    wait_for_photos(window, qtbot, len(NAMES) + 2)
    return lambda name: _opened(window, qtbot, name)


def _opened(window: MainWindow, qtbot: QtBot, name: str) -> Viewer:
    page = page_of(window)
    page.open_photo(id_of(window, name))
    qtbot.waitUntil(lambda: page.viewer.stage.is_sharp, timeout=PATIENCE_MS)
    return page.viewer


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    heard: list[str] = []
    for module in ("looking", "viewer"):
        monkeypatch.setattr(
            f"gallery.ui.{module}.announce", lambda _widget, text: heard.append(text)
        )
    return heard


def _press(qtbot: QtBot, viewer: Viewer, key: Qt.Key, held: object = None) -> None:
    qtbot.keyClick(viewer.stage, key, held or Qt.KeyboardModifier.NoModifier)


def _colour(viewer: Viewer, at: QPointF) -> str:
    return viewer.stage.grab().toImage().pixelColor(at.toPoint()).name()


def _zoom_shown(viewer: Viewer) -> set[str]:
    return {button.text() for button in viewer.header.findChildren(QToolButton)}


def test_actual_size_shows_the_pixels_that_only_the_file_has(
    view: Open, qtbot: QtBot, said: list[str]
) -> None:
    viewer = view("large")
    framing = viewer.stage.framing
    assert viewer.stage.framing.scale < 0.3
    dot = QPointF(*DOT)
    framing.zoom_to(1.0, framing.to_room().map(dot))
    _press(qtbot, viewer, Qt.Key.Key_8, CTRL)
    corner = QPointF(DOT[0] - 8, DOT[1] - 8)  # sharp to the last pixel but one

    def is_sharp() -> bool:
        inside = QColor(_colour(viewer, framing.to_room().map(corner)))
        outside = QColor(_colour(viewer, framing.to_room().map(corner - QPointF(4, 4))))
        return inside.red() > 240 and outside.red() < 15

    qtbot.waitUntil(is_sharp, timeout=PATIENCE_MS)
    assert "100 %" in _zoom_shown(viewer)
    assert viewer.stage.accessibleDescription() == "100 %"
    qtbot.waitUntil(lambda: "100 %" in said, timeout=PATIENCE_MS)


def test_the_windows_own_keys_for_thumbnails_zoom_the_photo_instead(
    view: Open, qtbot: QtBot, said: list[str]
) -> None:
    viewer = view("large")
    grid = viewer.window().page.grid  # type: ignore[attr-defined]
    before, fitted = grid.thumbnail_px, viewer.stage.framing.scale
    viewer.window().activateWindow()
    viewer.stage.setFocus()
    _press(qtbot, viewer, Qt.Key.Key_Equal, CTRL)
    _press(qtbot, viewer, Qt.Key.Key_Plus, CTRL | Qt.KeyboardModifier.ShiftModifier)
    closer = viewer.stage.framing.scale
    assert closer > fitted
    _press(qtbot, viewer, Qt.Key.Key_Minus, CTRL)
    assert fitted < viewer.stage.framing.scale < closer
    _press(qtbot, viewer, Qt.Key.Key_9, CTRL)
    assert not viewer.stage.framing.zoomed
    assert grid.thumbnail_px == before


def test_arrows_move_what_is_zoomed_and_else_go_on(view: Open, qtbot: QtBot) -> None:
    viewer = view("large")
    shown = viewer.photo_id
    _press(qtbot, viewer, Qt.Key.Key_8, CTRL)
    before = viewer.stage.framing.seen()
    _press(qtbot, viewer, Qt.Key.Key_Right)
    _press(qtbot, viewer, Qt.Key.Key_Down)
    after = viewer.stage.framing.seen()
    assert after.x() > before.x()
    assert after.y() > before.y()
    assert viewer.photo_id == shown
    _press(qtbot, viewer, Qt.Key.Key_PageUp)
    assert viewer.photo_id != shown
    assert not viewer.stage.framing.zoomed


def test_the_wheel_with_ctrl_zooms_around_the_cursor(view: Open) -> None:
    viewer = view("large")
    stage = viewer.stage
    dot = QPointF(DOT[0], LARGE[1] / 2)
    at = stage.framing.to_room().map(dot)
    for _ in range(6):
        event = QWheelEvent(
            at,
            QPointF(stage.mapToGlobal(at.toPoint())),
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            CTRL,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(stage, event)
    assert stage.framing.scale > 0.5
    assert (stage.framing.to_room().map(dot) - at).manhattanLength() < 2


def test_what_is_zoomed_goes_with_the_mouse(view: Open, qtbot: QtBot) -> None:
    stage = view("large").stage
    stage.zoom_actual()
    before = stage.framing.seen()
    left = Qt.MouseButton.LeftButton
    qtbot.mousePress(stage, left, pos=QPoint(200, 200))
    assert stage.cursor().shape() is Qt.CursorShape.ClosedHandCursor
    qtbot.mouseMove(stage, QPoint(150, 120))
    qtbot.mouseRelease(stage, left, pos=QPoint(150, 120))
    assert stage.framing.seen().x() == pytest.approx(before.x() + 50)
    assert stage.framing.seen().y() == pytest.approx(before.y() + 80)
    assert stage.cursor().shape() is Qt.CursorShape.OpenHandCursor


def test_a_photo_is_turned_for_the_eye_only(
    view: Open, qtbot: QtBot, extra: Path, said: list[str]
) -> None:
    before = (extra / "large.png").stat().st_mtime_ns
    viewer = view("large")
    stage = viewer.stage
    _press(qtbot, viewer, Qt.Key.Key_T, CTRL)
    area = stage.framing.to_room().mapRect(stage.framing.seen())
    assert area.height() > area.width()
    _press(qtbot, viewer, Qt.Key.Key_T, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert stage.framing.turns == 0
    assert said[-2:] == ["Turned right", "Turned left"]
    assert (extra / "large.png").stat().st_mtime_ns == before


def test_the_next_photo_is_there_before_it_is_asked_for(view: Open, qtbot: QtBot) -> None:
    viewer = view("beach")
    pictures = viewer.window().page.pictures  # type: ignore[attr-defined]
    after = viewer._ids[viewer._place + 1]
    qtbot.waitUntil(lambda: after in pictures._pictures, timeout=PATIENCE_MS)
    _press(qtbot, viewer, Qt.Key.Key_Space)
    assert viewer.photo_id == after
    assert viewer.stage.is_sharp  # in the same turn of the event loop


def _frames(viewer: Viewer) -> list[QAbstractButton]:
    strip = viewer.findChild(FilmStrip)
    assert strip is not None
    return [item for item in strip.findChildren(QAbstractButton) if not item.isHidden()]


def test_the_film_strip_names_its_photos_and_takes_one_there(view: Open, qtbot: QtBot) -> None:
    viewer = view("beach")
    frames = _frames(viewer)
    names = [
        QAccessible.queryAccessibleInterface(item).text(QAccessible.Text.Name) for item in frames
    ]
    assert all(f"photo {place} of 7" in name for place, name in enumerate(names, 1))
    assert [item.isChecked() for item in frames].index(True) == viewer._place
    qtbot.mouseClick(frames[4], Qt.MouseButton.LeftButton)
    assert viewer._place == 4
    assert [item.place for item in _frames(viewer) if item.isChecked()] == [4]  # type: ignore[attr-defined]


def test_the_film_strip_holds_no_more_frames_than_there_is_room_for(view: Open) -> None:
    viewer = view("beach")
    viewer.strip.show_around(range(1, 1_000_001), 500_000)
    frames = _frames(viewer)
    assert len(frames) <= viewer.strip.width() // 90
    assert [item.place for item in frames if item.isChecked()] == [500_000]  # type: ignore[attr-defined]


def test_the_film_strip_is_hidden_and_shown_by_a_key(
    view: Open, qtbot: QtBot, said: list[str]
) -> None:
    viewer = view("beach")
    _press(qtbot, viewer, Qt.Key.Key_F8)
    assert viewer.strip.isHidden()
    _press(qtbot, viewer, Qt.Key.Key_F8)
    assert not viewer.strip.isHidden()
    assert said[-2:] == ["Film strip hidden", "Film strip shown"]


def test_arrows_on_the_film_strip_go_on_and_take_the_focus_along(view: Open, qtbot: QtBot) -> None:
    viewer = view("beach")
    current = next(item for item in _frames(viewer) if item.isChecked())
    current.setFocus()
    place = viewer._place
    qtbot.keyClick(current, Qt.Key.Key_Right)
    assert viewer._place == place + 1
    held = [item for item in _frames(viewer) if item.hasFocus()]
    assert [item.isChecked() for item in held] == [True]


def test_a_moving_picture_plays_until_it_is_held(view: Open, qtbot: QtBot, said: list[str]) -> None:
    viewer = view("film")
    seen: set[str] = set()

    def all_colours() -> bool:
        seen.add(_colour(viewer, QPointF(viewer.stage.rect().center())))
        return len({name for name in seen if name[1:] != "000000"}) >= 3

    qtbot.waitUntil(all_colours, timeout=PATIENCE_MS)
    _press(qtbot, viewer, Qt.Key.Key_P, CTRL)
    assert said[-1] == "Held"
    moving = viewer._looking._moving
    number = moving._number
    with qtbot.assertNotEmitted(moving.frame_changed, wait=250):
        pass
    assert moving._number == number
    button = next(
        item
        for item in viewer.header.findChildren(QToolButton)
        if item.accessibleName() == "Play the moving picture (Ctrl+P)"
    )
    with qtbot.waitSignal(moving.frame_changed, timeout=PATIENCE_MS):
        button.click()
    viewer.leave()
    assert not moving.playing


def test_where_motion_is_unwelcome_a_moving_picture_waits_to_be_played(
    view: Open, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking.Looking, "_motion_is_welcome", lambda self: False)
    viewer = view("film")
    moving = viewer._looking._moving
    qtbot.waitUntil(lambda: moving.moves, timeout=PATIENCE_MS)
    with qtbot.assertNotEmitted(moving.frame_changed, wait=250):
        pass
    with qtbot.waitSignal(moving.frame_changed, timeout=PATIENCE_MS):
        _press(qtbot, viewer, Qt.Key.Key_P, CTRL)


def test_on_the_whole_screen_the_header_comes_with_the_mouse_and_goes(
    view: Open, qtbot: QtBot
) -> None:
    viewer = view("large")
    viewer.show_bare(bare=True)
    assert viewer.strip.isHidden()
    assert not viewer.header.isHidden()
    viewer._bar._timer.setInterval(50)
    viewer._bar.stir()
    qtbot.waitUntil(viewer.header.isHidden, timeout=PATIENCE_MS)
    height = viewer.stage.height()
    qtbot.mouseMove(viewer.stage, QPoint(100, 300))
    qtbot.mouseMove(viewer.stage, QPoint(120, 310))
    assert not viewer.header.isHidden()
    assert viewer.stage.height() == height  # it lies over the photo, which stays where it is
    qtbot.waitUntil(viewer.header.isHidden, timeout=PATIENCE_MS)
    qtbot.keyClick(viewer.stage, Qt.Key.Key_Tab)
    assert not viewer.header.isHidden()
    qtbot.keyClick(viewer.stage, Qt.Key.Key_F8)
    assert not viewer.strip.isHidden()
    viewer.show_bare(bare=False)
    assert not viewer.header.isHidden()
    assert viewer.header.parent() is viewer
