"""What went wrong, told once: the world's fault in plain words, ours with the log's place."""

import logging
import sys
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from gallery.errors import DamagedCatalogError, KnownError
from gallery.paths import log_path

_LOG = logging.getLogger(__name__)


class Trouble(QObject):
    """Shows one box at a time over a window; bugs are always logged with their traceback."""

    damaged = Signal(object)  # a catalog that is: more is to be done than to tell it
    _unexpected = Signal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._said: set[str] = set()
        self.box: QMessageBox | None = None
        self._unexpected.connect(self.show_error, Qt.ConnectionType.QueuedConnection)

    def show_error(self, error: BaseException) -> None:
        """Tell an error that reached the top."""
        if isinstance(error, DamagedCatalogError):
            _LOG.error("%s", error)
            self.damaged.emit(error)
            return
        if isinstance(error, KnownError):
            self.tell(error.message, error.hint)
            return
        _LOG.error("unexpected", exc_info=error)
        if "unexpected" not in self._said:
            self._said.add("unexpected")
            self.tell(
                self.tr("Something went wrong inside the program. What you did so far is kept."),
                self.tr("What happened is written in {0}.").format(log_path()),
            )

    def tell(self, message: str, hint: str = "") -> None:
        """Show a plain box; does not wait for it."""
        if self.box is not None:
            _LOG.warning("%s %s", message, hint)
            return
        box = QMessageBox(QMessageBox.Icon.Warning, "", message, parent=self._window)
        box.setWindowTitle("Photo Narrator")
        box.setInformativeText(hint)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.finished.connect(self._on_closed)
        self.box = box
        box.open()

    def install_hook(self) -> None:
        """Bring what nobody caught (in slots and in threads' roofs) here."""
        sys.excepthook = self._on_uncaught

    def _on_uncaught(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._window.close()
            return
        self._unexpected.emit(error.with_traceback(trace))

    def _on_closed(self) -> None:
        self.box = None
