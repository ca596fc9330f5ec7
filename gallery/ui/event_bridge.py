"""What the library tells on any thread, as signals on the GUI thread."""

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from gallery.library.events import (
    EngineChanged,
    Event,
    EventBus,
    FoldersChanged,
    Notice,
    PhotosAdded,
    PhotosChanged,
    PhotosDescribed,
    ProgressChanged,
    ThumbnailsReady,
)

_CALM_MS = 400


class EventBridge(QObject):
    """Subscribes to the bus until :meth:`close`.

    ``list_changed`` comes at most about twice a second, however many photos are added.
    """

    photos_changed = Signal(object)  # tuple of ids
    thumbnails_ready = Signal(object)  # tuple of ids
    list_changed = Signal()
    folders_changed = Signal()
    progress_changed = Signal(object)  # Progress
    engine_changed = Signal(object)  # EngineState
    noticed = Signal(str, str)
    _heard = Signal(object)

    def __init__(self, bus: EventBus, parent: QObject) -> None:
        super().__init__(parent)
        self._calm = QTimer(self, singleShot=True, interval=_CALM_MS)
        self._calm.timeout.connect(self.list_changed)
        self._heard.connect(self._on_heard, Qt.ConnectionType.QueuedConnection)
        self._open = True
        self._unsubscribe = bus.subscribe(self._take)

    def close(self) -> None:
        """Hear nothing more."""
        self._open = False
        self._unsubscribe()

    def _take(self, event: Event) -> None:
        if self._open:
            self._heard.emit(event)

    def _on_heard(self, event: Event) -> None:
        match event:
            case PhotosChanged(ids) | PhotosDescribed(ids):
                self.photos_changed.emit(ids)
                self._stir()
            case ThumbnailsReady(ids):
                self.thumbnails_ready.emit(ids)
            case PhotosAdded():
                self._stir()
            case FoldersChanged():
                self.folders_changed.emit()
                self._stir()
            case ProgressChanged(progress):
                self.progress_changed.emit(progress)
            case EngineChanged(state):
                self.engine_changed.emit(state)
            case Notice(message, hint):
                self.noticed.emit(message, hint)

    def _stir(self) -> None:
        if not self._calm.isActive():
            self._calm.start()
