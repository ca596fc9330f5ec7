"""What the window remembers between starts: one small JSON file beside the catalog."""

import dataclasses
import json
import logging
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

DEVICES = ("auto", "cpu", "cuda", "mps")
_LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class Settings:
    """A person's choices and the place where they were; every field has a good default.

    ``window_geometry`` is the window system's own blob in base64. ``place`` is ``all``,
    ``failed``, ``folder:<id>`` or ``album:<id>``. ``theme`` is one of
    ``gallery.ui.theme.THEMES``.
    ``precision`` is how the describer computes (``engine.protocol.Precision``), ``device`` where
    (``auto``, ``cpu``, ``cuda`` or ``mps``); after ``idle_minutes`` without work it gives its
    memory back (0: never).
    """

    theme: str = "system"
    thumbnail_px: int = 220
    window_geometry: str = ""
    sidebar_px: int = 236
    place: str = "all"
    photo_id: int = 0
    first_photo_id: int = 0
    checkpoint: str = ""
    precision: str = "exact"
    device: str = "auto"
    idle_minutes: int = 5


def idle_s_of(settings: Settings) -> float | None:
    """Return after how long without work the describer gives its memory back; None: never."""
    return 60.0 * settings.idle_minutes if settings.idle_minutes > 0 else None


class SettingsFile:
    """Reads and writes the settings; rubbish is kept aside and defaults are used."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> Settings:
        """Return the settings; never raises for what the file holds."""
        try:
            return _from_json(self.path.read_bytes())
        except FileNotFoundError:
            return Settings()
        except OSError as error:
            _LOG.warning("settings cannot be read: %s", error)
            return Settings()
        except (ValueError, RecursionError) as error:
            aside = self.path.with_name(self.path.name + ".unreadable")
            _LOG.warning("settings are no settings (%s); kept aside as %s", error, aside)
            try:
                self.path.replace(aside)
            except OSError as reason:
                _LOG.warning("they could not be kept aside: %s", reason)
            return Settings()

    def save(self, settings: Settings) -> None:
        """Write the settings so that a crash leaves the old or the new file, never half of one.

        Raises ``OSError`` where the folder cannot be written.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(dataclasses.asdict(settings), indent=2)
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=self.path.name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self.path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise


def _from_json(data: bytes) -> Settings:
    found = json.loads(data)
    if not isinstance(found, dict):
        raise ValueError("not an object")  # noqa: TRY004 - what json itself raises for rubbish
    settings = Settings()
    for field in dataclasses.fields(Settings):
        value = found.get(field.name, getattr(settings, field.name))
        if type(value) is not type(getattr(settings, field.name)):
            raise ValueError(f"{field.name} is {value!r}")
        setattr(settings, field.name, value)
    return settings
