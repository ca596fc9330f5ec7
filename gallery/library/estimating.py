"""How long describing a folder takes on this computer, and how much room that needs."""

import math
import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from engine.checkpoints import DescriberSet
from engine.protocol import CheckpointRef, Precision
from gallery.library.events import Event, ProgressChanged
from gallery.library.machine_notes import MachineNotes
from gallery.library.scan import meet

#: From so many photos on a person is asked before they are described.
WORTH_ASKING = 3_000
#: A thumbnail of 256 px (17 KiB), and caption, words, vector and indexes in the catalog.
_PHOTO_BYTES = 21_000
# Core seconds a photo for each GB of a captioner's float32 weights: BLIP base, 0.9 GB, took 2.0 on
# one thread, with its vector (see docs/performance.md). An accelerator is quicker.
_CORE_SECONDS_A_GB = 2.2
_ROUNDED_SHARE = 0.5
_LEAST_GUESS_S = 0.02
_LEAST_MEASURED = 20


@dataclass(frozen=True, slots=True)
class Estimate:
    """What describing a folder costs.

    ``photos``: that lie in it; ``to_describe``: of these, not described so far. ``seconds``: None
    where no describer may describe them. ``measured``: on this computer with this describer; else
    it is a guess. ``space_bytes``: for thumbnails and catalog.
    """

    path: Path
    photos: int
    to_describe: int
    seconds: float | None
    measured: bool
    space_bytes: int

    @property
    def is_worth_asking(self) -> bool:
        """Whether a person should hear of it first."""
        return self.to_describe >= WORTH_ASKING


def count_photos(
    folder: Path,
    *,
    left_out: Collection[Path] = (),
    cancelled: Callable[[], bool] = lambda: False,
) -> int:
    """Count what a scan would list. Raises ``scan.RootGoneError``."""
    return sum(1 for _ in meet(folder, left_out=left_out, cancelled=cancelled))


def estimate(
    path: Path, photos: int, described: int, seconds_a_photo: tuple[float, bool] | None
) -> Estimate:
    """Put an estimate together; ``seconds_a_photo`` with whether it was measured."""
    to_describe = max(0, photos - described)
    seconds = None if seconds_a_photo is None else to_describe * seconds_a_photo[0]
    measured = seconds_a_photo is not None and seconds_a_photo[1]
    return Estimate(path, photos, to_describe, seconds, measured, to_describe * _PHOTO_BYTES)


def pace_of(
    describer: DescriberSet, precision: Precision, notes: MachineNotes
) -> tuple[float, bool] | None:
    """Seconds a photo and whether they were measured here; None without a describer."""
    if describer.captioner is None and describer.matcher is None:
        return None
    known = notes.seconds_a_photo(pace_name(describer, precision))
    if known is not None:
        return known, True
    sizes = (_weights_gb(part) for part in (describer.captioner, describer.matcher))
    share = 1.0 if precision is Precision.EXACT else _ROUNDED_SHARE
    cores = max(1, (os.cpu_count() or 1) - 1)
    return max(_LEAST_GUESS_S, max(sizes) * _CORE_SECONDS_A_GB * share / cores), False


def pace_name(describer: DescriberSet, precision: Precision) -> str:
    """Under which name a pace is noted."""
    return f"{describer.name}, {precision}"


class PaceKeeper:
    """Notes how fast this computer describes, whenever it has done some."""

    def __init__(self, notes: MachineNotes, name: str) -> None:
        self._notes, self._name = notes, name
        self._per_second = 0.0

    def hear(self, event: Event) -> None:
        """Listen to the bus."""
        if not isinstance(event, ProgressChanged):
            return
        progress = event.progress
        if progress.phase == "describing":
            if progress.per_second and progress.done >= _LEAST_MEASURED:
                self._per_second = progress.per_second
        elif self._per_second:
            self._notes.note_seconds_a_photo(self._name, 1 / self._per_second)
            self._per_second = 0.0


def roughly(photos: int) -> int:
    """Round a number of photos as it is said: 23,418 as 23,400."""
    digits = int(math.log10(max(photos, 1)))
    return round(photos, min(0, 2 - digits))


def _weights_gb(part: CheckpointRef | None) -> float:
    if part is None:
        return 0.0
    files = [*Path(part.folder).glob("*.safetensors"), *Path(part.folder).glob("pytorch_model.bin")]
    return max((file.stat().st_size for file in files), default=0) / 1e9
