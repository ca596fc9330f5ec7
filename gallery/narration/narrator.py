"""Sentences prepared ahead, so that the voice never keeps a slideshow waiting."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future

from gallery.domain import Clip
from gallery.errors import KnownError
from gallery.narration.speech import Speech


class Narrator:
    """Makes clips on one thread of its own: what is wanted now first, then what comes next.

    The thread starts with the first wish and ends with :meth:`close`. ``voice`` and ``rate_wpm``
    hold for what is asked afterwards.
    """

    def __init__(
        self, speech: Speech, *, voice: str | None = None, rate_wpm: int | None = None
    ) -> None:
        self._speech = speech
        self.voice = voice
        self.rate_wpm = rate_wpm
        self._changed = threading.Condition()
        self._wanted: OrderedDict[tuple[str, str | None, int | None], Future[Clip]] = OrderedDict()
        self._thread: threading.Thread | None = None
        self._closed = False

    def prepare(self, text: str) -> "Future[Clip]":
        """Make the clip of ``text`` before anything else; the result may be cancelled.

        The future's exception is a :class:`KnownError` where the voice fails. Its callbacks run
        on the narrator's thread.
        """
        with self._changed:
            return self._wish(text, first=True)

    def look_ahead(self, texts: Sequence[str]) -> None:
        """Make these next, in this order, so that asking for them later is quick.

        Clips land in the cache of the voice; failures are told when they are asked for.
        """
        with self._changed:
            for text in texts:
                self._wish(text, first=False)

    def cancel(self) -> None:
        """Drop everything that has not begun."""
        with self._changed:
            dropped = list(self._wanted.values())
            self._wanted.clear()
        for future in dropped:
            future.cancel()

    def close(self) -> None:
        """Drop what has not begun and end the thread; waits for the sentence in hand."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self.cancel()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def _wish(self, text: str, *, first: bool) -> "Future[Clip]":
        if self._closed:
            raise KnownError("Nothing can be narrated, because the program is closing.")
        key = (text, self.voice, self.rate_wpm)
        future = self._wanted.get(key)
        if future is None:
            future = self._wanted[key] = Future()
        if first:
            self._wanted.move_to_end(key, last=False)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="narrator", daemon=True)
            self._thread.start()
        self._changed.notify_all()
        return future

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._wanted or self._closed)
                if self._closed:
                    return
                (text, voice, rate_wpm), future = self._wanted.popitem(last=False)
            if not future.set_running_or_notify_cancel():
                continue
            try:
                clip = self._speech.synthesize(text, voice=voice, rate_wpm=rate_wpm)
            except Exception as error:  # noqa: BLE001 - handed to who asked; the thread goes on
                future.set_exception(error)
            else:
                future.set_result(clip)
