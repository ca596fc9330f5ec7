"""The keys, in one place: menus take them from here and F1 shows them."""

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

ADD_FOLDER = "Ctrl+O"
SCAN = "Ctrl+R"
QUIT = "Ctrl+Q"
UNDO = "Ctrl+Z"
REDO = ("Ctrl+Shift+Z", "Ctrl+Y")
EDIT_CAPTION = "F2"
MORE_WORDINGS = "Ctrl+Shift+D"
FIND = "Ctrl+F"
LARGER = ("Ctrl+=", "Ctrl++")
SMALLER = "Ctrl+-"
FULL_SCREEN = "F11"
TELL = "Ctrl+D"
ASK = "Ctrl+K"
STOP_TELLING = "Ctrl+."
SLIDESHOW = "F5"
SETTINGS = "Ctrl+,"
SAVE_SEARCH = "Ctrl+S"
FIND_PICTURE = "Ctrl+Shift+F"
MORE_LIKE = "Ctrl+L"
ADD_TO_ALBUM = "Ctrl+B"
EARLIER = "Ctrl+Shift+Left"
LATER = "Ctrl+Shift+Right"
ZOOM_IN = LARGER
ZOOM_OUT = SMALLER
FIT = "Ctrl+9"
ACTUAL_SIZE = ("Ctrl+8",)  # Ctrl+1 gives a star
TURN = "Ctrl+T"
TURN_BACK = "Ctrl+Shift+T"
PLAY = "Ctrl+P"
FILM_STRIP = "F8"
KEYS = "F1"
REVIEW = "F7"
CAPTIONS = "Ctrl+H"
BEGINNING = "Ctrl+G"
# Stars everywhere, in the viewer too: the size of the picture is never on these keys.
STARS = tuple(f"Ctrl+{stars}" for stars in range(6))


