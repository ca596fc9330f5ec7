"""Which photo a key leads to."""

from PySide6.QtWidgets import QAbstractItemView

from gallery.ui.grid_geometry import GridGeometry

_Cursor = QAbstractItemView.CursorAction


def row_after(
    geometry: GridGeometry, row: int, action: QAbstractItemView.CursorAction, height_px: int
) -> int:
    """Return the row that ``action`` leads to from ``row`` in a view ``height_px`` high.

    Up in the first line stays; everything else stops at the first and the last photo.
    """
    page = max(1, height_px // geometry.line_px) * geometry.columns
    steps = {
        _Cursor.MoveUp: -geometry.columns,
        _Cursor.MoveDown: geometry.columns,
        _Cursor.MoveLeft: -1,
        _Cursor.MovePrevious: -1,
        _Cursor.MoveRight: 1,
        _Cursor.MoveNext: 1,
        _Cursor.MovePageUp: -page,
        _Cursor.MovePageDown: page,
        _Cursor.MoveHome: -geometry.count,
        _Cursor.MoveEnd: geometry.count,
    }
    target = row + steps.get(action, 0)
    if action is _Cursor.MoveUp and target < 0:
        return row
    return min(max(target, 0), geometry.count - 1)
