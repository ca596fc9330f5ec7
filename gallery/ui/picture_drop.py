"""A picture dropped on the search box, or pasted into it: photos like it are wanted."""

from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Signal
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit

from engine.images import SUFFIXES


class PictureDrop(QObject):
    """Watches a line of text; text that is dropped or pasted is text as before."""

    file_given = Signal(Path)
    image_given = Signal(QImage)

    def __init__(self, line: QLineEdit) -> None:
        super().__init__(line)
        self._line = line
        line.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take pictures; leave everything else to the line."""
        kinds = (QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop)
        if isinstance(event, QDropEvent) and event.type() in kinds:
            return self._on_drag(event)
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            return event.matches(QKeySequence.StandardKey.Paste) and self._give(
                QGuiApplication.clipboard().mimeData()
            )
        return super().eventFilter(watched, event)

    def _on_drag(self, event: QDropEvent) -> bool:
        data = event.mimeData()
        if _file(data) is None and not data.hasImage():
            return False
        event.acceptProposedAction()
        if event.type() is QEvent.Type.Drop:
            self._give(data)
        return True

    def _give(self, data: QMimeData | None) -> bool:
        if data is None:
            return False
        path = _file(data)
        if path is not None:
            self.file_given.emit(path)
            return True
        image = data.imageData() if data.hasImage() and not data.hasText() else None
        if isinstance(image, QImage):
            self.image_given.emit(image)
            return True
        return False


def _file(data: QMimeData) -> Path | None:
    """The one file that is given, where it is named as a picture is."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    if len(paths) != 1 or paths[0].suffix.lower() not in SUFFIXES:
        return None
    return paths[0]
