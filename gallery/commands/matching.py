"""How sure a matcher is, as commands tell it."""

from engine.checkpoints import DescriberSet
from gallery.commands import terminal


def note_bands(describer: DescriberSet) -> None:
    """Say on stderr where the words for scores were not measured with this checkpoint."""
    if describer.matcher is not None and not describer.match_bands.calibrated:
        terminal.note(
            f"How sure “{describer.name}” is was never measured: “certain” and “probably” are "
            "cautious guesses by its scores."
        )
