"""The voice: sentences in, sound files with word times out, from a process of its own."""

import itertools
import logging
import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from gallery.domain import Clip
from gallery.errors import KnownError
from gallery.narration import speech_process
from gallery.narration.clip_cache import ClipCache
from gallery.narration.speech_messages import (
    CODEC,
    ListVoices,
    Refused,
    Said,
    Say,
    Voice,
    VoicesListed,
)
from gallery.paths import data_dir
from gallery.processes.child import Child, Death

_LOG = logging.getLogger(__name__)
_ATTEMPTS = 2
_START_S = 15.0  # a cold disk; the library itself is there within 0.3 s
_CHARACTERS_A_SECOND = 500  # far below what synthesis does; longer texts may take longer
_NO_VOICE_HINT = "`photo-narrator doctor` tells what the voice needs on this computer."

Answer = Said | VoicesListed | Refused


class Speech:
    """The speech process, its supervision and its cache.

    Everything may be called from any thread; requests are answered one at a time. Nothing here
    needs a sound device. Call :meth:`synthesize` on a worker thread: it blocks (tens of
    milliseconds for a new sentence, none for a known one).
    """

    def __init__(self, cache_dir: Path | None = None) -> None:
        self._cache = ClipCache(cache_dir or data_dir() / "cache" / "speech")
        self._turn = threading.Lock()  # one request at a time
        self._state = threading.Condition()
        self._child: Child | None = None
        self._life = 0  # counts the processes
        self._up = False
        self._heard = False  # of this process
        self._given_up = False
        self._stopped = False
        self._waiting: tuple[int, Future[Answer]] | None = None
        self._jobs = itertools.count(1)
        self._voices: VoicesListed | None = None

    @property
    def pid(self) -> int | None:
        """The id of the speech process while one runs."""
        child = self._child
        return child.pid if child is not None else None

    def start(self) -> None:
        """Start the speech process, so that the first sentence is quick; returns at once.

        Not needed: the first request starts it too.
        """
        with self._state:
            if self._child is not None or self._stopped:
                return
            self._given_up = False
            self._child = Child(
                "speech",
                speech_process.entry,
                CODEC,
                on_message=self._on_message,
                on_start=self._on_start,
                on_death=self._on_death,
            )
            self._child.start()

    def stop(self) -> None:
        """Let the process leave; who still waits for an answer gets a :class:`KnownError`."""
        with self._state:
            self._stopped = True
            child, self._child = self._child, None
            self._state.notify_all()
            self._break_off("the program is closing")
        if child is not None:
            child.stop()

    def synthesize(
        self,
        text: str,
        *,
        voice: str | None = None,
        rate_wpm: int | None = None,
        timeout_s: float = 10,
    ) -> Clip:
        """Return ``text`` said, as a WAV file (mono, 16 bit) that stays in the cache.

        ``voice``: an id of :meth:`voices`; None for an English one. ``rate_wpm``: words a minute.
        Word times are placed in ``text`` as given, in characters. A process that dies or hangs
        in the middle is replaced and asked once more. Raises :class:`KnownError` where there is
        no voice, nothing to say, or no room for the file.
        """
        known = self._cache.get(text, voice, rate_wpm)
        if known is not None:
            return known
        with self._turn, self._cache.room_for(text, voice, rate_wpm) as part:
            allowed_s = timeout_s + len(text) / _CHARACTERS_A_SECOND
            said = self._ask(
                lambda job: Say(job, text, str(part), voice, rate_wpm), Said, allowed_s
            )
            return self._cache.keep(Clip(text, part, said.duration_ms, said.words), voice, rate_wpm)

    def voices(self, *, timeout_s: float = 10) -> tuple[Voice, ...]:
        """Return every voice of this computer (asked once); raises :class:`KnownError`."""
        return self._listed(timeout_s).voices

    def default_voice(self, *, timeout_s: float = 10) -> str | None:
        """Return the id of the English voice used where none is named."""
        return self._listed(timeout_s).default_id

    def _listed(self, timeout_s: float) -> VoicesListed:
        with self._turn:
            if self._voices is None:
                self._voices = self._ask(ListVoices, VoicesListed, timeout_s)
            return self._voices

    def _ask(self, request: Any, wanted: type, timeout_s: float) -> Any:
        """Ask, and ask once more where the process died; the turn is held by the caller."""
        reason = ""
        for _ in range(_ATTEMPTS):
            child, life = self._ready_child()
            job = next(self._jobs)
            future: Future[Answer] = Future()
            with self._state:
                if self._stopped:  # or it would wait for an answer that nobody gives
                    raise _switched_off()
                self._waiting = (job, future)
            if not child.send(request(job)):
                with self._state:
                    if life != self._life or not self._up:  # its death was told before we waited
                        self._break_off("it ended")
            answer = self._answer_to(future, child, timeout_s)
            if isinstance(answer, wanted):
                return answer
            assert isinstance(answer, Refused)
            if answer.job:
                raise KnownError(answer.message, answer.hint)
            reason = answer.message
        raise KnownError(f"The voice does not answer: {reason}.", _NO_VOICE_HINT)

    def _answer_to(self, future: "Future[Answer]", child: Child, timeout_s: float) -> Answer:
        try:
            return future.result(timeout_s + (0 if self._heard else _START_S))
        except TimeoutError:
            with self._state:
                self._up = False
                child.restart("did not answer in time")
                self._break_off("it did not answer in time")
            return future.result()

    def _ready_child(self) -> tuple[Child, int]:
        """Wait until a process is there to be asked; returns it and which life it lives."""
        self.start()
        with self._state:
            self._state.wait_for(lambda: self._up or self._given_up or self._stopped, _START_S)
            if self._stopped:
                raise _switched_off()
            child = self._child
            if self._up and child is not None:
                return child, self._life
            self._child = None  # the next request tries from the beginning
        if child is not None:
            child.stop()
        raise KnownError("The voice could not be started.", _NO_VOICE_HINT)

    def _on_start(self) -> None:
        with self._state:
            self._up, self._heard = True, False
            self._life += 1
            self._state.notify_all()

    def _on_death(self, death: Death) -> None:
        with self._state:
            self._up = False
            self._given_up = death.gave_up
            self._state.notify_all()
            self._break_off(f"its process {death.reason}")

    def _on_message(self, message: Answer) -> None:
        with self._state:
            self._heard = True
            waiting = self._waiting
            if waiting is None or waiting[0] != message.job:
                _LOG.debug("the speech process answered what nobody waits for: %s", message)
                return
            self._waiting = None
        waiting[1].set_result(message)

    def _break_off(self, reason: str) -> None:
        """Answer who waits with job 0: no answer will come."""
        with self._state:
            waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting[1].set_result(Refused(0, reason, ""))


def _switched_off() -> KnownError:
    return KnownError("The voice was switched off, because the program is closing.")
