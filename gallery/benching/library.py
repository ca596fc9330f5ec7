"""The library at any size, beside what people do instead, in the same run."""

import importlib.metadata
import platform
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from engine.environment import usable_cores
from gallery.benching import peers, scanning, thumbnails
from gallery.benching.exhaustive import Exhaustive
from gallery.benching.held import held
from gallery.benching.made_up import MIX, Asked, Collection, queries
from gallery.benching.scenes import Floats, described_scenes
from gallery.catalog import Catalog
from gallery.catalog.importing import ImportedPhoto
from gallery.library.searcher import Searcher
from gallery.library.text_vector import TextVector

Measured = dict[str, Any]
BEST = 50
_QUERIES, _NEAREST, _OF_PEERS = 200, 20, 3
_IMPORTED, _IMPORTS = 100_000, 3
_STARTS = 3
_SCANNED, _THUMBNAIL_TURNS = 100_000, 9
_ASKED_WHEN_HELD = 20
_COMPARED, _TIE = 20, 1e-3


def measure(photos: int, place: Path) -> Measured:
    """Make a collection of so many photos in ``place`` and measure everything on it."""
    made = Collection(described_scenes(place), Path("/pictures"), photos)
    path = place / "catalog.sqlite"
    result: Measured = {
        "photos": photos,
        "dimension": int(made.images.shape[1]),
        "machine": machine(),
        "import": _import(made, place, path),
    }
    asked = queries(made, _QUERIES)
    with _opened(path) as catalog:
        now: list[TextVector] = []
        searcher = Searcher(catalog, lambda _: now[-1], made.matcher)
        begun = time.perf_counter()
        searcher.refresh()
        result["vectors_from_catalog_s"] = time.perf_counter() - begun
        result["search"] = _search(searcher, asked, now)
        exhaustive = Exhaustive.of(catalog, made.matcher)
        result["nearest"] = _nearest(searcher, exhaustive, asked, place)
        result["agreement"] = _agreement(searcher, exhaustive, asked, now)
        del exhaustive
        searcher.close()
    result["start"], result["memory"] = _held(made, path, place, asked)
    result["scan"] = scanning.measure(min(photos, _SCANNED), place=place)
    result["thumbnails"] = thumbnails.measure(turns=_THUMBNAIL_TURNS)
    return result


