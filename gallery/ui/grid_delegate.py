"""How one photo looks in the grid: a rounded tile, its caption, a quiet second line, badges."""

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QFont, QPainter, QPen, QPixmap, QTransform
from PySide6.QtWidgets import (
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from gallery.domain import Origin, Photo
from gallery.ui.photo_model import NOTE_ROLE, PHOTO_ROLE, WHY_ROLE
from gallery.ui.theme import theme
from gallery.ui.words import caption_line, date_text

_ROUND_PX = 9.0
_BADGE_PX = 24
_COVER_ASPECTS = (1.15, 1.6)
_Index = QModelIndex | QPersistentModelIndex


class GridDelegate(QStyledItemDelegate):
    """Paints from what the model already holds."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint one cell into ``option.rect``."""
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        tile = QRectF(rect.x(), rect.y(), rect.width(), rect.width() * 3 // 4)
        photo: Photo | None = index.data(PHOTO_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.setPen(QPen(theme.colour("accent"), 1))
            painter.setBrush(theme.colour("accent_soft"))
            painter.drawRoundedRect(QRectF(rect).adjusted(-5, -5, 5, 1), 12, 12)
        self._paint_picture(painter, tile, index.data(Qt.ItemDataRole.DecorationRole), photo)
        self._paint_rings(painter, tile, state)
        if photo is not None:
            self._paint_badge(painter, tile, photo)
            below = index.data(NOTE_ROLE) or index.data(WHY_ROLE) or ""
            self._paint_words(painter, rect, tile, photo, below)
        painter.restore()

    def createEditor(
        self,
        parent: QWidget,
        option: QStyleOptionViewItem,
        index: _Index,
    ) -> QWidget:
        """A line to edit the caption in; Enter saves, Esc leaves it."""
        editor = QLineEdit(parent)
        editor.setObjectName("grid_caption_editor")
        editor.setAccessibleName(self.tr("Caption"))
        return editor

    def setEditorData(self, editor: QWidget, index: _Index) -> None:
        """Start with the caption as it is, selected; later news do not replace what is typed."""
        assert isinstance(editor, QLineEdit)
        if editor.property("begun"):
            return
        editor.setProperty("begun", True)
        editor.setText(str(index.data(Qt.ItemDataRole.EditRole) or ""))
        editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: _Index) -> None:
        """Ask for the change, if there is one."""
        assert isinstance(editor, QLineEdit)
        text = editor.text().strip()
        if text != str(index.data(Qt.ItemDataRole.EditRole) or ""):
            model.setData(index, text, Qt.ItemDataRole.EditRole)

    def updateEditorGeometry(
        self,
        editor: QWidget,
        option: QStyleOptionViewItem,
        index: _Index,
    ) -> None:
        """The editor stands where the caption stands."""
        rect: QRect = option.rect
        height = editor.sizeHint().height()
        top = rect.y() + rect.width() * 3 // 4 + 3
        editor.setGeometry(rect.x() - 4, top, rect.width() + 8, height)

    def _paint_picture(
        self, painter: QPainter, tile: QRectF, pixmap: QPixmap | None, photo: Photo | None
    ) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("tile"))
        painter.drawRoundedRect(tile, _ROUND_PX, _ROUND_PX)
        if pixmap is None:
            failed = photo is not None and photo.failure is not None
            icon = theme.icon("alert" if failed else "photos", "strong_border")
            side = min(32, int(tile.height()) // 3)
            spot = QRect(0, 0, side, side)
            spot.moveCenter(tile.center().toPoint())
            painter.setOpacity(0.55)
            icon.paint(painter, spot)
            painter.setOpacity(1.0)
            return
        target, scale = _fit(tile, pixmap)
        brush = QBrush(pixmap)
        move_x = target.center().x() - pixmap.width() * scale / 2
        move_y = target.center().y() - pixmap.height() * scale / 2
        brush.setTransform(QTransform(scale, 0, 0, scale, move_x, move_y))
        painter.setBrush(brush)
        radius = _ROUND_PX if target == tile else 3.0
        painter.drawRoundedRect(target, radius, radius)

    def _paint_rings(self, painter: QPainter, tile: QRectF, state: QStyle.StateFlag) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(theme.colour("accent"), 3))
            painter.drawRoundedRect(tile.adjusted(-1.5, -1.5, 1.5, 1.5), 10, 10)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(QPen(theme.colour("strong_border"), 1))
            painter.drawRoundedRect(tile.adjusted(0.5, 0.5, -0.5, -0.5), _ROUND_PX, _ROUND_PX)

    def _paint_badge(self, painter: QPainter, tile: QRectF, photo: Photo) -> None:
        name = _badge(photo)
        if name is None:
            return
        spot = QRectF(tile.right() - _BADGE_PX - 7, tile.top() + 7, _BADGE_PX, _BADGE_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("surface"))
        painter.setOpacity(0.92)
        painter.drawEllipse(spot)
        painter.setOpacity(1.0)
        role = "danger" if name == "alert" else "text"
        theme.icon(name, role).paint(painter, spot.toRect().adjusted(5, 5, -5, -5))

    def _paint_words(
        self, painter: QPainter, rect: QRect, tile: QRectF, photo: Photo, note: str
    ) -> None:
        metrics = painter.fontMetrics()
        line = QRect(rect.x() + 2, int(tile.bottom()) + 5, rect.width() - 4, metrics.height() + 2)
        told = photo.caption is not None
        painter.setPen(theme.colour("text" if told else "quiet"))
        text = metrics.elidedText(caption_line(photo), Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        small = QFont(painter.font())
        small.setPointSizeF(small.pointSizeF() * 0.87)
        painter.setFont(small)
        painter.setPen(theme.colour("quiet"))
        line.translate(0, metrics.height() + 1)
        below = note or (date_text(photo.taken_at) if told else self.tr("not described yet"))
        if photo.rating:
            below = f"{'★' * photo.rating}  {below}".rstrip()
        if photo.missing:
            below = self.tr("file is missing")
        elif photo.failure is not None:
            below = photo.name
        below = painter.fontMetrics().elidedText(below, Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, below)


def _fit(tile: QRectF, pixmap: QPixmap) -> tuple[QRectF, float]:
    """Where a picture goes and by what it is scaled: about 4:3 fills the tile, others fit in."""
    width, height = pixmap.width(), pixmap.height()
    across, down = tile.width() / width, tile.height() / height
    if _COVER_ASPECTS[0] <= width / height <= _COVER_ASPECTS[1]:
        return tile, max(across, down)
    scale = min(across, down)
    target = QRectF(0, 0, width * scale, height * scale)
    target.moveCenter(tile.center())
    return target, scale


def _badge(photo: Photo) -> str | None:
    if photo.missing:
        return "folder-away"
    if photo.failure is not None:
        return "alert"
    if photo.caption is None:
        return None
    if photo.caption.origin is Origin.PERSON:
        return "edit"
    return "unsure" if photo.caption.unsure else None
