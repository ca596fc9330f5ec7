"""What a test must not leave behind: threads and processes of ours."""

import threading
import time
from collections.abc import Iterator

import psutil


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
    threads, processes = set(threading.enumerate()), {process.pid for process in _children()}
    yield
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        new_threads = [item for item in threading.enumerate() if item not in threads]
        new_processes = [item for item in _children() if item.pid not in processes]
        if not new_threads and not new_processes:
            return
        time.sleep(0.02)
    assert not new_threads, new_threads
    assert not new_processes, new_processes
