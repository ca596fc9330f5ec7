"""Clips played in the window: sound where there is a device, a silent clock where there is none."""

from PySide6.QtCore import QObject, Signal

from gallery.domain import Clip


class Player(QObject):
    """Plays one clip at a time and tells where it is.

    ``position_changed(ms)`` about every 25 ms; ``word_changed(start, length)`` when another word
    sounds, in characters of the clip's text, (0, 0) where none; ``finished()`` at the end of the
    clip, not after :meth:`stop`; ``failed(sentence)`` instead of ``finished`` where it cannot be
    played. Without sound (no library, no device) clips run silently in real time, and
    :attr:`silent_reason` says why.
    """

    position_changed = Signal(int)
    word_changed = Signal(int, int)
    finished = Signal()
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reason = ""

    @property
    def silent_reason(self) -> str:
        """Why nothing is heard, as a sentence; empty where sound is there."""
        return self._reason

    @property
    def is_playing(self) -> bool:
        """Whether a clip runs (not paused, not stopped)."""
        raise NotImplementedError

    @property
    def is_paused(self) -> bool:
        """Whether a clip is held."""
        raise NotImplementedError

    def play(self, clip: Clip) -> None:
        """Play a clip from its beginning, in place of whatever runs."""
        raise NotImplementedError

    def pause(self) -> None:
        """Hold the clip where it is."""
        raise NotImplementedError

    def resume(self) -> None:
        """Go on where it was held."""
        raise NotImplementedError

    def stop(self) -> None:
        """End the clip; nothing is told."""
        raise NotImplementedError
