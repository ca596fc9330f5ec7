"""What another program (the command line, a second window) writes is seen here soon."""

from PySide6.QtCore import QObject, QTimer, Signal

from gallery.catalog import Catalog
from gallery.ui.background import Background, Lane

_EVERY_MS = 1500


class OutsideChanges(QObject):
    """Asks the catalog now and then whether anything was written; no event tells of others.

    What this program wrote counts too: whoever listens reads again what is visible, no more.
    """

    noticed = Signal()

    def __init__(self, catalog: Catalog, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._catalog, self._background = catalog, background
        self._token: int | None = None
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self._ask)
        self._timer.start()
        self._ask()

    def _ask(self) -> None:
        self._background.run(
            Lane.WORDS, self._catalog.version_token, self._on_token, lambda _: None
        )

    def _on_token(self, token: int) -> None:
        before, self._token = self._token, token
        if before is not None and token != before:
            self.noticed.emit()
