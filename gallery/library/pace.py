"""How fast work goes, smoothed, so that the time left does not jump about."""

import time
from collections import deque
from collections.abc import Callable

_WINDOW_S = 30.0
_LEAST_S = 2.0
_LEAST_DONE = 5


class Pace:
    """The rate over the last half minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._marks: deque[tuple[float, int]] = deque()

    def note(self, done: int) -> None:
        """Note how many are done by now (grows)."""
        now = self._clock()
        if self._marks and now - self._marks[-1][0] < 0.1 and len(self._marks) > 1:
            self._marks[-1] = (self._marks[-1][0], done)
        else:
            self._marks.append((now, done))
        while len(self._marks) > 2 and now - self._marks[1][0] >= _WINDOW_S:
            self._marks.popleft()

    def per_second(self) -> float | None:
        """The rate; None while there is too little to go by."""
        if not self._marks:
            return None
        began, before = self._marks[0]
        seconds, done = self._clock() - began, self._marks[-1][1] - before
        if seconds < _LEAST_S or done < _LEAST_DONE:
            return None
        return done / seconds

    def seconds_left(self, remaining: int) -> float | None:
        """The time left at this rate; None while it cannot be told."""
        rate = self.per_second()
        return remaining / rate if rate else None

    def restart(self) -> None:
        """Forget the past: something else begins, or it went on after a pause."""
        self._marks.clear()
