"""Albums and saved searches: wishes of menus, keys and the sidebar meet the catalog."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtWidgets import QComboBox, QInputDialog, QLineEdit

from gallery.domain import Album, SavedSearch
from gallery.ui.announce import announce
from gallery.ui.collection_edits import CollectionEdits
from gallery.ui.gallery_page import GalleryPage
from gallery.ui.places import Kind, Place
from gallery.ui.words import tr


class CollectionsWiring(QObject):
    """Connects one page; its methods are what actions call too."""

    def __init__(self, page: GalleryPage) -> None:
        super().__init__(page)
        self.page = page
        program = page.program
        self.edits = CollectionEdits(program.catalog, page.background, page.edits.undo_stack, page)
        self.edits.changed.connect(page.browser.refresh)
        self.edits.album_made.connect(self._go_to_album)
        sidebar = page.sidebar
        sidebar.new_album_requested.connect(self.new_album)
        sidebar.rename_requested.connect(self._rename)
        sidebar.delete_requested.connect(self._delete)
        sidebar.saved_requested.connect(self._run_saved)
        page.search.ended.connect(lambda: sidebar.show_place(page.browser.place))
        page.grid.remove_requested.connect(self.remove_from_album)
        page.grid.dropped.connect(self._on_dropped)
        page.browser.place_changed.connect(self._on_place)
        self._on_place(page.browser.place)

    @property
    def album_id(self) -> int | None:
        """The album that is shown."""
        browser = self.page.browser
        return None if browser.searching else browser.place.album_id

    def new_album(self) -> None:
        """Ask for a name; the photos that are selected are its first ones."""
        chosen = self._selected()
        title = tr("New album")
        label = tr("Name of the album:")
        if len(chosen) > 1:
            label = tr("Name of the album for the {0} selected photos:").format(len(chosen))
        first = chosen if len(chosen) > 1 else ()
        self._ask(title, label, "", lambda name: self.edits.create(name, first))

    def add_to_album(self) -> None:
        """Ask for an album, one of those there are or a new one, for what is selected."""
        chosen = self._selected() or self._current()
        overview = self.page.browser.overview
        if not chosen or overview is None:
            return
        dialog = self._dialog(
            tr("Add to album"),
            tr("Album (choose one, or type a name for a new one):"),
            partial(self._add_to, overview.albums, chosen),
        )
        dialog.setComboBoxItems([album.name for album in overview.albums])
        dialog.setComboBoxEditable(True)
        for box in dialog.findChildren(QComboBox):
            box.setAccessibleName(tr("Album"))
        dialog.open()

    def remove_from_album(self) -> None:
        """Take what is selected out of the album that is shown; undo brings it back."""
        chosen = self._selected() or self._current()
        if self.album_id is not None and chosen:
            self.edits.remove(self.album_id, chosen)

    def step(self, by: int) -> None:
        """Move what is selected one place earlier (-1) or later (1) in the album."""
        chosen = self._selected() or self._current()
        if self.album_id is not None and chosen and not self.page.is_viewing:
            self.edits.step(self.album_id, chosen, by)

    def save_search(self) -> None:
        """Ask under which name the query in the box is to be kept."""
        query = self.page.search.text
        if not query:
            self.page.bridge.noticed.emit(
                tr("There is no search to save."), tr("Type one into the search box first.")
            )
            return
        label = tr("Name for “{0}”:").format(query)
        self._ask(tr("Save search"), label, query, lambda name: self.edits.save_search(name, query))

    def _add_to(self, albums: Sequence[Album], chosen: Sequence[int], name: str) -> None:
        known = next((album for album in albums if album.name.casefold() == name.casefold()), None)
        if known is None:
            self.edits.create(name, chosen)
        else:
            self.edits.add(known.id, chosen)
            announce(self.page.grid, tr("Added to {0}").format(known.name))

    def _rename(self, what: Album | SavedSearch) -> None:
        title = tr("Rename album") if isinstance(what, Album) else tr("Rename saved search")

        def rename(name: str) -> None:
            if isinstance(what, Album):
                self.edits.rename(what.id, name)
            else:
                self.edits.rename_saved(what, name)

        self._ask(title, tr("New name:"), what.name, rename)

    def _delete(self, what: Album | SavedSearch) -> None:
        if isinstance(what, Album):
            self.edits.delete(what.id)
        else:
            self.edits.delete_saved(what)
        announce(self.page.sidebar, tr("{0} deleted; Ctrl+Z brings it back").format(what.name))

    def _run_saved(self, saved: SavedSearch) -> None:
        search = self.page.top_bar.search
        if search.text() == saved.query:
            self.page.search.again()
        else:
            search.setText(saved.query)

    def _go_to_album(self, album_id: int) -> None:
        self.page.sidebar.place_requested.emit(Place(Kind.ALBUM, album_id=album_id))

    def _on_place(self, place: Place) -> None:
        self.page.grid.set_arrangeable(on=place.kind is Kind.ALBUM)

    def _on_dropped(self, photo_ids: Sequence[int], before_id: int | None) -> None:
        if self.album_id is not None:
            self.edits.move_before(self.album_id, photo_ids, before_id)

    def _selected(self) -> list[int]:
        return (
            [] if self.page.is_viewing or self.page.is_reviewing else self.page.grid.selected_ids()
        )

    def _current(self) -> list[int]:
        current = self.page.current_id
        return [] if current is None else [current]

    def _ask(self, title: str, label: str, text: str, then: Callable[[str], None]) -> None:
        dialog = self._dialog(title, label, then)
        dialog.setTextValue(text)
        for line in dialog.findChildren(QLineEdit):
            line.setAccessibleName(label)
            line.selectAll()
        dialog.open()

    def _dialog(self, title: str, label: str, then: Callable[[str], None]) -> QInputDialog:
        dialog = QInputDialog(self.page.window())
        dialog.setWindowTitle(title)
        dialog.setLabelText(label)
        dialog.setMinimumWidth(420)
        dialog.setOkButtonText(QCoreApplication.translate("QPlatformTheme", "OK"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.textValueSelected.connect(then)
        return dialog
