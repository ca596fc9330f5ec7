"""Which describer set a name or a folder means in this program."""

from pathlib import Path

from engine.checkpoints import SAMPLE, DescriberSet, find_set
from engine.installed import installed_folders
from gallery.paths import checkpoints_dir, resources_dir


def describer_set(name_or_folder: str) -> DescriberSet:
    """Return the bundled sample, an installed set or the one in a folder.

    Raises :class:`engine.checkpoints.CheckpointError`.
    """
    sample_dir = resources_dir() / "checkpoints" / SAMPLE
    return find_set(name_or_folder, sample_dir=sample_dir, store_dir=checkpoints_dir())


def lasting_name(name_or_folder: str, folder: Path) -> str:
    """Return what to remember of a set that was named: its name, else its ``folder`` as a whole."""
    installed = installed_folders(checkpoints_dir(), name_or_folder) is not None
    return name_or_folder if installed else str(folder)
