"""The window: its frame, menus and dialogs; the page inside comes with an open catalog."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, QMimeData, Qt, Signal
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QMainWindow, QMessageBox

from gallery.program import Program
from gallery.settings import Settings, idle_s_of
from gallery.ui.about import about_text
from gallery.ui.actions import Actions
from gallery.ui.empty_state import EmptyState
from gallery.ui.folder_wishes import FolderWishes
from gallery.ui.gallery_page import GalleryPage
from gallery.ui.keys import KeysDialog
from gallery.ui.page_wiring import PageWiring
from gallery.ui.places import ALL, FAILED
from gallery.ui.settings_wiring import SettingsWiring
from gallery.ui.theme import theme
from gallery.ui.trouble import Trouble


class MainWindow(QMainWindow):
    """Stands before the catalog is open, and while another describer set is being opened."""

    closed = Signal()
    checkpoint_chosen = Signal(str)  # a name, a folder, or "" for the sample
    computing_chosen = Signal(str, str)  # device, precision

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
        self.setWindowTitle("Photo Narrator")
        self.setAcceptDrops(True)
        self.trouble = Trouble(self)
        self.actions_ = Actions(self)
        self.settings_wiring = SettingsWiring(self)
        self.actions_.choose_theme(settings.theme)
        self.page: GalleryPage | None = None
        self.wiring: PageWiring | None = None
        self.folder_wishes: FolderWishes | None = None
        self._connect_frame()
        self._show_opening()
        if not self.restoreGeometry(QByteArray.fromBase64(settings.window_geometry.encode())):
            self.resize(1240, 800)

    def open_page(self, program: Program) -> None:
        """Show the inside for an open catalog."""
        page = GalleryPage(program, self.settings, self)
        self.page, self.wiring = page, PageWiring(page)
        self.folder_wishes = FolderWishes(self, page, self.wiring)
        page.background.failed.connect(self.trouble.show_error)
        page.bridge.noticed.connect(self.trouble.tell)
        page.sidebar.add_folder_requested.connect(self.ask_for_folder)
        page.sidebar.remove_folder_requested.connect(self.ask_to_remove)
        page.empty.add_folder_requested.connect(self.ask_for_folder)
        page.banner.real_weights_requested.connect(self.settings_wiring.show)
        page.viewer.full_screen_requested.connect(self.toggle_full_screen)
        page.viewer.left.connect(self._leave_full_screen)
        self.setCentralWidget(page)
        self.actions_.take_undo(page.edits.undo_stack)
        self.actions_.offer_on(page.grid, page.viewer.stage)
        self.actions_.enable(on=True)
        self.settings_wiring.use_program(program, self.settings, page.status)
        page.start()

    def close_page(self) -> None:
        """Take the inside away; waits for its last write."""
        if self.page is None or self.wiring is None:
            return
        self.remember()
        self.settings_wiring.leave_status_line()
        self.wiring.close()
        if self.folder_wishes is not None:
            self.folder_wishes.close()
            self.folder_wishes = None
        self.page.close_down()
        self.actions_.drop_undo()
        self.actions_.enable(on=False)
        page, self.page, self.wiring = self.page, None, None
        page.setParent(None)
        page.deleteLater()
        self._show_opening()

    def remember(self) -> None:
        """Put geometry and place into the settings."""
        if not self.isFullScreen():
            geometry = bytes(self.saveGeometry().toBase64().data())
            self.settings.window_geometry = geometry.decode("ascii")
        if self.page is not None:
            self.page.remember(self.settings)

    # Dialogs

    def ask_for_folder(self) -> None:
        """Let the person choose a folder of photos."""
        dialog = self._folder_dialog(self.tr("Add a folder of photos"))
        dialog.fileSelected.connect(self._on_folder_chosen)
        dialog.open()

    def ask_for_weights(self) -> None:
        """Let the person choose a folder of BLIP weights."""
        dialog = self._folder_dialog(
            self.tr("A folder with BLIP weights, as the hub lays them out")
        )
        dialog.fileSelected.connect(self.checkpoint_chosen)
        dialog.open()

    def ask_to_remove(self, folder_id: int) -> None:
        """Ask before a folder is forgotten."""
        if self.page is None or self.wiring is None or self.page.browser.overview is None:
            return
        folders = {item.id: item for item in self.page.browser.overview.folders}
        if folder_id not in folders:
            return
        box = QMessageBox(
            QMessageBox.Icon.Question,
            self.tr("Remove folder"),
            self.tr("Remove “{0}” from the library?").format(folders[folder_id].path.name),
            parent=self,
        )
        box.setInformativeText(
            self.tr("Its captions, also those in your words, are forgotten. The files stay.")
        )
        remove = box.addButton(self.tr("&Remove"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        wiring = self.wiring
        remove.clicked.connect(lambda: wiring.remove_folder(folder_id))
        box.open()

    def show_keys(self) -> None:
        """The list of keys."""
        dialog = KeysDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def show_about(self) -> None:
        """What this is."""
        box = QMessageBox(parent=self)
        box.setWindowTitle(self.tr("About Photo Narrator"))
        box.setIconPixmap(self.windowIcon().pixmap(72, 72))
        box.setText(about_text())
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def toggle_full_screen(self) -> None:
        """The whole screen, and in the viewer nothing but the picture and its caption."""
        full = not self.isFullScreen()
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        self.menuBar().setVisible(not full)
        if self.page is not None:
            self.page.viewer.show_bare(bare=full)
            self.page.status.setVisible(not full)

    # Events

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Folders may be dropped."""
        if self.page is not None and _paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Add the folders dropped; what is no folder is told as such."""
        for path in _paths(event.mimeData()):
            self._on_folder_chosen(str(path))
        event.acceptProposedAction()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell who holds the catalog."""
        self.remember()
        super().closeEvent(event)
        self.closed.emit()

    def _on_folder_chosen(self, path: str) -> None:
        if self.folder_wishes is not None and path:
            self.folder_wishes.add(Path(path))

    def _on_theme_chosen(self, action: QAction) -> None:
        self.settings.theme = str(action.data())
        theme.apply(self.settings.theme)

    def _on_idle_chosen(self, minutes: int) -> None:
        self.settings.idle_minutes = minutes
        self.settings_wiring.describing.idle_minutes = minutes
        if self.page is not None:
            self.page.program.engine.rest_after(idle_s_of(self.settings))

    def _leave_full_screen(self) -> None:
        if self.isFullScreen():
            self.toggle_full_screen()

    def _ask_to_remove_here(self) -> None:
        folder_id = self.page.browser.place.folder_id if self.page is not None else None
        if folder_id is None:
            self.trouble.tell(
                self.tr("No folder is chosen."), self.tr("Choose one at the left first.")
            )
        else:
            self.ask_to_remove(folder_id)

    def _show_opening(self) -> None:
        opening = EmptyState(self)
        opening.show_opening()
        self.setCentralWidget(opening)

    def _connect_frame(self) -> None:
        actions = self.actions_
        actions.add_folder.triggered.connect(self.ask_for_folder)
        actions.remove_folder.triggered.connect(self._ask_to_remove_here)
        actions.real_weights.triggered.connect(self.ask_for_weights)
        actions.sample_set.triggered.connect(lambda: self.checkpoint_chosen.emit(""))
        actions.settings.triggered.connect(self.settings_wiring.show)
        self.settings_wiring.checkpoint_chosen.connect(self.checkpoint_chosen)
        self.settings_wiring.folder_requested.connect(self.ask_for_weights)
        self.settings_wiring.computing_chosen.connect(self.computing_chosen)
        self.settings_wiring.idle_chosen.connect(self._on_idle_chosen)
        self.settings_wiring.checkpoints.failed.connect(self.trouble.show_error)
        actions.quit.triggered.connect(self.close)
        actions.full_screen.triggered.connect(self.toggle_full_screen)
        actions.keys.triggered.connect(self.show_keys)
        actions.about.triggered.connect(self.show_about)
        actions.themes.triggered.connect(self._on_theme_chosen)
        self._connect_page_actions()

    def _connect_page_actions(self) -> None:
        actions = self.actions_
        for action, act in (
            (actions.scan, lambda _, wiring: wiring.scan()),
            (actions.edit_caption, lambda _, wiring: wiring.edit_caption()),
            (actions.more_wordings, lambda _, wiring: wiring.more_wordings()),
            (actions.all_photos, lambda page, _: page.sidebar.place_requested.emit(ALL)),
            (actions.failures, lambda page, _: page.sidebar.place_requested.emit(FAILED)),
            (actions.larger, lambda _, wiring: wiring.resize_thumbnails(1)),
            (actions.smaller, lambda _, wiring: wiring.resize_thumbnails(-1)),
            (actions.open_photo, lambda page, _: page.open_photo(page.grid.current_id)),
            (actions.tell, lambda _, wiring: wiring.tell()),
            (actions.ask, lambda _, wiring: wiring.ask()),
            (actions.stop_telling, lambda page, _: page.narration.stop()),
            (actions.slideshow, lambda _, wiring: wiring.start_slideshow()),
            (actions.save_film, lambda _, wiring: wiring.films.ask()),
            (actions.pause_work, lambda _, wiring: wiring.toggle_work()),
            (actions.cancel_work, lambda page, _: page.program.indexer.cancel()),
            (actions.try_again, lambda _, wiring: wiring.try_again()),
            (actions.save_search, lambda _, wiring: wiring.collections.save_search()),
            (actions.new_album, lambda _, wiring: wiring.collections.new_album()),
            (actions.add_to_album, lambda _, wiring: wiring.collections.add_to_album()),
            (actions.remove_from_album, lambda _, wiring: wiring.collections.remove_from_album()),
            (actions.move_earlier, lambda _, wiring: wiring.collections.step(-1)),
            (actions.move_later, lambda _, wiring: wiring.collections.step(1)),
            (actions.more_like, lambda page, wiring: wiring.apart.more_like(page.current_id)),
            (actions.look_alikes, lambda _, wiring: wiring.apart.show_groups()),
            (actions.find_picture, lambda _, wiring: wiring.apart.ask_for_picture()),
            (actions.review, lambda _, wiring: wiring.correcting.review()),
            (actions.captions, lambda _, wiring: wiring.correcting.change_captions()),
            (actions.beginning, lambda _, wiring: wiring.correcting.ask_beginning()),
            (actions.describe_again, lambda _, wiring: wiring.correcting.describe_again()),
            (actions.stars_of_file, lambda _, wiring: wiring.correcting.rate(None)),
        ):
            action.triggered.connect(partial(self._act, act))
        for stars, action in enumerate(actions.stars):
            action.triggered.connect(partial(self._rate, stars))
        actions.find.triggered.connect(self._find)

    def _act(self, act: Callable[[GalleryPage, PageWiring], None], *_: object) -> None:
        if self.page is not None and self.wiring is not None:
            act(self.page, self.wiring)

    def _rate(self, stars: int) -> None:
        if self.wiring is not None:
            self.wiring.correcting.rate(stars)

    def _find(self) -> None:
        if self.page is not None:
            if self.page.is_viewing:
                self.page.viewer.leave()
            self.page.top_bar.focus_search()

    def _folder_dialog(self, title: str) -> QFileDialog:
        dialog = QFileDialog(self, title)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog


def _paths(data: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
