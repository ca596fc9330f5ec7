"""Pictures of the decoder and the thumbnails as Qt's; may be made on any thread."""

from PySide6.QtGui import QImage


def image_of(jpeg: bytes) -> QImage:
    """A JPEG as an image; a null one where it is damaged.

    The format is named, for else Qt asks each of its readers. The one for SVG makes objects and
    connects them, under a lock that the GUI thread may hold while it waits for Python's own lock,
    which is held here: neither would ever go on.
    """
    return QImage.fromData(jpeg, "JPEG")  # type: ignore[arg-type]  # its stub errs: it takes text
