"""Clips played in the window: sound where there is a device, a silent clock where there is none."""

import logging
from bisect import bisect_right
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, QUrl, Signal

from gallery.domain import Clip
from gallery.ui.sound_library import SoundLibrary, load_sound_library

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QMediaPlayer

_LOG = logging.getLogger(__name__)
_TICK_MS = 25  # words light up at most so late


class Player(QObject):
    """Plays one clip at a time and tells where it is.

    ``position_changed(ms)`` about every 25 ms; ``word_changed(start, length)`` when another word
    sounds, in characters of the clip's text, (0, 0) where none; ``finished()`` at the end of the
    clip, not after :meth:`stop`; ``failed(sentence)`` instead of ``finished`` where it cannot be
    played. Without sound (no library, no device) clips run silently in real time, and
    :attr:`silent_reason` says why. ``with_sound`` False asks for that.
    """

    position_changed = Signal(int)
    word_changed = Signal(int, int)
    finished = Signal()
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None, *, with_sound: bool = True) -> None:
        super().__init__(parent)
        self._with_sound = with_sound
        self._library: SoundLibrary | None = None
        self._sound: QMediaPlayer | None = None
        self._reason = ""
        self._clip: Clip | None = None
        self._starts_ms: list[int] = []
        self._word = -1
        self._paused = False
        self._run: _Run | None = None
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._on_tick)

    @property
    def silent_reason(self) -> str:
        """Why nothing is heard, as a sentence; empty where sound is there."""
        self._look_for_sound()
        return self._reason

    @property
    def is_playing(self) -> bool:
        """Whether a clip runs (not paused, not stopped)."""
        return self._clip is not None and not self._paused

    @property
    def is_paused(self) -> bool:
        """Whether a clip is held."""
        return self._clip is not None and self._paused

    @property
    def position_ms(self) -> int:
        """Where the clip is; 0 while there is none."""
        return self._run.position_ms() if self._run is not None else 0

    def play(self, clip: Clip) -> None:
        """Play a clip from its beginning, in place of whatever runs."""
        self.stop()
        self._clip = clip
        self._starts_ms = [word.at_ms for word in clip.words]
        self._look_for_sound()
        if self._sound is None:
            self._run = _SilentRun(clip.duration_ms)
        else:
            self._sound.setSource(QUrl.fromLocalFile(str(clip.path)))
            self._run = _SoundRun(self._sound)
        self._run.go()
        self._timer.start()

    def pause(self) -> None:
        """Hold the clip where it is."""
        if self._run is not None and not self._paused:
            self._paused = True
            self._timer.stop()
            self._run.hold()

    def resume(self) -> None:
        """Go on where it was held."""
        if self._run is not None and self._paused:
            self._paused = False
            self._run.go()
            self._timer.start()

    def stop(self) -> None:
        """End the clip; ``finished`` is not told."""
        run, self._run = self._run, None
        self._clip = None
        self._paused = False
        self._timer.stop()
        if run is not None:
            run.end()
        self._light(-1)

    def _look_for_sound(self) -> None:
        """Load the sound library once; look for a device each time (it may be plugged in)."""
        if not self._with_sound:
            return
        if self._library is None:
            self._library = load_sound_library()
        if self._library.has_device():
            self._reason = ""
            self._sound = self._sound or self._made_sound(self._library)
        else:
            self._sound = None if self._run is None else self._sound
            self._reason = (
                self.tr("Nothing is heard, because no sound device was found.")
                if self._library.loaded
                else self.tr(
                    "Nothing is heard, because Qt's sound library could not be loaded ({0}). "
                    "On Debian or Ubuntu: sudo apt install libpulse0"
                ).format(self._library.problem)
            )

    def _made_sound(self, library: SoundLibrary) -> "QMediaPlayer":
        sound = library.new_player(self)
        sound.mediaStatusChanged.connect(self._on_status_changed)
        sound.errorOccurred.connect(self._on_error_occurred)
        return sound

    def _on_tick(self) -> None:
        clip, run = self._clip, self._run
        if clip is None or run is None:
            return
        position_ms = run.position_ms()
        self.position_changed.emit(min(position_ms, clip.duration_ms))
        if self._clip is not clip:  # a listener stopped it
            return
        self._light(bisect_right(self._starts_ms, position_ms) - 1)
        if isinstance(run, _SilentRun) and position_ms >= clip.duration_ms:
            self._finish()

    def _light(self, word: int) -> None:
        if word == self._word:
            return
        self._word = word
        if word < 0 or self._clip is None:
            self.word_changed.emit(0, 0)
        else:
            found = self._clip.words[word]
            self.word_changed.emit(found.start, found.length)

    def _on_status_changed(self, status: "QMediaPlayer.MediaStatus") -> None:
        if isinstance(self._run, _SoundRun) and self._run.is_ended(status):
            self._finish()

    def _finish(self) -> None:
        clip = self._clip
        self.stop()
        if clip is not None:
            self.position_changed.emit(clip.duration_ms)
        self.finished.emit()

    def _on_error_occurred(self, _: object, message: str) -> None:
        if self._run is None:
            return
        _LOG.warning("sound failed: %s", message)
        self.stop()
        self.failed.emit(self.tr("The sound could not be played: {0}").format(message))


class _SilentRun:
    """A clip that passes in real time without a sound."""

    def __init__(self, duration_ms: int) -> None:
        self._duration_ms = duration_ms
        self._before_ms = 0
        self._clock: QElapsedTimer | None = None

    def go(self) -> None:
        self._clock = QElapsedTimer()
        self._clock.start()

    def hold(self) -> None:
        self._before_ms = self.position_ms()
        self._clock = None

    def end(self) -> None:
        self._clock = None

    def position_ms(self) -> int:
        return self._before_ms + (0 if self._clock is None else self._clock.elapsed())


class _SoundRun:
    """A clip in Qt's player."""

    def __init__(self, sound: "QMediaPlayer") -> None:
        self._sound = sound
        self.go: Callable[[], None] = sound.play
        self.hold: Callable[[], None] = sound.pause
        self.end: Callable[[], None] = sound.stop

    def position_ms(self) -> int:
        return self._sound.position()

    def is_ended(self, status: "QMediaPlayer.MediaStatus") -> bool:
        return status is type(status).EndOfMedia


_Run = _SilentRun | _SoundRun
