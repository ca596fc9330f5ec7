"""Locks between programs that use one catalog at the same time."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, ReadWriteLock, Timeout

from gallery.errors import CatalogError

_OPENING_TIMEOUT_S = 120.0


def indexing_lock(catalog_path: Path) -> FileLock:
    """The lock that a program holds while it scans and describes; the others wait for it.

    The system lets go of it when the program ends, however it ends. May be used from any thread
    (the one that releases it need not be the one that took it). Keep a reference: a lock object
    that is collected lets go.
    """
    return FileLock(_beside(catalog_path, "indexing"), thread_local=False)


def opening_lock(catalog_path: Path) -> FileLock:
    """The lock under which a catalog is created or migrated, so that two do not do it at once."""
    return FileLock(_beside(catalog_path, "opening"), thread_local=False)


def backup_lock(catalog_path: Path) -> FileLock:
    """The lock of whoever writes into the folder of backups."""
    return FileLock(_beside(catalog_path, "backup"), thread_local=False)


def window_lock(catalog_path: Path) -> FileLock:
    """The lock of the first window of a catalog; later ones hand over to it."""
    return FileLock(_beside(catalog_path, "window"), thread_local=False)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """No other program opens the catalog meanwhile: two may not create or migrate it at once."""
    lock = opening_lock(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=_OPENING_TIMEOUT_S)
    except Timeout as error:
        raise CatalogError(
            f"Another program has been opening the catalog {path} for a long time.",
            "Wait until it is done, or close it, then try again.",
        ) from error
    except OSError as error:
        raise _not_writable(path, error.strerror or str(error)) from error
    try:
        yield
    finally:
        lock.release()


def take_part(path: Path) -> ReadWriteLock:
    """Note that this program has the catalog open, until the lock is closed (from any thread).

    Call it under ``alone``: who waits for everybody to leave holds that too.
    """
    return _acquire_in_use(path, exclusive=False)


@contextmanager
def nobody_else(path: Path) -> Iterator[None]:
    """No program has the catalog open, nor opens it meanwhile. Raises ``CatalogError`` if one has.

    It does not wait: a window may stay open for days.
    """
    with alone(path):
        lock = _acquire_in_use(path, exclusive=True)
        try:
            yield
        finally:
            lock.close()


def _acquire_in_use(path: Path, *, exclusive: bool) -> ReadWriteLock:
    lock = ReadWriteLock(_beside(path, "in-use"), is_singleton=False)
    try:
        lock.acquire_write(timeout=0) if exclusive else lock.acquire_read(timeout=0)
    except Timeout as error:
        lock.close()
        raise CatalogError(
            f"Another program has the catalog {path} open.",
            "Close the window, or wait until the other command is done, then try again.",
        ) from error
    except (OSError, sqlite3.Error) as error:
        lock.close()
        raise _not_writable(path, str(error)) from error
    return lock


def _not_writable(path: Path, reason: str) -> CatalogError:
    return CatalogError(
        f"Nothing can be written in {path.parent}, where the catalog is to lie: {reason}.",
        "Check the folder, or name another place with --catalog.",
    )


def _beside(catalog_path: Path, purpose: str) -> str:
    return str(catalog_path.with_name(f"{catalog_path.name}.{purpose}.lock"))
