import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.ui.grid_geometry import GridGeometry

geometries = st.builds(
    GridGeometry,
    count=st.integers(1, 2_000_000),
    width_px=st.integers(100, 4000),
    thumbnail_px=st.integers(120, 420),
)


@given(geometries, st.data())
def test_a_photo_is_found_where_its_cell_is(geometry: GridGeometry, data: st.DataObject) -> None:
    row = data.draw(st.integers(0, geometry.count - 1))
    x, y, width, height = geometry.cell(row)
    assert geometry.row_at(x, y) == row
    assert geometry.row_at(x + width - 1, y + height - 1) == row
    assert geometry.nearest(x + width // 2, y + height // 2) == row
    assert row in geometry.span(y, y + height - 1)
    assert y + height <= geometry.height_px


@given(geometries, st.integers(0, 100_000_000), st.integers(0, 4000))
def test_what_is_visible_is_little_however_many_photos_there_are(
    geometry: GridGeometry, top: int, height: int
) -> None:
    visible = geometry.span(top, top + height)
    assert len(visible) <= (height // geometry.line_px + 2) * geometry.columns


@pytest.mark.parametrize("width", [320, 800, 1500, 3840])
def test_cells_fill_the_width_and_never_leave_it(width: int) -> None:
    geometry = GridGeometry(1000, width, 220)
    x, _, cell_width, _ = geometry.cell(geometry.columns - 1)
    assert x + cell_width <= width
    assert width - (x + cell_width) < 18 + geometry.columns


def test_a_gap_is_no_photo() -> None:
    geometry = GridGeometry(10, 1000, 220)
    x, y, width, height = geometry.cell(0)
    assert geometry.row_at(x + width + 1, y) is None
    assert geometry.row_at(x, y + height + 1) is None
    assert geometry.row_at(0, 0) is None


def test_an_empty_grid_has_no_height_and_nothing_in_it() -> None:
    geometry = GridGeometry(0, 1000, 220)
    assert geometry.height_px == 0
    assert geometry.row_at(50, 50) is None
    assert len(geometry.span(0, 900)) == 0
