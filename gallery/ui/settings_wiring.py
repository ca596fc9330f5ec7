"""Where the settings meet the window: the dialog, and what its pages' work tells elsewhere."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from engine.checkpoints import SAMPLE
from engine.installed import JOINT
from gallery.library.checkpoint_jobs import CheckpointJob
from gallery.program import Program
from gallery.settings import Settings
from gallery.ui.announce import announce
from gallery.ui.checkpoint_words import status_text
from gallery.ui.checkpoints import Checkpoints
from gallery.ui.checkpoints_page import CheckpointsPage
from gallery.ui.describer_page import DescriberPage
from gallery.ui.describing import Describing
from gallery.ui.settings_dialog import SettingsDialog
from gallery.ui.status_line import StatusLine


class SettingsWiring(QObject):
    """Lives as long as the window; the dialog is made when it is first asked for."""

    checkpoint_chosen = Signal(str)
    folder_requested = Signal()
    computing_chosen = Signal(str, str)  # device, precision
    idle_chosen = Signal(int)  # minutes

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.checkpoints = Checkpoints(self)
        self.describing = Describing(self)
        self.dialog: SettingsDialog | None = None
        self.describer_page: DescriberPage | None = None
        self.page: CheckpointsPage | None = None
        self._status: StatusLine | None = None
        self._before = CheckpointJob()
        self.checkpoints.job_changed.connect(self._on_job)

    def show(self) -> None:
        """Show the settings."""
        if self.dialog is None or self.page is None:
            self.dialog = SettingsDialog(self._window)
            self.page = CheckpointsPage(self.checkpoints, self.dialog)
            self.page.use_requested.connect(self.checkpoint_chosen)
            self.page.folder_requested.connect(self.folder_requested)
            self.dialog.add_page(self.page, "photos")
            self.describer_page = DescriberPage(self.describing, self.dialog)
            self.describer_page.apply_requested.connect(self.computing_chosen)
            self.describer_page.idle_chosen.connect(self.idle_chosen)
            self.dialog.add_page(self.describer_page, "computer")
        self.dialog.open_at(self.page)

    def use_program(self, program: Program, settings: Settings, status: StatusLine) -> None:
        """A catalog was opened: show what describes it, and tell what runs in its status line."""
        self._status = status
        options = program.options
        self.checkpoints.in_use = options.checkpoint or SAMPLE
        self.describing.use(
            program.describer_set, options.device, options.precision, settings.idle_minutes
        )
        status.settings_requested.connect(self.show)
        self._tell(self.checkpoints.job)
        if self.dialog is not None and self.dialog.isVisible():
            self.checkpoints.refresh()

    def leave_status_line(self) -> None:
        """The catalog is closed."""
        self._status = None

    def close(self) -> None:
        """Pause what runs."""
        self.describing.close()
        self.checkpoints.close()

    def _on_job(self, job: CheckpointJob) -> None:
        before, self._before = self._before, job
        self._tell(job)
        if (before.name, before.phase) == (job.name, job.phase):
            return
        if not job.running or not before.running or before.name != job.name:
            text = status_text(job, self.checkpoints.title_of(job.name))
            announce(self._window, f"{text}. {job.message} {job.hint}".strip(" ."))
        updated = job.phase == "done" and job.kind == "install"
        if updated and job.name in self.checkpoints.in_use.split(JOINT):
            self.checkpoint_chosen.emit(self.checkpoints.in_use)  # another revision of it is here

    def _tell(self, job: CheckpointJob) -> None:
        if self._status is not None:
            text = status_text(job, self.checkpoints.title_of(job.name))
            self._status.show_download(text, job.message)