class KeysDialog(QDialog):
    """The list of keys."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys"))
        self.resize(760, 640)
        table = QTreeWidget(self)
        table.setAccessibleName(self.tr("Keys"))
        table.setHeaderLabels([self.tr("Key"), self.tr("What it does")])
        table.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        table.setRootIsDecorated(False)
        table.setItemsExpandable(False)
        table.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for heading, rows in key_list():
            group = QTreeWidgetItem(table, [heading])
            # Its empty second cell would be read without a name.
            group.setData(1, Qt.ItemDataRole.AccessibleTextRole, heading)
            font = group.font(0)
            font.setBold(True)
            group.setFont(0, font)
            group.setFirstColumnSpanned(True)
            for key, what in rows:
                QTreeWidgetItem(group, [key, what])
        table.expandAll()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(table)
        layout.addWidget(buttons)


def key_list() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return headings, and for each the keys and what they do."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("keys", text)

    return [
        (
            tr("Everywhere"),
            [
                (FIND, tr("Find photos by what is in them; Esc goes back to where you were")),
                (
                    FIND_PICTURE,
                    tr("Find photos like a picture (also dropped or pasted into the box)"),
                ),
                (MORE_LIKE, tr("More like the current photo; Esc goes back")),
                (SAVE_SEARCH, tr("Keep the search under a name")),
                (ADD_TO_ALBUM, tr("Add the selected photos to an album")),
                (TELL, tr("Tell the current photo aloud; again: hold the voice and go on")),
                (STOP_TELLING, tr("Stop telling")),
                (ASK, tr("Ask a question about the current photo; Esc leaves it")),
                (SLIDESHOW, tr("Narrated slideshow of what is shown; Space holds it")),
                (EDIT_CAPTION, tr("Edit the caption; Enter saves, Esc leaves it")),
                (
                    MORE_WORDINGS,
                    tr("Edit the caption with other wordings; Alt+1 to Alt+9 takes one"),
                ),
                (
                    f"{STARS[0]} – {STARS[-1]}",
                    tr("Give the selected photos so many stars (never zooms, also in the viewer)"),
                ),
                (CAPTIONS, tr("Change the captions of the selected photos: replace, set, append")),
                (BEGINNING, tr("Give the beginning of a caption; the describer goes on")),
                (REVIEW, tr("Review the captions that are doubted, one after another")),
                (UNDO, tr("Undo a correction, stars, a change of many or of an album")),
                (" or ".join(REDO), tr("Redo it")),
                (FULL_SCREEN, tr("Full screen")),
                (ADD_FOLDER, tr("Add a folder of photos")),
                (SCAN, tr("Look for changes in the folders")),
                (SETTINGS, tr("Settings: what describes")),
                (KEYS, tr("This list")),
                (QUIT, tr("Quit")),
            ],
        ),
        (
            tr("In the search box"),
            [
                (tr('"red car"'), tr("These words, one behind the other")),
                (tr("-snow"), tr("Not with this word")),
                (tr("dog or cat"), tr("Either of the two")),
                (tr("Alt+Down"), tr("Suggestions; Up and Down walk, Enter takes one, Esc leaves")),
                ("before:2024-06, after:2023", tr("Taken before, after a year, month or day")),
                ("on:2024-06-03, year:2024", tr("Taken on a day, in a month, in a year")),
                ("folder:lisbon, type:png", tr("In a folder of this name; files of this format")),
                (tr('album:rome, album:"my trip"'), tr("In this album, in its order")),
                ("camera:nikon, rating:>=4", tr("By this camera; with so many stars in the file")),
                ("has:gps, has:keywords", tr("With a position; with keywords")),
                ("is:edited, is:described, is:unsure", tr("What its caption is")),
                ("is:failed, is:missing", tr("Could not be read; its file is gone")),
            ],
        ),
        (
            tr("Photos"),
            [
                (tr("Arrows, Home, End, Page Up, Page Down"), tr("Go from photo to photo")),
                (tr("Shift or Ctrl and these"), tr("Select several")),
                (tr("Enter"), tr("Open the photo")),
                (
                    f"{LARGER[0]}, {SMALLER}",
                    tr("Larger, smaller thumbnails (also Ctrl and the wheel)"),
                ),
            ],
        ),
        (
            tr("An album"),
            [
                (
                    f"{EARLIER}, {LATER}",
                    tr("Move the selected photos earlier, later (or drag them)"),
                ),
                (
                    tr("Delete"),
                    tr("Take the selected photos out of it; at the left, the album itself"),
                ),
            ],
        ),
        (
            tr("One photo"),
            [
                (tr("Space, Right, Page Down"), tr("Next photo")),
                (tr("Left, Backspace, Page Up"), tr("Previous photo")),
                (tr("Home, End"), tr("First, last photo")),
                (
                    f"{ZOOM_IN[0]}, {ZOOM_OUT}",
                    tr("Closer, farther (also Ctrl and the wheel, or two fingers)"),
                ),
                (" or ".join(ACTUAL_SIZE), tr("Actual size, 100 %")),
                (FIT, tr("All of the photo")),
                (tr("Arrows, while it is larger than the window"), tr("Move the photo")),
                (f"{TURN}, {TURN_BACK}", tr("Turn what is shown right, left (not the file)")),
                (PLAY, tr("Hold a moving picture, or go on")),
                (FILM_STRIP, tr("Show or hide the film strip")),
                (tr("Esc, Enter"), tr("Back to the photos")),
            ],
        ),
        (
            tr("Review of captions"),
            [
                (tr("Enter"), tr("Accept: the caption becomes yours")),
                (EDIT_CAPTION, tr("Edit it; Enter saves and goes on")),
                (tr("Alt+1 to Alt+9"), tr("Take another wording")),
                (tr("Space, Right"), tr("Skip: it stays in the list")),
                (tr("Left, Backspace"), tr("Back to the one before")),
                (tr("Esc"), tr("Leave the review")),
            ],
        ),
        (
            tr("Folders"),
            [(tr("Delete"), tr("Remove the folder from the library (its files stay)"))],
        ),
    ]
