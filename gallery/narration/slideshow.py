"""When the next slide comes: the order and the clock of a slideshow, without a window."""

import time
from collections.abc import Callable
from enum import Enum


class Phase(Enum):
    """What a slideshow does just now."""

    LOADING = "loading"  # the slide's picture and voice are being prepared
    SPEAKING = "speaking"  # waits for the voice to finish
    RESTING = "resting"  # waits until the slide was seen long enough
    ENDED = "ended"


class Slideshow:
    """Waits for the voice, gives every slide a minimum time, holds and goes on where it was.

    Slides are numbers from 0 to ``count`` - 1. The owner shows slide :attr:`index` and calls, in
    this order, :meth:`speaking` or :meth:`silent`, then :meth:`voice_finished`; whenever
    :meth:`wait_ms` has passed it calls :meth:`advance_if_due`. Times: ``clock`` in seconds.
    """

    def __init__(
        self,
        count: int,
        *,
        start: int = 0,
        min_slide_s: float = 4.0,
        after_voice_s: float = 0.8,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if count < 1 or not 0 <= start < count:
            raise ValueError(f"slide {start} of {count}")
        self._count = count
        self._index = start
        self._min_slide_s = min_slide_s
        self._least_s = min_slide_s  # of the slide that is shown
        self._after_voice_s = after_voice_s
        self._clock = clock
        self._phase = Phase.LOADING
        self._paused_at: float | None = None
        self._shown_at = clock()
        self._due_at: float | None = None

    @property
    def count(self) -> int:
        """How many slides there are."""
        return self._count

    @property
    def index(self) -> int:
        """The slide to show now."""
        return self._index

    @property
    def phase(self) -> Phase:
        """What it waits for; a pause does not change it."""
        return self._phase

    @property
    def paused(self) -> bool:
        """Whether it is held."""
        return self._paused_at is not None

    def speaking(self, *, brief: bool = False) -> None:
        """The slide is shown and its voice begins; ``brief``: no minimum time (no picture)."""
        self._show(Phase.SPEAKING, brief=brief)

    def silent(self, reading_ms: int, *, brief: bool = False) -> None:
        """The slide is shown without a voice: it stays as long as reading takes."""
        now = self._show(Phase.RESTING, brief=brief)
        self._due_at = now + max(self._least_s, reading_ms / 1_000)

    def voice_finished(self) -> None:
        """The voice ended; the slide rests a moment, and at least its minimum time."""
        if self._phase is Phase.SPEAKING:
            self._phase = Phase.RESTING
            now = self._now()
            self._due_at = max(now + self._after_voice_s, self._shown_at + self._least_s)

    def pause(self) -> None:
        """Hold; time stands still."""
        if self._paused_at is None and self._phase is not Phase.ENDED:
            self._paused_at = self._clock()

    def resume(self) -> None:
        """Go on; the time held does not count."""
        if self._paused_at is None:
            return
        held = self._clock() - self._paused_at
        self._paused_at = None
        self._shown_at += held
        if self._due_at is not None:
            self._due_at += held

    def next(self) -> bool:
        """Go to the next slide; False (and ended) where there is none."""
        return self.go_to(self._index + 1)

    def previous(self) -> bool:
        """Go back one slide, from the end to the last; False on the first."""
        if self._phase is Phase.ENDED:
            return self.go_to(self._index)
        return self._index > 0 and self.go_to(self._index - 1)

    def go_to(self, index: int) -> bool:
        """Show slide ``index``; past the last the slideshow ends, and False is returned."""
        if index >= self._count:
            self._phase, self._due_at, self._paused_at = Phase.ENDED, None, None
            return False
        self._index = max(0, index)
        self._phase, self._due_at = Phase.LOADING, None
        return True

    def wait_ms(self) -> int | None:
        """How long until the next slide is due; None while something else is waited for."""
        if self._due_at is None or self._paused_at is not None:
            return None
        return max(0, round((self._due_at - self._clock()) * 1_000))

    def advance_if_due(self) -> bool:
        """Go on where the time has come; True where :attr:`index` or :attr:`phase` changed."""
        if self.wait_ms() != 0:
            return False
        self.next()
        return True

    def coming(self, how_many: int = 2) -> range:
        """The slides to prepare ahead."""
        return range(self._index + 1, min(self._index + 1 + how_many, self._count))

    def _show(self, phase: Phase, *, brief: bool) -> float:
        now = self._now()
        self._least_s = 0.0 if brief else self._min_slide_s
        self._phase, self._shown_at, self._due_at = phase, now, None
        return now

    def _now(self) -> float:
        return self._clock() if self._paused_at is None else self._paused_at
