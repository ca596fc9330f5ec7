"""One step from a schema to the next."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Step:
    """``change`` turns schema ``number - 1`` into schema ``number``."""

    number: int
    title: str
    change: Callable[[Connection], None]
