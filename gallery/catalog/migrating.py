"""Bringing a catalog up to date: steps, each in one transaction, with a copy kept before."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from gallery.catalog import sqlite
from gallery.catalog.migrations import STEPS, Step
from gallery.errors import KnownError


def bring_up_to_date(engine: Engine, path: Path, steps: Sequence[Step] = STEPS) -> None:
    """Run the steps that the catalog lacks. Call it under the opening lock.

    Raises ``KnownError`` where the catalog is newer than this program or no catalog at all.
    """
    with sqlite.reading(engine, path) as connection:
        version = sqlite.schema_version(connection)
        foreign = sqlite.is_foreign(connection)
    if foreign:
        raise sqlite.not_a_catalog(path)
    if version > steps[-1].number:
        raise KnownError(
            f"The catalog {path} was made by a newer version of Photo Narrator.",
            "Update Photo Narrator, or name another catalog with --catalog.",
        )
    missing = [step for step in steps if step.number > version]
    if missing and version > 0:
        keep_copy(engine, path, version)
    for step in missing:
        with sqlite.writing(engine, path, durable=True) as connection:
            step.change(connection)
            sqlite.note_step(connection, step.number, step.title)


def keep_copy(engine: Engine, path: Path, version: int) -> Path:
    """A complete copy beside the catalog, named after its schema and the time; gives its path."""
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    copy = path.with_name(f"{path.name}.schema{version}-{moment}.backup")
    sqlite.copy_to(engine, path, copy)
    return copy
