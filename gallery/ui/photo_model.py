"""What the grid shows: an array of photo ids; all else is looked up in the cache."""

from array import array
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from gallery.domain import Photo
from gallery.ui.photo_cache import PhotoCache
from gallery.ui.words import caption_line, spoken_place, tool_tip

ID_ROLE = Qt.ItemDataRole.UserRole
PHOTO_ROLE = Qt.ItemDataRole.UserRole + 1
WHY_ROLE = Qt.ItemDataRole.UserRole + 2
NOTE_ROLE = Qt.ItemDataRole.UserRole + 3


class PhotoModel(QAbstractListModel):
    """Photo ids in the order to show. ``data`` is a look-up: no disk, no SQL, no decoding."""

    caption_edit_requested = Signal(int, str)

    def __init__(self, cache: PhotoCache, parent: QObject) -> None:
        super().__init__(parent)
        self._cache = cache
        self._ids: Sequence[int] = array("q")
        cache.loaded.connect(self._on_loaded)
        self._visible = range(0)
        self._notes: Mapping[int, str] = {}
        self._why: Callable[[int], str] = lambda _: ""
        self._why_at_length: Callable[[int], str] = lambda _: ""

    @property
    def ids(self) -> Sequence[int]:
        """The photo ids, in the order shown."""
        return self._ids

    def set_ids(self, ids: Sequence[int], notes: Mapping[int, str] | None = None) -> None:
        """Show these photos; ``notes`` stand below the captions of some."""
        self.beginResetModel()
        self._ids, self._notes = ids, notes or {}
        self._visible = range(0)
        self.endResetModel()

    def explain_by(self, short: Callable[[int], str], long: Callable[[int], str]) -> None:
        """Look up with these why a photo is here, in a few words and at length."""
        self._why, self._why_at_length = short, long

    def explained(self, photo_ids: Collection[int]) -> None:
        """There is news of why these are here."""
        self._on_loaded(frozenset(photo_ids))

    def row_of(self, photo_id: int) -> int | None:
        """Return where a photo stands, or None."""
        try:
            return self._ids.index(photo_id)
        except ValueError:
            return None

    def set_visible(self, visible: range) -> None:
        """Fetch what is visible first, then a screenful around it."""
        self._visible = range(visible.start, min(visible.stop, len(self._ids)))
        ahead = range(visible.stop, min(len(self._ids), visible.stop + len(visible)))
        behind = range(max(0, visible.start - len(visible)), visible.start)
        self._cache.want(
            [self._ids[row] for part in (self._visible, ahead, behind) for row in part]
        )

    def rowCount(
        self,
        parent: QModelIndex | QPersistentModelIndex = QModelIndex(),  # noqa: B008 - Qt's own
    ) -> int:
        """How many photos; nothing below one."""
        return 0 if parent.isValid() else len(self._ids)

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        """Every photo can be selected, its caption edited, and dragged where the grid allows it."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return (
            Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsSelectable
            | Qt.ItemFlag.ItemIsEditable
            | Qt.ItemFlag.ItemIsDragEnabled
            | Qt.ItemFlag.ItemNeverHasChildren
        )

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Look up a role of one photo; None while it is being fetched."""
        if not index.isValid() or not 0 <= index.row() < len(self._ids):
            return None
        photo_id = self._ids[index.row()]
        if role == ID_ROLE:
            return photo_id
        if role == Qt.ItemDataRole.DecorationRole:
            return self._cache.pixmap(photo_id)
        if role == NOTE_ROLE:
            return self._notes.get(photo_id)
        photo = self._cache.photo(photo_id)
        if role == PHOTO_ROLE:
            return photo
        if role == WHY_ROLE:
            return self._why(photo_id)
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return self._why_at_length(photo_id).replace("\n", ", ")
        return self._words(photo, index.row(), role)

    def setData(
        self,
        index: QModelIndex | QPersistentModelIndex,
        value: Any,
        role: int = Qt.ItemDataRole.EditRole,
    ) -> bool:
        """Ask for a caption to be changed; it is shown when it is stored."""
        if role != Qt.ItemDataRole.EditRole or not index.isValid():
            return False
        self.caption_edit_requested.emit(self._ids[index.row()], str(value))
        return True

    def _words(self, photo: Photo | None, row: int, role: int) -> str | None:
        if role == Qt.ItemDataRole.AccessibleTextRole:
            spoken = spoken_place(photo, row + 1, len(self._ids))
            note = self._notes.get(self._ids[row])
            return f"{spoken}, {note}" if note else spoken
        if photo is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return caption_line(photo)
        if role == Qt.ItemDataRole.EditRole:
            return photo.caption.text if photo.caption else ""
        if role == Qt.ItemDataRole.ToolTipRole:
            why = self._why_at_length(photo.id)
            return tool_tip("\n".join(filter(None, (caption_line(photo), photo.name, why))))
        return None

    def _on_loaded(self, photo_ids: frozenset[int]) -> None:
        rows = [row for row in self._visible if self._ids[row] in photo_ids]
        if rows:
            self.dataChanged.emit(self.index(rows[0], 0), self.index(rows[-1], 0))
