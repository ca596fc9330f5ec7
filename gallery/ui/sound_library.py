"""Qt's sound library, loaded when the first clip is played: it may be missing what it needs."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QLoggingCategory,
    QMessageLogContext,
    QObject,
    QtMsgType,
    qInstallMessageHandler,
)

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QMediaPlayer

_LOG = logging.getLogger(__name__)


class SoundLibrary:
    """QtMultimedia, where it could be loaded; ``problem`` says why not."""

    def __init__(self, problem: str = "") -> None:
        self.problem = problem
        self.loaded = not problem

    def has_device(self) -> bool:
        """Whether there is something to be heard through now."""
        if not self.loaded:
            return False
        from PySide6.QtMultimedia import QMediaDevices

        with _kept_quiet():
            return not QMediaDevices.defaultAudioOutput().isNull()

    def new_player(self, parent: QObject) -> "QMediaPlayer":
        """Return a player on the default device; it follows where that changes."""
        from PySide6.QtMultimedia import QAudioOutput, QMediaPlayer

        with _kept_quiet():
            player = QMediaPlayer(parent)
            player.setAudioOutput(QAudioOutput(player))
        return player


def load_sound_library() -> SoundLibrary:
    """Load QtMultimedia; never raises."""
    QLoggingCategory.setFilterRules("qt.multimedia.*=false")  # it tells of every optional library
    try:
        import PySide6.QtMultimedia  # noqa: F401 - libpulse0 may be missing
    except ImportError as error:
        _LOG.info("no sound: %s", error)
        return SoundLibrary(str(error))
    return SoundLibrary()


@contextmanager
def _kept_quiet() -> Iterator[None]:
    """Send what Qt says about missing sound services to the log instead of the terminal."""

    def note(_: QtMsgType, __: QMessageLogContext, message: str | None) -> None:
        _LOG.debug("Qt: %s", message)

    before = qInstallMessageHandler(note)
    try:
        yield
    finally:
        qInstallMessageHandler(before)
