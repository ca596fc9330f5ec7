"""The left side: where one can go, the folders, albums and saved searches."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction, QFont, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from gallery.domain import Album, Folder, SavedSearch
from gallery.ui.browser import Overview
from gallery.ui.chosen_mark import paint_chosen
from gallery.ui.places import ALL, FAILED, MISSING, REVIEW, Kind, Place
from gallery.ui.theme import theme
from gallery.ui.words import count_text, photos_text

_PLACE = Qt.ItemDataRole.UserRole
_COUNT = Qt.ItemDataRole.UserRole + 1
_ICON = Qt.ItemDataRole.UserRole + 2
_WHAT = Qt.ItemDataRole.UserRole + 4  # an album or a saved search
_HEADING = "heading"
_ROW_PX = 36


class Sidebar(QWidget):
    """Lists places; tells where the person wants to go."""

    place_requested = Signal(object)  # Place
    add_folder_requested = Signal()
    remove_folder_requested = Signal(int)
    scan_folder_requested = Signal(int)
    new_album_requested = Signal()
    saved_requested = Signal(object)  # SavedSearch
    rename_requested = Signal(object)  # Album or SavedSearch
    delete_requested = Signal(object)
    describe_folder_requested = Signal(int)
    leave_out_requested = Signal(int)
    left_out_requested = Signal()
    forget_missing_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(180)
        self._list = _PlaceList(self)
        self._list.currentItemChanged.connect(self._on_current)
        self._list.customContextMenuRequested.connect(self._on_menu)
        self._list.remove_requested.connect(self._ask_remove)
        self._list.rename_requested.connect(self._ask_rename)
        self._list.itemClicked.connect(self._on_clicked)
        add = QPushButton(theme.icon("folder-add", "accent"), self.tr("Add folder…"), self)
        self._add_button = add
        add.setAutoDefault(True)  # Enter presses it, not only Space
        add.setObjectName("add_folder")
        add.setToolTip(self.tr("Add a folder of photos (Ctrl+O). Its files are never changed."))
        add.clicked.connect(self.add_folder_requested)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 14, 0, 14)
        layout.setSpacing(10)
        title = QLabel(self.tr("Library"), self)
        title.setObjectName("sidebar_title")
        title.setContentsMargins(20, 0, 0, 0)
        title.setBuddy(self._list)
        layout.addWidget(title)
        layout.addWidget(self._list, 1)
        box = QVBoxLayout()
        box.setContentsMargins(14, 0, 14, 0)
        box.addWidget(add)
        layout.addLayout(box)
        self._place = ALL
        self._names_only: set[int] = set()

    def show_overview(self, overview: Overview) -> None:
        """List the places as they stand."""
        chosen = self._list.currentItem() and self._list.currentItem().data(_WHAT)
        self._list.blockSignals(True)
        self._list.clear()
        counts = overview.counts
        self._add(ALL, self.tr("All photos"), counts.photos, "photos")
        if counts.failed:
            self._add(FAILED, self.tr("Could not be described"), counts.failed, "alert")
        if overview.to_review:
            self._add(REVIEW, self.tr("To review"), overview.to_review, "unsure")
        if counts.missing:
            self._add(MISSING, self.tr("File is missing"), counts.missing, "folder-away")
        for folder in overview.folders:
            self._add_folder(folder)
        self._names_only = {folder.id for folder in overview.folders if folder.names_only}
        if overview.albums:
            self._add_heading(self.tr("Albums"))
        for album in overview.albums:
            place = Place(Kind.ALBUM, album_id=album.id)
            self._add(place, album.name, album.photo_count, "album").setData(_WHAT, album)
        if overview.saved:
            self._add_heading(self.tr("Saved searches"))
        for saved in overview.saved:
            self._add_saved(saved)
        self._list.blockSignals(False)
        self.show_place(self._place)
        if isinstance(chosen, SavedSearch):  # it is no place, but stays what the keys go to
            self._mark_saved(chosen.id)

    def show_place(self, place: Place) -> None:
        """Mark where one is."""
        self._place = place
        self._list.blockSignals(True)
        self._list.setCurrentRow(-1)
        for row in range(self._list.count()):
            if self._list.item(row).data(_PLACE) == str(place):
                self._list.setCurrentRow(row)
        self._list.blockSignals(False)

    def _mark_saved(self, saved_id: int) -> None:
        self._list.blockSignals(True)
        for row in range(self._list.count()):
            what = self._list.item(row).data(_WHAT)
            if isinstance(what, SavedSearch) and what.id == saved_id:
                self._list.setCurrentRow(row)
        self._list.blockSignals(False)

    def changeEvent(self, event: QEvent) -> None:
        """Icons follow the palette."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "_add_button"):
            self._add_button.setIcon(theme.icon("folder-add", "accent"))

    def _add_folder(self, folder: Folder) -> None:
        name = self.tr("Sample gallery") if folder.is_sample_gallery else folder.path.name
        text = name or str(folder.path)
        icon = "folder"
        if not folder.connected:
            text = self.tr("{0} (not connected)").format(text)
            icon = "folder-away"
        elif folder.names_only:
            text = self.tr("{0} (only listed)").format(text)
        item = self._add(
            Place(Kind.FOLDER, folder.id), text, folder.photo_count, icon, tool_tip=str(folder.path)
        )
        item.setData(Qt.ItemDataRole.UserRole + 3, folder.id)

    def _add(
        self, place: Place, text: str, count: int, icon: str, *, tool_tip: str = ""
    ) -> QListWidgetItem:
        item = QListWidgetItem(text, self._list)
        item.setData(_PLACE, str(place))
        item.setData(_COUNT, count_text(count))
        item.setData(_ICON, icon)
        item.setToolTip(tool_tip or text)
        spoken = f"{text}, {photos_text(count)}"
        item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
        return item

    def _add_heading(self, text: str) -> None:
        item = QListWidgetItem(text, self._list)
        item.setData(_ICON, _HEADING)
        item.setFlags(Qt.ItemFlag.NoItemFlags)

    def _add_saved(self, saved: SavedSearch) -> None:
        item = QListWidgetItem(saved.name, self._list)
        item.setData(_COUNT, "")
        item.setData(_ICON, "bookmark")
        item.setData(_WHAT, saved)
        item.setToolTip(saved.query)
        spoken = self.tr("{0}, saved search").format(saved.name)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)

    def _on_clicked(self, item: QListWidgetItem) -> None:
        if isinstance(item.data(_WHAT), SavedSearch):  # also where it is the current one already
            self.saved_requested.emit(item.data(_WHAT))

    def _on_current(self, item: QListWidgetItem | None) -> None:
        if item is not None and isinstance(item.data(_WHAT), SavedSearch):
            self.saved_requested.emit(item.data(_WHAT))
        elif item is not None:
            self._place = Place.parse(str(item.data(_PLACE)))
            self.place_requested.emit(self._place)

    def _on_menu(self, point: QPoint) -> None:
        item = self._list.itemAt(point)
        place = Place.parse(str(item.data(_PLACE))) if item is not None else ALL
        menu = QMenu(self)
        menu.addActions(self._actions(place, menu))
        if menu.isEmpty():
            self._fill_menu(menu, item.data(_WHAT) if item is not None else None)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self._list.viewport().mapToGlobal(point))

    def _fill_menu(self, menu: QMenu, what: Album | SavedSearch | None) -> None:
        menu.addAction(self.tr("New album…")).triggered.connect(self.new_album_requested)
        if what is not None:
            rename = menu.addAction(self.tr("Rename…"))
            rename.triggered.connect(lambda: self.rename_requested.emit(what))
            stays = isinstance(what, Album)
            delete = menu.addAction(
                self.tr("Delete (its photos stay)") if stays else self.tr("Delete")
            )
            delete.triggered.connect(lambda: self.delete_requested.emit(what))

    def _ask_rename(self) -> None:
        what = self._list.currentItem() and self._list.currentItem().data(_WHAT)
        if what is not None:
            self.rename_requested.emit(what)

    def _actions(self, place: Place, menu: QMenu) -> list[QAction]:
        """What can be done with a place; nothing with most."""

        def make(text: str, act: Callable[[], None]) -> QAction:
            action = QAction(text, menu)
            action.triggered.connect(act)
            return action

        if place == MISSING:
            return [make(self.tr("Forget missing photos…"), self.forget_missing_requested.emit)]
        folder_id = place.folder_id
        if folder_id is None:
            return []
        actions = [
            make(self.tr("Look for changes"), partial(self.scan_folder_requested.emit, folder_id)),
            make(
                self.tr("Leave out a folder in it…"),
                partial(self.leave_out_requested.emit, folder_id),
            ),
            make(self.tr("Folders left out…"), self.left_out_requested.emit),
            make(self.tr("Remove folder…"), partial(self.remove_folder_requested.emit, folder_id)),
        ]
        if folder_id in self._names_only:
            describe = partial(self.describe_folder_requested.emit, folder_id)
            actions.insert(0, make(self.tr("Describe its photos"), describe))
        return actions

    def _ask_remove(self) -> None:
        what = self._list.currentItem() and self._list.currentItem().data(_WHAT)
        if what is not None:
            self.delete_requested.emit(what)
            return
        folder_id = self._place.folder_id
        if folder_id is not None:
            self.remove_folder_requested.emit(folder_id)


