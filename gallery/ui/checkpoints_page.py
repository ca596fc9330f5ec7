"""The page of the settings where a person chooses what describes, and gets or removes it."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMessageBox, QPushButton, QVBoxLayout, QWidget

from engine.checkpoints import SAMPLE
from gallery.library.checkpoint_jobs import CheckpointJob
from gallery.library.checkpoint_shelf import Shelved, choice_of
from gallery.ui.checkpoint_details import CheckpointDetails
from gallery.ui.checkpoint_list import CheckpointList
from gallery.ui.checkpoint_words import bytes_text, does_text
from gallery.ui.checkpoints import Checkpoints, Source


class CheckpointsPage(QWidget):
    """A list of sets, and the current one below it."""

    use_requested = Signal(str)  # a name, several joined, or "" for the sample
    folder_requested = Signal()

    def __init__(self, checkpoints: Checkpoints, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._checkpoints = checkpoints
        self.setWindowTitle(self.tr("Checkpoints"))
        intro = QLabel(
            self.tr(
                "A describer is a network with its weights (a checkpoint). Once one is here, it "
                "works without any connection, and your photos stay on this computer."
            ),
            self,
        )
        intro.setWordWrap(True)
        intro.setObjectName("page_note")
        self.list = CheckpointList(self)
        self.details = CheckpointDetails(self)
        title = QLabel(self.tr("&Describers"), self)
        title.setObjectName("page_heading")
        title.setBuddy(self.list)
        folder = QPushButton(self.tr("Use a f&older…"), self)
        folder.setObjectName("checkpoint_folder")
        folder.setAutoDefault(True)
        folder.setToolTip(self.tr("A folder with BLIP weights, as the hub lays them out"))
        folder.clicked.connect(self.folder_requested)
        heading = QHBoxLayout()
        heading.addWidget(title, 1)
        heading.addWidget(folder)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(10)
        layout.addLayout(heading)
        layout.addWidget(intro)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.details)
        self.setFocusProxy(self.list)
        self.box: QMessageBox | None = None
        self._connect()

    def showEvent(self, event: QShowEvent) -> None:
        """What is on the disk may have changed meanwhile."""
        super().showEvent(event)
        self._checkpoints.refresh()

    def _connect(self) -> None:
        details, checkpoints = self.details, self._checkpoints
        checkpoints.shelf_changed.connect(self._show)
        checkpoints.job_changed.connect(self._on_job)
        self.list.chosen.connect(lambda _: self._show_details())
        self.list.itemActivated.connect(lambda _: self._on_activated())
        details.use_requested.connect(self._on_use)
        details.get_requested.connect(self._on_get)
        details.pause_requested.connect(checkpoints.pause)
        details.give_up_requested.connect(lambda: checkpoints.give_up(self.list.current_name))
        details.verify_requested.connect(lambda: checkpoints.verify(self.list.current_name))
        details.remove_requested.connect(self._ask_to_remove)

    @property
    def _current(self) -> Shelved | None:
        return self._checkpoints.find(self.list.current_name)

    def _show(self) -> None:
        self.list.show_sets(self._checkpoints.shelf, self._checkpoints.job)
        self._show_details()

    def _on_job(self, job: CheckpointJob) -> None:
        self._show()

    def _show_details(self) -> None:
        item = self._current
        if item is None:
            return
        can_use = choice_of(item, self._checkpoints.shelf) is not None
        why_not = (
            ""
            if can_use
            else self.tr(
                "It is used beside a set of the hub that describes or finds: use that first."
            )
        )
        self.details.show_set(item, self._checkpoints.job, can_use=can_use, why_not=why_not)

    def _on_activated(self) -> None:
        """Enter on a set does the next thing with it."""
        for button in (self.details.use, self.details.get):
            if button.isVisible() and button.isEnabled():
                button.click()
                return

    def _on_use(self) -> None:
        item = self._current
        if item is not None:
            choice = choice_of(item, self._checkpoints.shelf)
            if choice is not None:
                self.use_requested.emit("" if choice == SAMPLE else choice)

    def _on_get(self) -> None:
        item = self._current
        if item is None or item.offer is None:
            return
        if item.state == "unfinished":  # the person said yes to it once
            self._checkpoints.get(item.offer)
        else:
            self._checkpoints.ask_source(partial(self._ask_to_get, item))

    def _ask_to_get(self, item: Shelved, source: Source) -> None:
        offer = item.offer
        if offer is None:
            return
        box = QMessageBox(
            QMessageBox.Icon.Question,
            self.tr("Get a describer"),
            self.tr("Get “{0}”?").format(offer.title),
            parent=self,
        )
        repositories = "\n".join(wanted.repository for wanted in offer.checkpoints)
        box.setInformativeText(
            self.tr(
                "For: {0}\nSize: about {1} ({2} are free)\nLicence: {3}\n\n{4}\n\n"
                "It comes from {5}:\n{6}\nand goes into {7}\n\n"
                "Nothing is sent but which files are wanted."
            ).format(
                does_text(offer.does),
                bytes_text(offer.size_bytes),
                bytes_text(source.free_bytes),
                offer.licence,
                offer.note,
                source.endpoint,
                repositories,
                source.folder,
            )
        )
        yes = box.addButton(self.tr("&Get it"), QMessageBox.ButtonRole.AcceptRole)
        yes.clicked.connect(partial(self._checkpoints.get, offer))
        self._open(box)

    def _ask_to_remove(self) -> None:
        item = self._current
        if item is None:
            return
        box = QMessageBox(
            QMessageBox.Icon.Question,
            self.tr("Remove a describer"),
            self.tr("Remove “{0}” from this computer?").format(item.title),
            parent=self,
        )
        box.setInformativeText(
            self.tr(
                "Captions that it made stay. It can be got again. Files that another installed "
                "describer needs stay too."
            )
        )
        yes = box.addButton(self.tr("&Remove"), QMessageBox.ButtonRole.AcceptRole)
        yes.clicked.connect(partial(self._checkpoints.remove, item.name))
        self._open(box)

    def _open(self, box: QMessageBox) -> None:
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.finished.connect(self._on_box_closed)
        self.box = box
        box.open()

    def _on_box_closed(self) -> None:
        self.box = None
