"""Every action of the window and the menus they stand in."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence, QUndoStack
from PySide6.QtWidgets import QMainWindow, QMenu, QWidget

from gallery.ui import keys
from gallery.ui.theme import THEMES


class Actions:
    """The actions by name. Those that need an open catalog are off until :meth:`enable`."""

    def __init__(self, window: QMainWindow) -> None:
        self._window = window
        self._needing: list[QAction] = []
        self._undo: list[QAction] = []
        make = self._make
        tr = window.tr
        self.add_folder = make(tr("&Add folder…"), keys.ADD_FOLDER)
        self.remove_folder = make(tr("&Remove folder…"))
        self.scan = make(tr("&Look for changes"), keys.SCAN)
        self.real_weights = make(tr("&Use real BLIP weights…"))
        self.sample_set = make(tr("Use the &sample describer"))
        self.settings = make(tr("&Settings…"), keys.SETTINGS, always=True)
        self.quit = make(tr("&Quit"), keys.QUIT, always=True)
        self.edit_caption = make(tr("&Edit caption"), keys.EDIT_CAPTION)
        self.more_wordings = make(tr("More &wordings"), keys.MORE_WORDINGS)
        self.find = make(tr("&Find…"), keys.FIND)
        self.find_picture = make(tr("Find like a &picture…"), keys.FIND_PICTURE)
        self.save_search = make(tr("Sa&ve search…"), keys.SAVE_SEARCH)
        self.look_alikes = make(tr("Look-al&ikes"))
        self.more_like = make(tr("&More like this"), keys.MORE_LIKE)
        self.new_album = make(tr("&New album…"))
        self.add_to_album = make(tr("Add to al&bum…"), keys.ADD_TO_ALBUM)
        self.remove_from_album = make(tr("Remo&ve from album"))
        self.move_earlier = make(tr("Move &earlier in album"), keys.EARLIER)
        self.move_later = make(tr("Move &later in album"), keys.LATER)
        self.all_photos = make(tr("&All photos"))
        self.failures = make(tr("&Could not be described"))
        self.larger = make(tr("&Larger thumbnails"), *keys.LARGER)
        self.smaller = make(tr("&Smaller thumbnails"), keys.SMALLER)
        self.full_screen = make(tr("&Full screen"), keys.FULL_SCREEN, always=True)
        self.open_photo = make(tr("&Open"))
        self.tell = make(tr("&Tell aloud"), keys.TELL)
        self.ask = make(tr("As&k this photo…"), keys.ASK)
        self.stop_telling = make(tr("&Stop telling"), keys.STOP_TELLING)
        self.slideshow = make(tr("&Narrated slideshow"), keys.SLIDESHOW)
        self.save_film = make(tr("Save as &film…"))
        self.pause_work = make(tr("&Pause or go on describing"))
        self.cancel_work = make(tr("&Cancel describing"))
        self.try_again = make(tr("Try failed photos &again"))
        self.keys = make(tr("&Keys"), keys.KEYS, always=True)
        self.about = make(tr("&About Photo Narrator"), always=True)
        self.review = make(tr("Rev&iew captions"), keys.REVIEW)
        self.captions = make(tr("C&hange captions…"), keys.CAPTIONS)
        self.beginning = make(tr("Describe be&ginning with…"), keys.BEGINNING)
        self.describe_again = make(tr("&Describe again"))
        self.stars = [
            make(text, key) for text, key in zip(self._star_texts(), keys.STARS, strict=True)
        ]
        self.stars_of_file = make(tr("As in the &file"))
        self.stars_menu = self._make_stars_menu()
        self.themes = self._make_themes()
        self._fill_menus()
        self.enable(on=False)

    def offer_on(self, *widgets: QWidget) -> None:
        """Give widgets that show photos a context menu of what can be done with one."""
        apart = QAction(self._window)
        apart.setSeparator(True)
        for widget in widgets:
            widget.addActions([self.open_photo, self.more_like, self.edit_caption, self.tell])
            widget.addActions([self.captions, self.beginning, self.describe_again])
            widget.addActions([self.stars_menu.menuAction(), self.ask])
            widget.addActions([apart, self.add_to_album, self.remove_from_album])
            widget.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def enable(self, *, on: bool) -> None:
        """Switch what needs an open catalog."""
        for action in self._needing:
            action.setEnabled(on)

    def take_undo(self, stack: QUndoStack) -> None:
        """Put this stack's undo and redo at the head of the edit menu."""
        self.drop_undo()
        undo = stack.createUndoAction(self._window, self._window.tr("&Undo"))
        undo.setShortcut(QKeySequence(keys.UNDO))
        redo = stack.createRedoAction(self._window, self._window.tr("&Redo"))
        redo.setShortcuts([QKeySequence(key) for key in keys.REDO])
        self._undo = [undo, redo]
        self._edit_menu.insertActions(self.edit_caption, self._undo)

    def drop_undo(self) -> None:
        """Take them away again (the catalog is closed)."""
        for action in self._undo:
            self._edit_menu.removeAction(action)
            action.deleteLater()
        self._undo = []

    def choose_theme(self, name: str) -> None:
        """Mark the theme in use."""
        for action in self.themes.actions():
            action.setChecked(action.data() == name)

    def _make(self, text: str, *shortcuts: str, always: bool = False) -> QAction:
        action = QAction(text, self._window)
        action.setShortcuts([QKeySequence(shortcut) for shortcut in shortcuts])
        if not always:
            self._needing.append(action)
        return action

    def _star_texts(self) -> list[str]:
        tr = self._window.tr
        return [
            tr("&0  no stars"),
            tr("&1  ★"),
            tr("&2  ★★"),
            tr("&3  ★★★"),
            tr("&4  ★★★★"),
            tr("&5  ★★★★★"),
        ]

    def _make_stars_menu(self) -> QMenu:
        menu = QMenu(self._window.tr("Sta&rs"), self._window)
        menu.addActions([*reversed(self.stars), self.stars_of_file])
        return menu

    def _make_themes(self) -> QActionGroup:
        tr = self._window.tr
        names = (
            tr("As the s&ystem"),
            tr("L&ight"),
            tr("&Dark"),
            tr("&High contrast, light"),
            tr("High &contrast, dark"),
        )
        group = QActionGroup(self._window)
        for theme, text in zip(THEMES, names, strict=True):
            action = QAction(text, group, checkable=True)
            action.setData(theme)
        return group

    def _fill_menus(self) -> None:
        tr = self._window.tr
        self._menu(
            tr("&File"),
            [self.add_folder, self.remove_folder, self.scan, None, self.new_album, None],
            [self.real_weights, self.sample_set, None, self.quit],
        )
        self._edit_menu = self._menu(
            tr("&Edit"),
            [self.edit_caption, self.more_wordings, self.captions, self.review, None],
            [self.find, self.find_picture],
            [self.save_search, None, self.settings],
        )
        view = self._menu(
            tr("&View"),
            [
                self.all_photos,
                self.failures,
                self.look_alikes,
                None,
                self.larger,
                self.smaller,
                None,
            ],
        )
        view.addMenu(self._theme_menu(view))
        view.addAction(self.full_screen)
        self._menu(
            tr("&Photo"),
            [self.open_photo, self.more_like, self.ask, None],
            [self.stars_menu.menuAction(), self.beginning, self.describe_again, None],
            [self.tell, self.stop_telling, self.slideshow, self.save_film, None],
            [self.add_to_album, self.remove_from_album, self.move_earlier, self.move_later, None],
            [self.pause_work, self.cancel_work, self.try_again],
        )
        self._menu(tr("&Help"), [self.keys, self.about])

    def _theme_menu(self, parent: QMenu) -> QMenu:
        menu = QMenu(self._window.tr("&Theme"), parent)
        menu.addActions(self.themes.actions())
        return menu

    def _menu(self, title: str, *groups: Sequence[QAction | None]) -> QMenu:
        menu = self._window.menuBar().addMenu(title)
        for action in (action for group in groups for action in group):
            if action is None:
                menu.addSeparator()
            else:
                menu.addAction(action)
        return menu
