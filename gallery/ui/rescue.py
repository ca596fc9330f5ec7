"""A damaged catalog: what a person is offered, and the newest good backup put in its place."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QDateTime, QLocale, QObject, Qt, Signal
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget

from gallery.catalog.backup_files import Backup, BackupKind, backups
from gallery.catalog.restoring import restore_newest
from gallery.errors import DamagedCatalogError
from gallery.ui.background import Background, Lane


class Rescue(QObject):
    """Offers to restore or to quit, one box at a time."""

    wanted = Signal()  # close the catalog, then call ``restore``
    declined = Signal()
    restored = Signal(object)  # what was done (Restored)
    failed = Signal(object)  # why it could not be done

    def __init__(self, window: QWidget, background: Background) -> None:
        super().__init__(window)
        self._window, self._background = window, background
        self._path: Path | None = None
        self._restore: QPushButton | None = None
        self.box: QMessageBox | None = None

    def offer(self, error: DamagedCatalogError) -> None:
        """Ask; what else is told of the same damage meanwhile is no news."""
        if self._path is None:
            self._path = error.path
            self._background.run(
                Lane.READS, partial(_newest, error.path), self._ask, lambda _: self._ask(None)
            )

    def restore(self) -> None:
        """Put the newest good backup in place, after what is in the lane of writes."""
        path, self._path = self._path, None
        assert path is not None
        self._background.run(
            Lane.WRITES, partial(restore_newest, path), self.restored.emit, self.failed.emit
        )

    def _ask(self, newest: Backup | None) -> None:
        box = QMessageBox(
            QMessageBox.Icon.Critical,
            "Photo Narrator",
            self.tr("The catalog is damaged and cannot be read."),
            parent=self._window,
        )
        box.setInformativeText(self._advice(newest))
        if newest is not None:
            self._restore = box.addButton(
                self.tr("&Restore the Backup"), QMessageBox.ButtonRole.AcceptRole
            )
            box.setDefaultButton(self._restore)
        box.setEscapeButton(box.addButton(self.tr("&Quit"), QMessageBox.ButtonRole.RejectRole))
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.finished.connect(self._on_answered)
        self.box = box
        box.open()

    def _advice(self, newest: Backup | None) -> str:
        if newest is None:
            return self.tr(
                "There is no backup of {0}. Move it away to start with a new one. Your photos are "
                "safe."
            ).format(self._path)
        moment = QLocale().toString(
            QDateTime.fromSecsSinceEpoch(int(newest.made_at.timestamp())),
            QLocale.FormatType.ShortFormat,
        )
        return self.tr(
            "Its newest backup is of {0}. The newest one that is whole can be put in its place; "
            "the damaged catalog is kept. Your photos are safe."
        ).format(moment)

    def _on_answered(self) -> None:
        box, self.box = self.box, None
        wanted = box is not None and box.clickedButton() is self._restore is not None
        self._restore = None
        (self.wanted if wanted else self.declined).emit()


def _newest(path: Path) -> Backup | None:
    usable = (item for item in backups(path) if item.kind is not BackupKind.REPLACED)
    return next(usable, None)