class _PlaceList(QListWidget):
    remove_requested = Signal()
    rename_requested = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("places")
        self.setAccessibleName(self.tr("Library"))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(_PlaceDelegate(self))
        self.setMouseTracking(True)

    def event(self, event: QEvent) -> bool:
        """F2 renames here; elsewhere it edits a caption."""
        override = event.type() is QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_F2:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.remove_requested.emit()
        elif event.key() == Qt.Key.Key_F2:
            self.rename_requested.emit()
        else:
            super().keyPressEvent(event)


class _PlaceDelegate(QStyledItemDelegate):
    """Icon, name, and the count at the right."""

    def sizeHint(
        self,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> QSize:
        metrics = option.fontMetrics
        return QSize(120, max(_ROW_PX, metrics.height() + 16))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        if index.data(_ICON) == _HEADING:
            _paint_heading(painter, option.rect, str(index.data()))
            return
        rect: QRect = option.rect.adjusted(0, 1, 0, -1)
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent_soft" if chosen else "sunken"))
            painter.drawRoundedRect(rect, 8, 8)
        if state & QStyle.StateFlag.State_HasFocus and chosen:
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), 7, 7)
        if chosen:
            paint_chosen(painter, rect)
        icon = QStyle.visualRect(
            option.direction, rect, QRect(rect.x() + 11, rect.center().y() - 9, 19, 19)
        )
        role = "accent" if chosen else "quiet"
        theme.icon(str(index.data(_ICON)), role).paint(painter, icon)
        count = str(index.data(_COUNT))
        width = painter.fontMetrics().horizontalAdvance(count)
        text_rect = QStyle.visualRect(option.direction, rect, rect.adjusted(40, 0, -width - 22, 0))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(theme.colour("text"))
        name = painter.fontMetrics().elidedText(
            str(index.data()), Qt.TextElideMode.ElideRight, text_rect.width()
        )
        painter.drawText(text_rect, middle | Qt.AlignmentFlag.AlignLeft, name)
        painter.setPen(theme.colour("quiet"))
        right = rect.adjusted(12, 0, -12, 0)
        painter.drawText(right, middle | Qt.AlignmentFlag.AlignRight, count)
        painter.restore()


def _paint_heading(painter: QPainter, rect: QRect, text: str) -> None:
    painter.save()
    font = painter.font()
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    painter.setPen(theme.colour("quiet"))
    bottom = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft
    painter.drawText(rect.adjusted(12, 0, -12, -5), bottom, text)
    painter.restore()
