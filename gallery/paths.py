"""Where things lie: the program's resources and a person's data, cache and settings."""

import os
from pathlib import Path

import platformdirs

_APP = "photo-narrator"


def resources_dir() -> Path:
    """The bundled resources, in a checkout or in an installed package."""
    package = Path(__file__).resolve().parent
    inside = package / "resources"
    return inside if inside.is_dir() else package.parent / "resources"


def sample_gallery_dir() -> Path:
    """The bundled sample gallery."""
    return resources_dir() / "samples"


def data_dir() -> Path:
    """Where the catalog lies by default; ``PHOTO_NARRATOR_HOME`` overrides it (not created)."""
    home = os.environ.get("PHOTO_NARRATOR_HOME")
    return Path(home) if home else Path(platformdirs.user_data_dir(_APP, appauthor=False))


def default_catalog_path() -> Path:
    """The catalog used where none is named."""
    return data_dir() / "catalog.sqlite"


def checkpoints_dir() -> Path:
    """Where installed checkpoints lie (not created)."""
    return data_dir() / "checkpoints"


def log_path() -> Path:
    """The log that an error dialog points at."""
    return data_dir() / "photo-narrator.log"
