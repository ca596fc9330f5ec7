"""What can go wrong in the world, told to a person."""


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
