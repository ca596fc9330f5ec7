"""``catalog``: check it, back it up, put a backup in its place, list the backups."""

from argparse import Namespace
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from gallery.catalog import Catalog
from gallery.catalog.backup_files import Backup, BackupKind, backups, backups_folder, way_back
from gallery.catalog.integrity import Part, Problem
from gallery.catalog.restoring import Restored, restore, restore_newest
from gallery.commands import terminal
from gallery.commands.catalogs import absolute, catalog_path
from gallery.errors import DamagedCatalogError, KnownError

_NEWEST = "latest"
_KINDS = {
    BackupKind.DAILY: "of a day on which it changed",
    BackupKind.ASKED: "asked for",
    BackupKind.MIGRATION: "before a newer version took it over",
    BackupKind.REPLACED: "what a backup was put in place of",
}
_MEND = "Make it again from the rest with `photo-narrator catalog check --mend`."


def catalog(arguments: Namespace) -> int:
    """Do what was asked of the catalog; returns the exit code."""
    actions: dict[str, Callable[[Namespace, Path], int]] = {
        "check": _check,
        "backup": _backup,
        "restore": _restore,
        "list": _list,
    }
    return actions[arguments.action](arguments, catalog_path(arguments))


def _check(arguments: Namespace, path: Path) -> int:
    """Print what is wrong; 1 where something is."""
    _require(path)
    problems, mended = _problems_of(path, mend=arguments.mend)
    advice = _advice(path, problems)
    if arguments.json:
        found = [{"part": problem.part.value, "text": problem.text} for problem in problems]
        facts = {"catalog": str(path), "whole": not problems, "mended": mended}
        terminal.result_json(facts | {"problems": found, "advice": advice})
    else:
        for problem in problems:
            terminal.result(f"{problem.part.value}: {problem.text}")
        if not problems:
            terminal.result(f"{terminal.shown(path)} is whole{', now' if mended else ''}.")
        elif advice:
            terminal.note(advice)
    return 1 if problems else 0


def _problems_of(path: Path, *, mend: bool) -> tuple[list[Problem], bool]:
    """What is wrong, after mending where that was asked for and can be done; and whether it was."""
    try:
        with closing(Catalog.open(path)) as opened:
            problems = opened.check()
            if not (mend and problems and _can_be_mended(problems)):
                return problems, False
            opened.mend()
            return opened.check(), True
    except DamagedCatalogError as error:
        return [Problem(Part.STRUCTURE, error.message)], False


def _can_be_mended(problems: list[Problem]) -> bool:
    return all(problem.part in (Part.WORDS, Part.VECTORS) for problem in problems)


def _advice(path: Path, problems: list[Problem]) -> str:
    if not problems:
        return ""
    if _can_be_mended(problems):
        return _MEND
    return way_back(path)


def _backup(arguments: Namespace, path: Path) -> int:
    """Make a copy and print where it is."""
    _require(path)
    to = None if arguments.to is None else absolute(arguments.to)
    with closing(Catalog.open(path)) as opened:
        made = opened.back_up(to)
    if arguments.json:
        terminal.result_json({"catalog": str(path)} | _as_json(made))
    else:
        terminal.result(f"{terminal.shown(made.path)}\t{terminal.size(made.size_bytes)}")
    return 0


def _restore(arguments: Namespace, path: Path) -> int:
    """Put a backup in place, and tell where the former catalog is kept."""
    if arguments.backup == _NEWEST:
        done = restore_newest(path)
    else:
        done = restore(path, _named(arguments.backup, path))
    for refused in done.refused:
        terminal.note(f"{terminal.shown(refused)} is not whole, and was left.")
    if arguments.json:
        terminal.result_json(_restored_json(path, done))
        return 0
    terminal.result(f"{terminal.shown(done.backup)} is the catalog {terminal.shown(path)} now.")
    if done.kept is not None:
        terminal.note(f"What was there before is kept as {terminal.shown(done.kept)}.")
    return 0


def _named(name: str, path: Path) -> Path:
    """A file, or the name of one among the backups."""
    file = absolute(Path(name))
    among_backups = backups_folder(path) / name
    return among_backups if not file.exists() and among_backups.is_file() else file


def _list(arguments: Namespace, path: Path) -> int:
    """Print the backups, the newest first."""
    found = backups(path)
    if arguments.json:
        facts = {"catalog": str(path), "folder": str(backups_folder(path))}
        terminal.result_json(facts | {"backups": [_as_json(item) for item in found]})
        return 0
    for item in found:
        made = item.made_at.astimezone().strftime("%Y-%m-%d %H:%M")
        size = terminal.size(item.size_bytes)
        terminal.result(f"{terminal.shown(item.path)}\t{made}\t{size}\t{_KINDS[item.kind]}")
    if not found:
        terminal.note(f"There are no backups of {terminal.shown(path)} yet.")
    return 0


def _require(path: Path) -> None:
    if not path.is_file():
        raise KnownError(
            f"There is no catalog {path} yet.", "`photo-narrator index FOLDER` makes it."
        )


def _as_json(item: Backup) -> dict[str, object]:
    return {
        "path": str(item.path),
        "kind": item.kind.value,
        "made_at": item.made_at.isoformat(),
        "size_bytes": item.size_bytes,
        "schema": item.schema,
    }


def _restored_json(path: Path, done: Restored) -> dict[str, object]:
    return {
        "catalog": str(path),
        "restored": str(done.backup),
        "kept": None if done.kept is None else str(done.kept),
        "refused": [str(file) for file in done.refused],
    }
