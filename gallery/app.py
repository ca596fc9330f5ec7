"""The composition root of the window: builds everything, and closes it in reverse order."""

import dataclasses
import logging
import logging.handlers
import os
import signal
import socket
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QSocketNotifier, Qt, QTimer
from PySide6.QtWidgets import QApplication

from engine.checkpoints import SAMPLE, CheckpointError
from engine.protocol import Precision
from gallery import exit_codes
from gallery.catalog.restoring import Restored
from gallery.describer_sets import describer_set
from gallery.errors import CatalogError, DamagedCatalogError, KnownError
from gallery.paths import log_path
from gallery.program import Program, ProgramOptions, open_program
from gallery.settings import SettingsFile, idle_s_of
from gallery.ui import grid_accessibility
from gallery.ui.background import Background, Lane
from gallery.ui.main_window import MainWindow
from gallery.ui.one_instance import OneInstance, Wish
from gallery.ui.opening import Opening
from gallery.ui.rescue import Rescue
from gallery.ui.theme import application_icon, theme

_LOG = logging.getLogger(__name__)


def run(
    options: ProgramOptions, *, open_samples: bool = False, folders: Sequence[Path] = ()
) -> int:
    """Open the window and stay until it is closed; returns the exit code.

    ``open_samples`` adds the bundled sample gallery at once. ``folders`` are added too, or photos
    shown. Where a window has this catalog open, it is asked instead, and this one ends.
    Without a checkpoint in ``options`` the one that was chosen last is used.
    """
    _start_log()
    application = make_application()
    paths = tuple(Path(os.path.abspath(path)) for path in folders)  # noqa: PTH100 - keeps links
    one = OneInstance(options.catalog_path)
    if one.hand_over(Wish(paths, samples=open_samples)):
        return exit_codes.DONE
    session = Session(options, open_samples=open_samples, folders=paths)
    one.wished.connect(session.take)
    interrupts = _Interrupts(session)
    session.start()
    try:
        return application.exec()
    finally:
        session.close()
        one.close()
        interrupts.close()


