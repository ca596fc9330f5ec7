"""pyttsx3 made reliable: one sentence in, one whole WAV file and its word times out.

Only ``save_to_file`` is used: pyttsx3's own playback loses sentences, cannot pause and prints.
On Linux the espeak-ng library comes from the package ``espeakng-loader``, so nothing needs to be
installed. Windows (SAPI5) and macOS (NSSpeechSynthesizer, which writes AIFF) are written by their
documentation and **untried**: there the engine is made anew for each sentence (pyttsx3 issue 440:
the second one is silent) and word times are estimated. Runs in the speech process only.
"""

# ruff: noqa: SLF001 - what has to be mended in pyttsx3 is behind no public name
import contextlib
import ctypes
import importlib
import logging
import os
import subprocess
import sys
import threading
import wave
from pathlib import Path
from typing import Any

from gallery.domain import WordTime
from gallery.errors import KnownError
from gallery.narration.speech_messages import Voice
from gallery.narration.speech_text import estimated_words, placed_words, speakable

_LOG = logging.getLogger(__name__)
_ATTEMPTS = 3
_FINISH_S = 8.0
_SAMPLE_BYTES = 2
_HEADER_BYTES = 44  # a WAV file of this size has no sound
DEFAULT_RATE_WPM = 170
_SLOWEST_WPM, _FASTEST_WPM = 80, 450
_ENGLISH = ("en-us", "en-gb", "en")
_INSTALL_HINTS = {
    "linux": "Install it: `pip install pyttsx3 espeakng-loader`, "
    "or `sudo apt install libespeak-ng1`.",
    "win32": "Add an English voice in Settings, Time & language, Speech.",
    "darwin": "Add an English voice in System Settings, Accessibility, Spoken Content.",
}


class SpeechLibrary:
    """The speech library of this platform; raises :class:`KnownError` where there is none."""

    def __init__(self) -> None:
        if sys.platform == "linux":
            _load_bundled_espeak()
        self._engine = _new_engine()
        self._espeak: Any = None
        self._events: list[tuple[int, int, int]] = []
        self._sound: list[bytes] = []
        self._trouble: Exception | None = None
        self._finished = threading.Event()
        self._chosen: tuple[str | None, int] | None = None
        if self._engine.driver_name == "espeak":
            self._espeak = importlib.import_module("pyttsx3.drivers._espeak")
            self._espeak.SetSynthCallback(self._on_sound)
        self._connect()
        self.voices = tuple(_voice(found) for found in self._engine.getProperty("voices"))
        self.default_voice = _english(self.voices)

    def say(
        self, text: str, path: Path, voice: str | None, rate_wpm: int | None
    ) -> tuple[int, tuple[WordTime, ...]]:
        """Speak ``text`` into the WAV file ``path``.

        Returns its length in milliseconds and the word times, placed in ``text``. Raises
        :class:`KnownError` for an unknown voice, nothing to say, or a file that stays empty.
        """
        said = speakable(text)
        if not said.strip():
            raise KnownError("There is nothing to say in this text.")
        self._choose(voice or self.default_voice, rate_wpm or DEFAULT_RATE_WPM)
        for attempt in range(_ATTEMPTS):
            self._synthesize(said, path)
            duration_ms = _duration_ms(path)
            if duration_ms:
                events = [event for event in self._events if event[2] <= duration_ms]
                return duration_ms, placed_words(said, events) or estimated_words(said, duration_ms)
            _LOG.warning("no sound at attempt %d", attempt + 1)
        raise KnownError(
            "The speech file stayed empty.",
            f"The reason given: {self._trouble}." if self._trouble else "",
        )

    def _choose(self, voice: str | None, rate_wpm: int) -> None:
        rate_wpm = min(max(rate_wpm, _SLOWEST_WPM), _FASTEST_WPM)
        if (voice, rate_wpm) == self._chosen:
            return
        if voice is not None and all(voice != known.id for known in self.voices):
            raise KnownError(f"There is no voice {voice!r} on this computer.", "Choose another.")
        self._chosen = (voice, rate_wpm)
        self._apply()

    def _apply(self) -> None:
        assert self._chosen is not None
        voice, rate_wpm = self._chosen
        driver = self._engine.proxy._driver  # the engine's own way hides errors
        if voice is not None:
            driver.setProperty("voice", voice)
            self._settle()
        driver.setProperty("rate", rate_wpm)
        self._settle()

    def _settle(self) -> None:
        """Wait for espeak's own thread: a change right before the next thing is often lost."""
        if self._espeak is not None:
            self._espeak.Synchronize()

    def _synthesize(self, text: str, path: Path) -> None:
        self._events.clear()
        self._sound.clear()
        self._finished.clear()
        self._trouble = None
        if self._espeak is None:
            self._engine = _new_engine()
            self._connect()
            self._apply()
        target = path.with_suffix(".aiff") if sys.platform == "darwin" else path
        self._engine.save_to_file(text, str(target))
        self._engine.runAndWait()
        if self._espeak is not None:
            self._finished.wait(_FINISH_S)
            self._settle()
        elif sys.platform == "darwin":
            self._finished.wait(_FINISH_S)
            _aiff_to_wav(target, path)

    def _connect(self) -> None:
        self._engine.connect("finished-utterance", lambda **_: self._finished.set())

    def _on_sound(self, sound: Any, count: int, events: Any) -> int:
        """Keep the word times before pyttsx3 gets the sound (espeak's own thread or ours)."""
        driver = self._engine.proxy._driver  # there is no public hook
        try:
            for event in _until_last(events, self._espeak.EVENT_LIST_TERMINATED):
                if event.type == self._espeak.EVENT_WORD:
                    # espeak counts characters from 1
                    self._events.append(
                        (event.text_position - 1, event.length, event.audio_position)
                    )
                elif event.type == self._espeak.EVENT_MSG_TERMINATED:
                    driver._data_buffer = b"".join(self._sound)
            if count > 0:
                # kept here: the driver copies everything it has at every new piece
                self._sound.append(ctypes.string_at(sound, count * _SAMPLE_BYTES))
            return int(driver._onSynth(sound, 0, events))
        except Exception as error:  # noqa: BLE001 - nothing may pass through C; told by say()
            self._trouble = error
            self._finished.set()
            driver._speaking = False  # or its loop would wait for ever
            driver.endLoop()
            return 1


