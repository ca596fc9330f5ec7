"""One call from a checkpoint's name or folder to a describer that is ready."""

from pathlib import Path

from engine.checkpoints import SAMPLE, find_set
from engine.describer import Describer
from engine.environment import prepare_environment
from engine.protocol import Precision


def open_describer(
    checkpoint: str = SAMPLE, *, device: str = "auto", precision: Precision = Precision.EXACT
) -> Describer:
    """Load a describer set: "sample", or a folder with BLIP checkpoints in the hub's layout.

    ``device``: auto, cpu, cuda or mps. It takes seconds, opens no network connection, and raises
    :class:`engine.checkpoints.CheckpointError` with a sentence and a hint for people.
    """
    chosen = find_set(checkpoint, sample_dir=sample_dir())
    prepare_environment()
    from engine.blip.describer import BlipDescriber  # seconds to import: only when needed

    return BlipDescriber(
        chosen.captioner, chosen.matcher, device, chosen.answerer, precision=precision
    )


def sample_dir() -> Path:
    """The bundled checkpoint, in a checkout or beside the installed packages."""
    root = Path(__file__).resolve().parent.parent
    for resources in (root / "resources", root / "gallery" / "resources"):
        if resources.is_dir():
            return resources / "checkpoints" / SAMPLE
    return root / "resources" / "checkpoints" / SAMPLE
