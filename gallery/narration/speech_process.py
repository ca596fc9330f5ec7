"""The speech process: pyttsx3, used to write files only, kept away from the window."""

from multiprocessing.connection import Connection


def entry(connection: Connection) -> None:
    """Answer requests until end-of-file."""
    raise NotImplementedError