def make_application() -> QApplication:
    """Return the one application object, named and dressed."""
    known = QApplication.instance()
    application = known if isinstance(known, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("photo-narrator")
    application.setApplicationDisplayName("Photo Narrator")
    application.setDesktopFileName("photo-narrator")
    application.setStyle("Fusion")
    application.setWindowIcon(application_icon())
    grid_accessibility.install()
    if not isinstance(known, QApplication):
        theme.follow_system()
    return application


class Session(QObject):
    """One window and the program behind it; opens another program when another set is chosen."""

    def __init__(
        self, options: ProgramOptions, *, open_samples: bool, folders: Sequence[Path]
    ) -> None:
        super().__init__()
        self._options, self._open_samples, self._folders = options, open_samples, folders
        self._opening: Opening | None = None
        self._file = SettingsFile(options.catalog_path.with_name("settings.json"))
        self.settings = self._file.load()
        self.program: Program | None = None
        self._background = Background(self)
        theme.apply(self.settings.theme)
        self.window = MainWindow(self.settings)
        self.window.closed.connect(QApplication.quit)  # it is hidden at once, then all is ended
        self.window.checkpoint_chosen.connect(self._on_checkpoint_chosen)
        self.window.computing_chosen.connect(self._on_computing_chosen)
        self.rescue = Rescue(self.window, self._background)
        self._connect_rescue()
        self._closing = False

    def start(self) -> None:
        """Show the window; the catalog is opened once it was painted."""
        self.window.trouble.install_hook()
        self.window.show()
        QTimer.singleShot(0, self._open)

    def take(self, wish: Wish) -> None:
        """Come to the front, and do what a later start was asked for."""
        self._open_samples = self._open_samples or wish.samples
        self._folders = (*self._folders, *wish.paths)
        window = self.window
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.show()
        window.raise_()
        window.activateWindow()
        self._open_what_is_wanted()

    def close(self) -> None:
        """Save what is to be remembered and stop everything, in reverse order; may come twice."""
        if self._closing:
            return
        self._closing = True
        self.window.close_page()
        self.window.settings_wiring.close()
        self._background.close()
        if self.program is not None:
            self.program.close()
            self.program = None
        self._save()
        sys.excepthook = sys.__excepthook__
        self.window.deleteLater()

    def _open(self) -> None:
        checkpoint = self._options.checkpoint or self.settings.checkpoint or None
        options = dataclasses.replace(self._options, checkpoint=checkpoint)
        self._background.run(
            Lane.WRITES, partial(open_program, options), self._on_opened, self._on_not_opened
        )

    def _on_opened(self, program: Program) -> None:
        self.program = program
        self.window.open_page(program)
        self._background.run(Lane.WRITES, program.start, None, self.window.trouble.show_error)
        if self.window.wiring is not None:
            self._opening = Opening(program, self.window.wiring)
        self._open_what_is_wanted()

    def _open_what_is_wanted(self) -> None:
        """Now, or as soon as a catalog is open."""
        wiring = self.window.wiring
        if wiring is None or self._opening is None:
            return
        if self._open_samples:
            wiring.add_samples()
        self._opening.open(self._folders)
        self._open_samples, self._folders = False, ()

    def _on_not_opened(self, error: Exception) -> None:
        is_describers = isinstance(error, KnownError) and not isinstance(error, CatalogError)
        if is_describers and self.settings.checkpoint:
            self.settings.checkpoint = ""  # its folder may be gone: open with the sample instead
            self.window.trouble.show_error(error)
            self._open()
            return
        self._tell_and_quit(error)

    def _tell_and_quit(self, error: Exception) -> None:
        """Without a catalog there is nothing to stay for; a damaged one is offered to be mended."""
        self.window.trouble.show_error(error)
        if isinstance(error, DamagedCatalogError):
            return
        box = self.window.trouble.box
        if box is not None:
            box.finished.connect(lambda: QApplication.exit(exit_codes.WRONG))

    def _connect_rescue(self) -> None:
        self.window.trouble.damaged.connect(self.rescue.offer)
        self.rescue.declined.connect(lambda: QApplication.exit(exit_codes.WRONG))
        self.rescue.wanted.connect(self._on_rescue_wanted)
        self.rescue.restored.connect(self._on_restored)
        self.rescue.failed.connect(self._tell_and_quit)

    def _on_rescue_wanted(self) -> None:
        self._close_program()
        self.rescue.restore()

    def _on_restored(self, done: Restored) -> None:
        kept = self.tr("The damaged catalog is kept as {0}.").format(done.kept)
        self.window.trouble.tell(self.tr("A backup of the catalog was restored."), kept)
        self._open()

    def _on_checkpoint_chosen(self, folder: str) -> None:
        """Another describer set, where it is one (an empty text: the sample)."""
        self._background.run(
            Lane.WRITES,
            partial(describer_set, folder or SAMPLE),
            lambda _: self._open_with(folder),
            self._on_no_checkpoint,
        )

    def _on_no_checkpoint(self, error: Exception) -> None:
        if isinstance(error, CheckpointError):
            error = KnownError(error.message, error.hint)
        self.window.trouble.show_error(error)

    def _open_with(self, folder: str) -> None:
        if self.program is not None:
            self.settings.checkpoint = folder
            self._options = dataclasses.replace(self._options, checkpoint=None)
            self._open_again()

    def _on_computing_chosen(self, device: str, precision: str) -> None:
        """The same set on another device, or with another precision."""
        if self.program is not None:
            self.settings.device, self.settings.precision = device, precision
            self._options = dataclasses.replace(
                self._options, device=device, precision=Precision(precision)
            )
            self._open_again()

    def _open_again(self) -> None:
        """Close the catalog and open it with the options as they are now."""
        self._options = dataclasses.replace(self._options, idle_s=idle_s_of(self.settings))
        self._close_program()
        self._background.run(Lane.WRITES, self._save)
        self._open()

    def _close_program(self) -> None:
        """What is in the lane of writes comes after it is closed."""
        program, self.program = self.program, None
        self._opening = None
        self.window.close_page()
        if program is not None:
            self._background.run(Lane.WRITES, program.close)

    def _save(self) -> None:
        try:
            self._file.save(self.settings)
        except OSError as error:
            _LOG.warning("settings were not saved: %s", error)


class _Interrupts(QObject):
    """Ctrl+C and a polite kill close the window as a person does."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._read, self._write = socket.socketpair()
        self._write.setblocking(False)
        self._read.setblocking(False)
        self._old = signal.set_wakeup_fd(self._write.fileno(), warn_on_full_buffer=False)
        self._handlers = {
            number: signal.signal(number, lambda *_: None)
            for number in (signal.SIGINT, signal.SIGTERM)
        }
        self._notifier = QSocketNotifier(self._read.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_signal, Qt.ConnectionType.QueuedConnection)

    def close(self) -> None:
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._old)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._read.close()
        self._write.close()

    def _on_signal(self) -> None:
        self._session.window.close()


def _start_log() -> None:
    path = log_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.handlers.RotatingFileHandler(
        path, maxBytes=1_000_000, backupCount=1, encoding="utf-8", delay=True
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
