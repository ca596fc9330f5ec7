"""A large catalog, described at full speed through the real process and pipe."""

import os
import queue
import time
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import psutil

from engine.checkpoints import DescriberSet
from engine.protocol import CheckpointRef
from gallery.catalog import Catalog
from gallery.domain import FoundFile, Metadata
from gallery.library.describing import Describing
from gallery.library.engine_client import EngineClient
from gallery.library.engine_deliveries import Delivery
from gallery.library.events import EventBus
from gallery.library.searcher import Searcher
from tests.torture import fast_describer
from tests.torture.killing import Figures

_REF = CheckpointRef("fast", "1", "/nowhere")
_ADDED_AT_ONCE = 20_000
_LOOKS = 200
_GROWTH = 1.05
_SILENCE_S = 60.0


def load(folder: Path, *, photos: int, describe: int) -> Figures:
    """Put ``photos`` into a catalog, describe some, and see whether anything grows."""
    figures = Figures()
    folder.mkdir(parents=True, exist_ok=True)
    with closing(Catalog.open(folder / "catalog.sqlite")) as catalog:
        began = time.monotonic()
        _fill(catalog, folder, photos)
        figures.facts["photos"] = photos
        figures.facts["photos stored in a second"] = _rate(photos, began)
        _describe(catalog, describe, figures)
        _look(catalog, figures)
    size = (folder / "catalog.sqlite").stat().st_size
    figures.facts["bytes of the catalog for each photo"] = round(size / photos)
    return figures


def _fill(catalog: Catalog, folder: Path, photos: int) -> None:
    root = catalog.add_folder(folder)
    begin = datetime.fromisoformat("2000-01-01")
    for first in range(0, photos, _ADDED_AT_ONCE):
        numbers = range(first, min(first + _ADDED_AT_ONCE, photos))
        files = [
            FoundFile(folder / f"{number // 1000:04}" / f"IMG_{number:07}.jpg", 4_000_000, number)
            for number in numbers
        ]
        told = [
            Metadata(
                "JPEG",
                4000,
                3000,
                begin + timedelta(minutes=number),
                "exif",
                number.to_bytes(16, "little"),
            )
            for number in numbers
        ]
        catalog.set_metadata(list(zip(catalog.add_files(root.id, files), told, strict=True)))


def _describe(catalog: Catalog, wanted: int, figures: Figures) -> None:
    bus = EventBus()
    chosen = DescriberSet("fast", _REF, _REF, False, "", "")
    engine = EngineClient(chosen, bus, entry=fast_describer.serve, idle_s=None)
    news: queue.SimpleQueue[Delivery] = queue.SimpleQueue()
    engine.deliver_to(news.put)
    describing = Describing(catalog, engine, publish=bus.publish)
    looks: list[_Look] = []
    began = time.monotonic()
    try:
        while describing.done < wanted:
            describing.fill()
            describing.take(news.get(timeout=_SILENCE_S))
            while not news.empty():
                describing.take(news.get())
            describing.store_if_due()
            if describing.done >= len(looks) * wanted / _LOOKS:
                looks.append(_Look(engine.pid))
        figures.facts["photos described"] = describing.done
        figures.facts["photos described in a second"] = _rate(describing.done, began)
    finally:
        engine.stop()
    if catalog.counts().captioned != describing.done or describing.failed:
        figures.losses.append(f"{catalog.counts()} after {describing.done} were described")
    _compare(looks, figures)


class _Look:
    """Memory, threads and open files of the program and of its describer."""

    def __init__(self, engine: int | None) -> None:
        ours, theirs = psutil.Process(os.getpid()), psutil.Process(engine)
        self.facts = {
            "bytes of the program": ours.memory_info().rss,
            "bytes of the describer": theirs.memory_info().rss,
            "threads of the program": ours.num_threads(),
            "threads of the describer": theirs.num_threads(),
            "open files of the program": ours.num_fds(),
            "open files of the describer": theirs.num_fds(),
        }


def _compare(looks: list[_Look], figures: Figures) -> None:
    """The last tenth of the work against its first, of which the very beginning is left out."""
    tenth = len(looks) // 10
    for name in looks[0].facts:
        first, last = (
            sum(look.facts[name] for look in some) / len(some)
            for some in (looks[tenth : 2 * tenth], looks[-tenth:])
        )
        figures.facts[f"{name}, second tenth"] = round(first)
        figures.facts[f"{name}, last tenth"] = round(last)
        if last > first * _GROWTH:
            figures.losses.append(f"{name} grew from {first:,.0f} to {last:,.0f}")


def _look(catalog: Catalog, figures: Figures) -> None:
    """What a person would wait for in a catalog of this size."""
    searcher = Searcher(catalog, lambda text: None)
    for name, deed in (
        ("milliseconds to list all photos", lambda: catalog.photo_ids()),
        ("milliseconds to count", lambda: catalog.counts()),
        ("milliseconds to search words", lambda: searcher.by_words("boats and gulls", limit=100)),
    ):
        began = time.monotonic()
        deed()
        figures.facts[name] = round(1000 * (time.monotonic() - began))
    figures.losses += [str(problem) for problem in catalog.check()]


def _rate(number: int, began: float) -> int:
    return round(number / (time.monotonic() - began))
