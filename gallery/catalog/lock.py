"""Locks between programs that use one catalog at the same time."""

from pathlib import Path

from filelock import FileLock


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


def _beside(catalog_path: Path, purpose: str) -> str:
    return str(catalog_path.with_name(f"{catalog_path.name}.{purpose}.lock"))
