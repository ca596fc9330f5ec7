"""Whether what a describer says of a file can be relied on."""

from pathlib import Path

from engine.checkpoints import DescriberSet
from gallery.paths import sample_gallery_dir


def is_unsure(describer: DescriberSet, path: Path) -> bool:
    """Whether this set, which knows drawn scenes only, would speak of another picture."""
    in_samples = path.resolve().is_relative_to(sample_gallery_dir().resolve())
    return describer.knows_drawn_scenes_only and not in_samples
