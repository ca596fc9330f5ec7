"""What the library tells: facts that were stored first and are announced then."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the indexer is.

    ``phase``: "idle", "scanning", "reading" (headers and thumbnails), "describing", "paused" or
    "waiting" (another program is indexing this catalog); "checking" where a command holds captions
    against photos. ``done`` of ``total`` photos in this phase since the work began; ``total`` is 0
    while it is not known (scanning counts files).
    ``per_second`` and ``seconds_left`` are smoothed, and None until they can be told.
    ``failed`` counts the photos that failed since the work began.
    """

    phase: str = "idle"
    done: int = 0
    total: int = 0
    seconds_left: float | None = None
    per_second: float | None = None
    failed: int = 0


@dataclass(frozen=True, slots=True)
class EngineState:
    """How the describer stands.

    ``phase``: "off" (not needed yet), "starting", "ready" or "failed". ``device`` is "cpu", "cuda"
    or "mps" when ready. ``detail`` is a sentence for people where it failed.
    """

    phase: str = "off"
    device: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PhotosAdded:
    """These photos are new in the catalog."""

    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PhotosChanged:
    """Metadata, whereabouts, failure or caption of these photos changed."""

    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ThumbnailsReady:
    """Thumbnails of these photos can be had now (made or made again)."""

    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PhotosDescribed:
    """A describer's captions or vectors of these photos were stored."""

    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FoldersChanged:
    """A folder was added, removed, connected, disconnected or allowed."""


@dataclass(frozen=True, slots=True)
class ProgressChanged:
    """The indexer went on (at most about five a second)."""

    progress: Progress


@dataclass(frozen=True, slots=True)
class EngineChanged:
    """The describer's state changed."""

    state: EngineState


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person should know once: what, and what to do."""

    message: str
    hint: str = ""


Event = (
    PhotosAdded
    | PhotosChanged
    | ThumbnailsReady
    | PhotosDescribed
    | FoldersChanged
    | ProgressChanged
    | EngineChanged
    | Notice
)


class EventBus:
    """Carries events to whoever subscribed, on the thread that publishes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._subscribers: tuple[Callable[[Event], None], ...] = ()

    def subscribe(self, subscriber: Callable[[Event], None]) -> Callable[[], None]:
        """Call ``subscriber`` with every event from now on; returns what ends that."""
        with self._lock:
            self._subscribers = (*self._subscribers, subscriber)

        def unsubscribe() -> None:
            with self._lock:
                self._subscribers = tuple(
                    item for item in self._subscribers if item is not subscriber
                )

        return unsubscribe

    def publish(self, event: Event) -> None:
        """Tell every subscriber; one that fails is logged and keeps nobody else from hearing."""
        for subscriber in self._subscribers:
            try:
                subscriber(event)
            except Exception:  # noqa: BLE001 - a listener's bug must not end the thread that tells
                _LOG.exception("a subscriber failed on %s", type(event).__name__)
