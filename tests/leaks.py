"""What a test must not leave behind: threads and processes of ours, told with who started them."""

import threading
import time
import traceback
from collections.abc import Callable, Iterator
from functools import wraps
from weakref import WeakKeyDictionary

import psutil

_PATIENCE_S = 2.0
_STARTED_BY: "WeakKeyDictionary[threading.Thread, str]" = WeakKeyDictionary()


def _remembering(start: Callable[[threading.Thread], None]) -> Callable[[threading.Thread], None]:
    @wraps(start)
    def remembering_start(thread: threading.Thread) -> None:
        _STARTED_BY[thread] = "".join(traceback.format_stack(limit=6)[:-1])
        start(thread)

    return remembering_start


threading.Thread.start = _remembering(threading.Thread.start)  # type: ignore[method-assign]


def _threads() -> set[threading.Thread]:
    # Threads that Qt made and that only passed through Python are Qt's to end.
    return {item for item in threading.enumerate() if not isinstance(item, threading._DummyThread)}


def _children() -> list[psutil.Process]:
    return [
        process
        for process in psutil.Process().children(recursive=True)
        if "resource_tracker" not in " ".join(_command_line(process))
    ]


def _command_line(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def watch_for_leaks() -> Iterator[None]:
    """Before a test: note threads and children; after it: nothing more may be there."""
    threads, processes = _threads(), {process.pid for process in _children()}
    yield
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        new_threads = [item for item in _threads() if item not in threads]
        new_processes = [item for item in _children() if item.pid not in processes]
        if not new_threads and not new_processes:
            return
        if time.monotonic() > deadline:
            break
        time.sleep(0.02)
    told = [f"{item}, started by\n{_STARTED_BY.get(item, '  ?')}" for item in new_threads]
    told += [f"process {item.pid}: {' '.join(_command_line(item))}" for item in new_processes]
    raise AssertionError("left running after the test:\n" + "\n".join(told))
