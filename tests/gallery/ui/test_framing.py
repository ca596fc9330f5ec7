"""Fit, zoom, pan and turns, in numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF, QSizeF

from gallery.ui.framing import MOST_SCALE, Framing


def framed(width: float, height: float, ratio: float = 1.0) -> Framing:
    framing = Framing()
    framing.resize(QSizeF(824, 624), ratio)
    framing.show(QSizeF(width, height))
    return framing


def test_a_large_picture_is_fitted_and_a_small_one_is_not_enlarged() -> None:
    assert framed(8000, 6000).scale == pytest.approx(0.1)
    assert framed(80, 60).scale == 1.0


def test_on_a_dense_screen_a_pixel_of_the_picture_is_one_of_the_screen() -> None:
    framing = framed(8000, 6000, ratio=2.0)
    framing.zoom_to(1.0)
    assert framing.to_room().mapRect(QRectF(0, 0, 8000, 6000)).width() == pytest.approx(4000)


@given(st.floats(0, 824), st.floats(0, 624), st.floats(0.2, 16), st.integers(0, 3))
def test_what_is_under_the_cursor_stays_there_or_the_edge_is_reached(
    x: float, y: float, scale: float, turns: int
) -> None:
    framing = framed(8000, 6000)
    framing.turn(turns)
    framing.zoom_to(0.5)
    point = QPointF(x, y)
    back, _ = framing.to_room().inverted()
    before = back.map(point)
    framing.zoom_to(scale, point)
    now = framing.to_room().map(before)
    seen = framing.seen()
    slack = 2 / framing.scale  # whole pixels of the screen, in those of the picture
    edge = (  # a picture never leaves the room empty at an edge
        seen.left() < slack
        or seen.top() < slack
        or seen.right() > 8000 - slack
        or seen.bottom() > 6000 - slack
    )
    assert edge or (now - point).manhattanLength() <= 2.1


@given(st.lists(st.tuples(st.floats(-5000, 5000), st.floats(-5000, 5000)), max_size=6))
def test_wherever_it_is_moved_the_room_stays_filled(moves: list[tuple[float, float]]) -> None:
    framing = framed(3000, 2000)
    framing.zoom_to(1.0)
    for move in moves:
        framing.pan(*move)
    seen = framing.seen()
    assert seen.width() == pytest.approx(824)
    assert seen.height() == pytest.approx(624)


def test_steps_stop_at_fitted_and_at_actual_size() -> None:
    framing = framed(8000, 6000)
    met = [framing.scale]
    for _ in range(60):
        framing.zoom_to(framing.step_from(1))
        met.append(framing.scale)
    assert 1.0 in met
    assert framing.scale == MOST_SCALE
    for _ in range(60):
        framing.zoom_to(framing.step_from(-1))
    assert not framing.zoomed
    assert framing.scale == pytest.approx(0.1)


def test_turned_four_times_it_is_as_before_and_turned_once_it_fits_anew() -> None:
    framing = framed(8000, 4000)
    framing.zoom_to(1.0)
    before = framing.seen()
    for _ in range(4):
        framing.turn(1)
    assert framing.seen() == before
    framing.fit()
    framing.turn(-1)
    assert framing.scale == pytest.approx(600 / 8000)
    # what was at the left is at the bottom
    assert framing.to_room().map(QPointF(0, 2000)).y() > 600


def test_a_larger_room_fits_anew_but_keeps_what_is_zoomed() -> None:
    framing = framed(8000, 6000)
    framing.resize(QSizeF(1624, 1224), 1.0)
    assert framing.scale == pytest.approx(0.2)
    framing.zoom_to(1.0)
    framing.resize(QSizeF(400, 300), 1.0)
    assert framing.scale == 1.0


def test_another_picture_begins_fitted_and_upright() -> None:
    framing = framed(8000, 6000)
    framing.zoom_to(2.0)
    framing.turn(1)
    framing.show(QSizeF(4000, 3000))
    assert (framing.zoomed, framing.turns, framing.scale) == (False, 0, pytest.approx(0.2))
