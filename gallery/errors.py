"""What can go wrong in the world, told to a person."""

from pathlib import Path


class KnownError(Exception):
    """The world's fault (disk full, folder gone, no voice), in plain words with what to do.

    Shown once; never with a traceback. Anything else that is raised is a bug of ours.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class CatalogError(KnownError):
    """The catalog cannot be used as it is."""


class DamagedCatalogError(CatalogError):
    """The file of a catalog is damaged; a backup may be put in its place."""

    def __init__(self, path: Path, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.path = path
