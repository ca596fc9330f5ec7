"""Folders that are added, left out and taken back, and missing photos that are forgotten."""

import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import (
    QFileDialog,
    QInputDialog,
    QMessageBox,
    QProgressDialog,
    QPushButton,
    QWidget,
)

from gallery.library.estimating import Estimate, roughly
from gallery.library.purging import Purge, plan_purge
from gallery.ui.background import Lane
from gallery.ui.gallery_page import GalleryPage
from gallery.ui.page_wiring import PageWiring
from gallery.ui.words import duration_text, folder_text, photos_text, size_text, tr

_PATIENCE_MS = 700
_T = TypeVar("_T")


class FolderWishes(QObject):
    """Asks before anything that takes long or cannot be undone; nothing here blocks the window."""

    def __init__(self, window: QWidget, page: GalleryPage, wiring: PageWiring) -> None:
        super().__init__(page)
        self._window, self._page, self._wiring = window, page, wiring
        self._cancelled = threading.Event()
        self._counting: QProgressDialog | None = None
        page.sidebar.leave_out_requested.connect(self.ask_to_leave_out)
        page.sidebar.left_out_requested.connect(self.show_left_out)
        page.sidebar.forget_missing_requested.connect(self.ask_to_forget)
        page.sidebar.describe_folder_requested.connect(self._describe)

    def close(self) -> None:
        """Give up what is being counted."""
        self._cancelled.set()
        self._end_counting()

    # A large folder is estimated before it is described

    def add(self, path: Path) -> None:
        """Add a folder; of a large one it is told first what describing it takes."""
        self._cancelled = cancelled = threading.Event()
        QTimer.singleShot(_PATIENCE_MS, self, partial(self._show_counting, cancelled))
        self._run(
            Lane.COUNTS,
            partial(self._page.program.estimate, path, cancelled=cancelled.is_set),
            partial(self._on_estimate, path, cancelled),
        )

    def _show_counting(self, cancelled: threading.Event) -> None:
        if cancelled.is_set() or cancelled is not self._cancelled or self._counting is not None:
            return
        dialog = QProgressDialog(
            self.tr("Counting the photos…"), self.tr("Cancel"), 0, 0, self._window
        )
        dialog.setWindowTitle(self.tr("Add folder"))
        dialog.canceled.connect(cancelled.set)
        dialog.canceled.connect(self._end_counting)
        self._counting = dialog
        dialog.open()

    def _end_counting(self) -> None:
        dialog, self._counting = self._counting, None
        if dialog is not None:
            dialog.close()
            dialog.deleteLater()

    def _on_estimate(
        self, path: Path, cancelled: threading.Event, estimate: Estimate | None
    ) -> None:
        gave_up = cancelled.is_set()
        cancelled.set()  # the dialog for what takes long is not wanted any more
        self._end_counting()
        if gave_up or estimate is None:
            return
        if estimate.seconds is None or not estimate.is_worth_asking:
            self._wiring.add_folder(path)
            return
        box = self._question(self.tr("Add folder"), _estimate_head(estimate))
        box.setInformativeText(_estimate_text(estimate))
        self._answer(box, self.tr("&Start"), partial(self._wiring.add_folder, path))
        only = partial(self._wiring.add_folder, path, names_only=True)
        self._answer(box, self.tr("&Only list them"), only)
        box.addButton(self.tr("&Not now"), QMessageBox.ButtonRole.RejectRole)
        box.open()

    def _describe(self, folder_id: int) -> None:
        self._run(Lane.WRITES, partial(self._page.program.describe_folder, folder_id))

    # Folders that are left out

    def ask_to_leave_out(self, folder_id: int) -> None:
        """Let the person choose a folder within this one."""
        overview = self._page.browser.overview
        roots = {folder.id: folder.path for folder in overview.folders} if overview else {}
        if folder_id not in roots:
            return
        dialog = QFileDialog(self._window, self.tr("Leave out a folder"), str(roots[folder_id]))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda chosen: self.leave_out(Path(chosen)))
        dialog.open()

    def leave_out(self, folder: Path) -> None:
        """Leave a folder out."""
        self._run(Lane.WRITES, partial(self._page.program.leave_out, folder))

    def show_left_out(self) -> None:
        """List what is left out; one can be taken back."""
        self._run(Lane.READS, self._page.program.catalog.left_out, self._on_left_out)

    def _on_left_out(self, folders: Sequence[Path]) -> None:
        if not folders:
            box = QMessageBox(parent=self._window)
            box.setWindowTitle(self.tr("Folders left out"))
            box.setText(self.tr("No folder is left out."))
            box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            box.open()
            return
        dialog = QInputDialog(self._window)
        dialog.setWindowTitle(self.tr("Folders left out"))
        dialog.setLabelText(self.tr("List the photos of this folder again:"))
        dialog.setOption(QInputDialog.InputDialogOption.UseListViewForComboBoxItems)
        shown = {str(folder).encode("utf-8", "replace").decode(): folder for folder in folders}
        dialog.setComboBoxItems(list(shown))
        dialog.setTextValue(next(iter(shown)))
        dialog.setOkButtonText(self.tr("&List again"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.textValueSelected.connect(
            lambda text: self.take_back(shown[text]) if text in shown else None
        )
        dialog.open()

    def take_back(self, folder: Path) -> None:
        """List a folder's photos again."""
        self._run(Lane.WRITES, partial(self._page.program.take_back, folder))

    # Missing photos

    def ask_to_forget(self) -> None:
        """Tell how many missing photos could be forgotten, and ask."""
        self._run(Lane.COUNTS, partial(plan_purge, self._page.program.catalog), self._on_plan)

    def _on_plan(self, plan: Purge) -> None:
        number = photos_text(len(plan.photo_ids))
        if not plan.photo_ids:
            box = self._question(
                self.tr("Missing photos"), self.tr("There is nothing to forget now.")
            )
        else:
            text = self.tr("Forget {0} whose files are gone?").format(number)
            box = self._question(self.tr("Missing photos"), text)
            forget = partial(self._page.program.forget_missing, plan.photo_ids)
            self._answer(box, self.tr("&Forget"), partial(self._run, Lane.WRITES, forget))
            box.addButton(QMessageBox.StandardButton.Cancel)
        box.setInformativeText(self._purge_text(plan))
        box.open()

    def _purge_text(self, plan: Purge) -> str:
        parts = []
        if plan.edited:
            mine = self.tr("Of these, with a caption in your words: {0}.")
            parts.append(mine.format(photos_text(plan.edited)))
        if plan.away:
            names = ", ".join(folder_text(path) for path in plan.away)
            parts.append(
                self.tr("Folders that are not connected stay as they are: {0}.").format(names)
            )
        return " ".join(parts)

    # How things are asked and done

    def _question(self, title: str, text: str) -> QMessageBox:
        box = QMessageBox(QMessageBox.Icon.Question, title, text, parent=self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return box

    def _answer(self, box: QMessageBox, text: str, act: Callable[[], None]) -> QPushButton:
        button = box.addButton(text, QMessageBox.ButtonRole.AcceptRole)
        button.clicked.connect(lambda: act())
        return button

    def _run(
        self,
        lane: Lane,
        work: Callable[[], _T],
        then: Callable[[_T], None] | None = None,
    ) -> None:
        self._page.background.run(lane, work, then, self._on_failed)

    def _on_failed(self, error: Exception) -> None:
        self._cancelled.set()
        self._end_counting()
        self._page.background.failed.emit(error)


def _estimate_head(estimate: Estimate) -> str:
    number = photos_text(roughly(estimate.to_describe))
    return tr("Describe about {0} in “{1}”?").format(number, estimate.path.name)


def _estimate_text(estimate: Estimate) -> str:
    how = tr("as measured before") if estimate.measured else tr("a guess: this was not measured")
    text = tr("This takes {0} on this computer ({1}), and {2}. You can search as it goes.")
    taken = duration_text(estimate.seconds or 0.0)
    return text.format(taken, how, size_text(estimate.space_bytes))
