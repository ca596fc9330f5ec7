"""How the describer computes, for the window: what is in use, and what this computer has."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal

from engine.checkpoints import DescriberSet
from engine.protocol import DeviceFound, Precision
from gallery.errors import KnownError
from gallery.library.engine_survey import EngineSurvey
from gallery.ui.background import Background, Lane


class Describing(QObject):
    """A thin bridge; the computer is looked at when somebody wants to see it."""

    looked = Signal()
    changed = Signal()
    failed = Signal(str)

    def __init__(self, parent: QObject, survey: EngineSurvey | None = None) -> None:
        super().__init__(parent)
        self.device, self.precision, self.idle_minutes = "auto", Precision.EXACT, 5
        self.devices: Sequence[DeviceFound] = ()
        self.looking = False
        self._survey = survey or EngineSurvey()
        self._set: DescriberSet | None = None
        self._background = Background(self)

    def use(
        self, chosen: DescriberSet, device: str, precision: Precision, idle_minutes: int
    ) -> None:
        """A program was opened with these."""
        self._set = chosen
        self.device, self.precision, self.idle_minutes = device, precision, idle_minutes
        self.changed.emit()

    def look(self) -> None:
        """Find out what there is; the signal ``looked`` or ``failed`` comes."""
        if self._set is None or self.looking:
            return
        self.looking = True
        work = partial(self._survey.ask, self._set)
        self._background.run(Lane.READS, work, self._on_looked, self._on_failed)
        self.changed.emit()

    def close(self) -> None:
        """Tell nothing more, and end the process that is asked (well below 2 s)."""
        self._survey.stop()
        self._background.close()

    def _on_looked(self, devices: tuple[DeviceFound, ...]) -> None:
        self.devices, self.looking = devices, False
        self.looked.emit()

    def _on_failed(self, error: Exception) -> None:
        self.looking = False
        if not isinstance(error, KnownError):
            raise error
        self.failed.emit(f"{error.message} {error.hint}".strip())
