"""Keeping a codec's warnings from a person's terminal, on several threads at once."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_depth = 0
_saved: "warnings.catch_warnings[None] | None" = None


@contextmanager
def without_warnings() -> Iterator[None]:
    """Ignore Python warnings until the last of all threads inside has left.

    ``warnings.catch_warnings`` alone is not for threads: two that overlap restore each other's
    filters. Here the first one in saves them and the last one out restores them.
    """
    global _depth, _saved  # as the warning filters themselves are
    with _lock:
        _depth += 1
        if _depth == 1:
            _saved = warnings.catch_warnings()
            _saved.__enter__()
            warnings.simplefilter("ignore")
    try:
        yield
    finally:
        with _lock:
            _depth -= 1
            if _depth == 0 and _saved is not None:
                _saved.__exit__(None, None, None)
                _saved = None
