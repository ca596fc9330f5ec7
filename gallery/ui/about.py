"""What the program says of itself."""

from importlib.metadata import PackageNotFoundError, version

from gallery.ui.words import tr


def about_text() -> str:
    """Return a few plain sentences."""
    try:
        number = version("photo-narrator")
    except PackageNotFoundError:
        number = ""
    return "\n\n".join(
        [
            f"Photo Narrator {number}".strip(),
            tr(
                "Describes your photos on your own computer, finds them by what is in them, and "
                "tells them aloud. Nothing leaves this computer."
            ),
            tr(
                "Captions come from BLIP, a network that sometimes errs: it writes short English "
                "sentences, counts badly and reads no text. A caption is a draft; F2 corrects it, "
                "and your words are never overwritten."
            ),
        ]
    )