def _load_bundled_espeak() -> None:
    """Load espeak-ng from its package, under the name that pyttsx3 asks the system for."""
    try:
        loader = importlib.import_module("espeakng_loader")
        # without its data the C library ends the whole process
        os.environ["ESPEAK_DATA_PATH"] = loader.get_data_path()
        ctypes.CDLL(loader.get_library_path(), mode=ctypes.RTLD_GLOBAL)
    except (ImportError, OSError, RuntimeError) as error:
        os.environ.pop("ESPEAK_DATA_PATH", None)
        _LOG.info("no bundled espeak-ng (%s), the system's is tried", error)


def _new_engine() -> Any:
    try:
        return importlib.import_module("pyttsx3").init()
    except Exception as error:
        raise KnownError(
            f"No speech library could be opened ({error}).", _INSTALL_HINTS.get(sys.platform, "")
        ) from error


def _until_last(events: Any, last: int) -> Any:
    index = 0
    while events[index].type != last:
        yield events[index]
        index += 1


def _voice(found: Any) -> Voice:
    languages = tuple(
        (language.decode("ascii", "ignore") if isinstance(language, bytes) else str(language))
        .replace("_", "-")
        .lower()
        for language in found.languages or ()
    )
    return Voice(str(found.id), str(found.name), languages)


def _english(voices: tuple[Voice, ...]) -> str | None:
    """Return the id of the plainest English voice; None leaves the choice to the library."""
    for wanted in _ENGLISH:
        for voice in voices:
            if wanted in voice.languages:
                return voice.id
    for voice in voices:
        if any(language.startswith("en") for language in voice.languages):
            return voice.id
    return None


def _duration_ms(path: Path) -> int:
    """Return the length of a WAV file; 0 where it is no whole one."""
    with contextlib.suppress(OSError, EOFError, wave.Error):
        if path.stat().st_size > _HEADER_BYTES:
            with wave.open(str(path), "rb") as file:
                return round(file.getnframes() * 1_000 / file.getframerate())
    return 0


def _aiff_to_wav(aiff: Path, wav: Path) -> None:
    """Convert with the tool that every macOS has; untried."""
    try:
        subprocess.run(
            ["/usr/bin/afconvert", "-f", "WAVE", "-d", "LEI16@22050", "-c", "1", aiff, wav],
            check=True,
            capture_output=True,
            timeout=_FINISH_S,
        )
    finally:
        aiff.unlink(missing_ok=True)
