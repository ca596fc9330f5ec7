"""Bringing a catalog up to date: steps, each in one transaction, with a copy kept before."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from gallery.catalog import sqlite
from gallery.catalog.backup_files import BackupKind, backup_path
from gallery.catalog.backups import backing_up, write_copy
from gallery.catalog.migrations import STEPS, Step
from gallery.errors import CatalogError


def bring_up_to_date(engine: Engine, path: Path, steps: Sequence[Step] = STEPS) -> None:
    """Run the steps that the catalog lacks. Call it under the opening lock.

    Raises ``CatalogError`` where the catalog is newer than this program or no catalog at all.
    """
    with sqlite.reading(engine, path) as connection:
        version = sqlite.schema_version(connection)
        foreign = sqlite.is_foreign(connection)
    if foreign:
        raise sqlite.not_a_catalog(path)
    if version > steps[-1].number:
        raise CatalogError(
            f"The catalog {path} was made by a newer version of Photo Narrator.",
            "Update Photo Narrator, or name another catalog with --catalog.",
        )
    missing = [step for step in steps if step.number > version]
    if missing and version > 0:
        keep_copy(engine, path)
    for step in missing:
        with sqlite.writing(engine, path, durable=True) as connection:
            step.change(connection)
            sqlite.note_step(connection, step.number, step.title)


def keep_copy(engine: Engine, path: Path) -> Path:
    """A complete copy among the backups, named after the time; gives its path."""
    copy = backup_path(path, BackupKind.MIGRATION, datetime.now(UTC))
    with backing_up(path):
        write_copy(engine, path, copy)
    return copy
