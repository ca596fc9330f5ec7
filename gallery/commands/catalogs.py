"""Which catalog a command works on, and what is remembered beside it."""

import os
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.protocol import Precision
from gallery.catalog import Catalog
from gallery.domain import Photo
from gallery.errors import KnownError
from gallery.paths import default_catalog_path
from gallery.settings import DEVICES, SettingsFile, idle_s_of


def absolute(path: Path) -> Path:
    """Return a path that was typed as the catalog keeps it: from the root, without "..".

    Links are kept: a person who adds a link to a drive wants the link's name.
    """
    return Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 - resolve() would follow links


def catalog_path(arguments: Namespace) -> Path:
    """Return the catalog that was named, or the platform's own."""
    named: Path | None = arguments.catalog
    return absolute(named) if named else default_catalog_path()


@contextmanager
def opened_catalog(arguments: Namespace) -> Iterator[Catalog]:
    """Open the catalog alone: no process is started."""
    catalog = Catalog.open(catalog_path(arguments))
    try:
        yield catalog
    finally:
        catalog.close()


def remembered_checkpoint(path: Path) -> str | None:
    """Return the checkpoint that was chosen for a catalog in the window or by ``index``."""
    return settings_of(path).load().checkpoint or None


def chosen_precision(arguments: Namespace) -> Precision:
    """Return the precision that was named, else the one set for this catalog."""
    named: str | None = arguments.precision
    set_here = settings_of(catalog_path(arguments)).load().precision
    try:
        return Precision(named or set_here)
    except ValueError:
        raise KnownError(
            f"“{set_here}” in settings.json is no precision of the describer.",
            f"Choose one of: {', '.join(Precision)}.",
        ) from None


def chosen_device(arguments: Namespace) -> str:
    """Return the device that was named, else the one set for this catalog."""
    named: str | None = arguments.device
    set_here = settings_of(catalog_path(arguments)).load().device
    if named is None and set_here not in DEVICES:
        raise KnownError(
            f"“{set_here}” in settings.json is no device of the describer.",
            f"Choose one of: {', '.join(DEVICES)}.",
        )
    return named or set_here


def remembered_idle_s(path: Path) -> float | None:
    """Return after how long without work the describer gives its memory back; None: never."""
    return idle_s_of(settings_of(path).load())


def remember_checkpoint(path: Path, folder: str) -> None:
    """Let later commands on this catalog, and the window, use the same checkpoint."""
    file = settings_of(path)
    settings = file.load()
    if settings.checkpoint != folder:
        settings.checkpoint = folder
        file.save(settings)


def settings_of(path: Path) -> SettingsFile:
    """Return the settings that lie beside a catalog."""
    return SettingsFile(path.with_name("settings.json"))


def photo_of(catalog: Catalog, path: Path) -> Photo:
    """Return the photo with this path; KnownError where the catalog does not have it."""
    named = absolute(path)
    photo = catalog.photo_by_path(named) or catalog.photo_by_path(named.resolve())
    if photo is None:
        raise KnownError(
            f"{path} is not in the catalog.",
            f"Index its folder first: `photo-narrator index {path.parent}`.",
        )
    return photo
