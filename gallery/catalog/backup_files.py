"""Copies of a catalog: in a folder beside it, named after what they were made for and when."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

_NAME = re.compile(r"(daily|asked|migration|replaced)-(\d{8}T\d{12}Z)\.sqlite")
_MOMENT = "%Y%m%dT%H%M%S%fZ"
_SCHEMA_AT = slice(60, 64)
_TO_RESTORE = (
    "Put the newest good backup in its place with `photo-narrator catalog restore latest`; what is"
    " there now is kept. Your photos are safe."
)
_TO_MOVE_AWAY = (
    "There is no backup of it. Move it away to start with a new one. Your photos are safe."
)

#: The end of the name of what is not finished; whoever holds the lock may remove it.
PARTIAL = ".partial"
#: What SQLite keeps beside a database and needs to read it.
JOURNALS = ("-wal", "-journal")


class BackupKind(StrEnum):
    """Why a copy was made. Only daily ones are removed again, the oldest first."""

    DAILY = "daily"
    ASKED = "asked"
    MIGRATION = "migration"
    REPLACED = "replaced"  # the catalog that a backup was put in place of


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy of a catalog. ``schema``: its version, None where the file is no database."""

    path: Path
    kind: BackupKind
    made_at: datetime
    size_bytes: int
    schema: int | None


def backups_folder(catalog: Path) -> Path:
    """Where the copies of this catalog lie: a folder of its own beside it (not created)."""
    return catalog.with_name(f"{catalog.name}.backups")


def backup_path(catalog: Path, kind: BackupKind, moment: datetime) -> Path:
    """The place of a copy that is of this moment."""
    stamp = moment.astimezone(UTC).strftime(_MOMENT)
    return backups_folder(catalog) / f"{kind.value}-{stamp}.sqlite"


def backups(catalog: Path) -> list[Backup]:
    """All copies of this catalog, the newest first. Raises ``OSError``."""
    try:
        files = list(backups_folder(catalog).iterdir())
    except FileNotFoundError:
        return []
    found = [backup for file in files if (backup := backup_of(file)) is not None]
    found = [backup for backup in found if not is_the_catalog(backup, catalog)]
    return sorted(found, key=lambda backup: backup.made_at, reverse=True)


def way_back(catalog: Path) -> str:
    """What to do about a catalog that is damaged, in a sentence or two."""
    try:
        restorable = any(item.kind is not BackupKind.REPLACED for item in backups(catalog))
    except OSError:
        restorable = False
    return _TO_RESTORE if restorable else _TO_MOVE_AWAY


def backup_of(file: Path) -> Backup | None:
    """What a file is by its name; None where it is no finished copy, or gone by now."""
    parts = _NAME.fullmatch(file.name)
    if parts is None:
        return None
    try:
        moment = datetime.strptime(parts[2], _MOMENT).replace(tzinfo=UTC)
        size = file.stat().st_size
    except (ValueError, OSError):
        return None
    return Backup(file, BackupKind(parts[1]), moment, size, schema_of(file))


def is_the_catalog(backup: Backup, catalog: Path) -> bool:
    """Whether it is the catalog itself under a second name, and nothing that only it has.

    So it is where a restore ended between keeping the catalog and replacing it.
    """
    try:
        same = backup.path.samefile(catalog)
    except OSError:
        return False
    return same and not any(beside(backup.path, end).exists() for end in JOURNALS)


def beside(path: Path, suffix: str) -> Path:
    """The file of this name and suffix."""
    return path.with_name(path.name + suffix)


def schema_of(file: Path) -> int | None:
    """The schema that a database says it has, read from its header; None where it is none."""
    try:
        with file.open("rb") as opened:
            header = opened.read(100)
    except OSError:
        return None
    if not header.startswith(b"SQLite format 3\0") or len(header) < 100:
        return None
    return int.from_bytes(header[_SCHEMA_AT], "big")
