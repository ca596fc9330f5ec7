"""Photos of an album moved by hand: dragged within the grid, to before another one."""

import json

from PySide6.QtCore import QMimeData, QPoint, QRect, Qt
from PySide6.QtGui import QDrag, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QAbstractItemView

from gallery.ui.grid_geometry import GAP_PX, GridGeometry
from gallery.ui.theme import theme

MIME_TYPE = "application/x-photo-narrator-ids"
_LINE_PX = 4
_PICTURE_PX = 96


def row_before(geometry: GridGeometry, x_px: int, y_px: int) -> int:
    """The row before which a drop at a point of the whole grid goes; ``count``: the end."""
    if not geometry.count:
        return 0
    row = geometry.nearest(x_px, y_px)
    x, y, width, _ = geometry.cell(row)
    behind = x_px > x + width // 2 or y_px > y + geometry.line_px
    return min(row + int(behind), geometry.count)


def mark_rect(geometry: GridGeometry, row: int) -> QRect:
    """Where the line is drawn that shows where a drop goes, in the whole grid."""
    at_line_end = row == geometry.count or (row > 0 and row % geometry.columns == 0)
    x, y, width, _ = geometry.cell(row - 1 if at_line_end and row else row)
    left = x + width + GAP_PX // 2 if at_line_end and row else x - GAP_PX // 2
    return QRect(left - _LINE_PX // 2, y, _LINE_PX, geometry.tile_height_px)


def paint_mark(painter: QPainter, rect: QRect) -> None:
    """Draw that line."""
    painter.setPen(QPen(theme.colour("accent"), 1))
    painter.setBrush(theme.colour("accent"))
    painter.drawRoundedRect(rect, 2, 2)


def drag_of(view: QAbstractItemView, photo_ids: list[int], picture: QPixmap | None) -> QDrag:
    """A drag of photos from this view, the current one's picture under the pointer."""
    data = QMimeData()
    data.setData(MIME_TYPE, json.dumps(photo_ids).encode())
    drag = QDrag(view)
    drag.setMimeData(data)
    if picture is not None:
        drag.setPixmap(picture.scaled(_PICTURE_PX, _PICTURE_PX, Qt.AspectRatioMode.KeepAspectRatio))
        drag.setHotSpot(QPoint(12, 12))
    return drag


def ids_of(data: QMimeData) -> list[int]:
    """The photos that are dragged."""
    return [int(each) for each in json.loads(bytes(data.data(MIME_TYPE).data()) or b"[]")]