def machine() -> Measured:
    """The processor and the versions that matter."""
    return {
        "processor": _processor(),
        "cores": usable_cores(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "numpy": np.__version__,
        "simsimd": importlib.metadata.version("simsimd"),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return platform.processor()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor())


@contextmanager
def _opened(path: Path) -> Iterator[Catalog]:
    catalog = Catalog.open(path)
    try:
        yield catalog
    finally:
        catalog.close()


def _import(made: Collection, place: Path, path: Path) -> Measured:
    """Import the collection; and a part of it that fits in memory, by us and by the driver."""
    some = list(islice(made.photos(), _IMPORTED))
    rows: peers.Rows | None = None
    ours_s, raw_s = [], []
    for turn in range(_IMPORTS):
        ours, raw = place / f"ours{turn}.sqlite", place / f"raw{turn}.sqlite"
        ours_s.append(_imported(made, ours, some))
        rows = rows or peers.rows_of(ours)
        Catalog.open(raw).close()  # the same tables and indexes
        raw_s.append(_timed(partial(peers.write_rows, raw, rows)))
        for each in (ours, raw):
            each.unlink()
    del rows
    whole_s = _imported(made, path, made.photos())
    return {
        "photos": len(some),
        "ours_s": statistics.median(ours_s),
        "raw_sqlite3_s": statistics.median(raw_s),
        "ratio": statistics.median(raw / ours for raw, ours in zip(raw_s, ours_s, strict=True)),
        "whole_collection_s": whole_s,
    }


def _imported(made: Collection, path: Path, items: Iterable[ImportedPhoto]) -> float:
    with _opened(path) as catalog:
        folder = catalog.add_folder(made.root)
        begun = time.perf_counter()
        catalog.import_photos(folder.id, items, captioner=made.captioner, matcher=made.matcher)
        return time.perf_counter() - begun


def _search(searcher: Searcher, asked: Sequence[Asked], now: list[TextVector]) -> Measured:
    """Each query once, with its vector in hand."""
    taken: dict[str, list[float]] = {kind: [] for kind in MIX}
    for one in asked:
        now[:] = [TextVector(one.vector, ())]
        taken[one.kind].append(_timed(partial(searcher.search, one.text, limit=BEST)))
    every = [seconds for some in taken.values() for seconds in some]
    return {
        "queries": len(asked),
        "mix": MIX,
        "all": _spread(every),
        "kinds": {kind: _spread(some) for kind, some in taken.items() if some},
    }


def _spread(seconds: Sequence[float]) -> Measured:
    return {
        "median_s": statistics.median(seconds),
        "p95_s": float(np.percentile(seconds, 95)),
        "slowest_s": max(seconds),
    }


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _nearest(
    searcher: Searcher, exhaustive: Exhaustive, asked: Sequence[Asked], place: Path
) -> Measured:
    """The nearest photos alone: ours and the others in turn, on the same vectors and queries."""
    matrix, ids = exhaustive.matrix, exhaustive.ids
    rclip = peers.Rclip(place / "rclip.sqlite", matrix)
    told: Measured = {"best": BEST}
    others: dict[str, Callable[[Floats], object]] = {
        "rclip": lambda query: rclip.nearest(query, BEST)
    }
    try:
        vec = peers.SqliteVec(place / "vec.sqlite", matrix)
        others["sqlite_vec"] = lambda query: vec.nearest(query, BEST)
    except RuntimeError as error:
        told["without_sqlite_vec"] = str(error)
    ours_s, numpy_s, shared = [], [], 0
    others_s: dict[str, list[float]] = {name: [] for name in others}
    for number, one in enumerate(asked[:_NEAREST]):
        ours_s.append(_timed(partial(searcher.near, one.vector, BEST)))
        numpy_s.append(_timed(partial(peers.of_numpy, matrix, one.vector, BEST)))
        right = set(ids[peers.of_numpy(matrix, one.vector, BEST)].tolist())
        shared += len(right & set(searcher.near(one.vector, BEST).ids.tolist()))
        if number < _OF_PEERS:
            for name, work in others.items():
                others_s[name].append(_timed(partial(work, one.vector)))
    rclip.close()
    ours = statistics.median(ours_s)
    peers_s = {"numpy": numpy_s, **others_s}
    return told | {
        "ours_s": ours,
        "recall": shared / sum(min(BEST, len(ids)) for _ in asked[:_NEAREST]),
        **{f"{name}_s": statistics.median(some) for name, some in peers_s.items()},
        "ratios": {name: statistics.median(some) / ours for name, some in peers_s.items()},
    }


def _agreement(
    searcher: Searcher, exhaustive: Exhaustive, asked: Sequence[Asked], now: list[TextVector]
) -> Measured:
    """Whole searches beside a comparison with everything: how many of the best hits are the same.

    A hit counts as right where its score is that of the last of the best, to a thousandth, or more.
    """
    right, hits = 0, 0
    for one in asked[:: max(1, len(asked) // _COMPARED)]:
        now[:] = [TextVector(one.vector, ())]
        found = searcher.search(one.text, limit=BEST).hits
        scores = exhaustive.scores(one.text, one.vector)
        last = sorted(scores.values(), reverse=True)[:BEST]
        right += sum(scores.get(hit.photo_id, -1.0) >= last[-1] - _TIE for hit in found)
        hits += max(len(last), len(found))
    return {"queries": _COMPARED, "hits": hits, "share": right / hits if hits else 1.0}


def _held(
    made: Collection, path: Path, place: Path, asked: Sequence[Asked]
) -> tuple[Measured, Measured]:
    """A new process on the catalog, some times; and one on an empty catalog."""
    empty = place / "empty.sqlite"
    Catalog.open(empty).close()
    some = asked[:_ASKED_WHEN_HELD]
    base = held(empty, made.matcher, some)
    runs = [held(path, made.matcher, some) for _ in range(_STARTS)]
    start = {
        name: statistics.median(run[name] for run in runs)
        for name in ("start_s", "open_s", "ids_s", "first_rows_s", "vectors_s")
    }
    empty_mib = base["private_mib"]
    if empty_mib is None:
        return start, {"empty_mib": None, "most_mib": None, "over_empty_mib": None}
    most = max(run["private_mib"] for run in runs)
    memory = {"empty_mib": empty_mib, "most_mib": most, "over_empty_mib": most - empty_mib}
    return start, memory
