"""How long a scan takes where nothing changed, beside the way of looking up one file after another.

The other way is rclip's (2025): ``os.walk``, for every file a SELECT by its path, and ``pathlib``'s
``stat`` to see whether it changed. Both look at the same files and the same number of rows, in turn
and in the same run; the median of some turns counts.
"""

import os
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TypeAlias

from engine.images import SUFFIXES
from gallery.catalog import Catalog
from gallery.domain import Folder
from gallery.library.scan import meet
from gallery.library.scanner import Scanner

_IN_A_FOLDER = 500
Figures: TypeAlias = dict[str, float]


def measure(photos: int = 100_000, *, turns: int = 3, place: Path | None = None) -> Figures:
    """Make a folder of so many small files and measure both ways; what was made is removed.

    ``place``: where (the system's temporary folder). Gives seconds: ``scan_s`` (walk and
    comparison), ``walk_s`` of it for the walk alone, ``rclip_s``; and ``files_per_s``,
    ``compared_per_s`` (files a second after the walk), ``ratio`` (``rclip_s / scan_s``).
    """
    with tempfile.TemporaryDirectory(prefix="photo-narrator-bench-", dir=place) as made:
        home = Path(made)
        root = home / "photos"
        _make_files(root, photos)
        catalog = Catalog.open(home / "catalog.sqlite")
        try:
            folder = catalog.add_folder(root)
            for _ in Scanner(catalog).scan():
                pass
            other = _rclip_catalog(home / "rclip.sqlite", root)
            try:
                return _measured(catalog, folder, other, photos, turns)
            finally:
                other.close()
        finally:
            catalog.close()


def _measured(
    catalog: Catalog, folder: Folder, other: sqlite3.Connection, photos: int, turns: int
) -> Figures:
    times: dict[str, list[float]] = {"walk_s": [], "scan_s": [], "rclip_s": []}
    for turn in range(turns + 1):  # the first warms the system's cache
        taken = {
            "walk_s": _timed(lambda: sum(1 for _ in meet(folder.path)), photos),
            "scan_s": _timed(lambda: _scan(catalog), photos),
            "rclip_s": _timed(lambda: _rclip_scan(other, folder.path), photos),
        }
        for name in times if turn else ():
            times[name].append(taken[name])
    found = {name: median(each) for name, each in times.items()}
    after_walk = max(found["scan_s"] - found["walk_s"], 1e-9)
    return found | {
        "photos": photos,
        "files_per_s": photos / found["scan_s"],
        "compared_per_s": photos / after_walk,
        "ratio": found["rclip_s"] / found["scan_s"],
    }


def _scan(catalog: Catalog) -> int:
    seen = 0
    for step in Scanner(catalog).scan():
        if step.events:
            raise RuntimeError("something changed while it was measured")
        seen = step.files_seen
    return seen


def _timed(work: Callable[[], int], photos: int) -> float:
    began = time.perf_counter()
    if work() != photos:
        raise RuntimeError("not every file was looked at")
    return time.perf_counter() - began


def _make_files(root: Path, photos: int) -> None:
    for start in range(0, photos, _IN_A_FOLDER):
        folder = root / f"folder {start // _IN_A_FOLDER:05}"
        folder.mkdir(parents=True)
        for number in range(start, min(start + _IN_A_FOLDER, photos)):
            with (folder / f"IMG_{number:07}.jpg").open("wb") as file:
                file.write(b"%d" % number)


def _rclip_catalog(path: Path, root: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    connection.execute(
        "CREATE TABLE images (id INTEGER PRIMARY KEY, deleted BOOLEAN,"
        " filepath TEXT NOT NULL UNIQUE, modified_at DATETIME NOT NULL,"
        " size INTEGER NOT NULL, vector BLOB NOT NULL)"
    )
    rows = (
        (path, Path(path).stat().st_mtime, size, b"\0" * 2048) for path, size, _, _ in meet(root)
    )
    connection.executemany(
        "INSERT INTO images (filepath, modified_at, size, vector) VALUES (?, ?, ?, ?)", rows
    )
    connection.commit()
    return connection


def _rclip_scan(connection: sqlite3.Connection, root: Path) -> int:
    seen = 0
    for folder, _, names in os.walk(root):
        for name in names:
            if os.path.splitext(name)[1].lower() not in SUFFIXES:  # noqa: PTH122 - as it does
                continue
            path = os.path.join(folder, name)  # noqa: PTH118 - as it does
            row = connection.execute("SELECT * FROM images WHERE filepath = ?", (path,)).fetchone()
            status = Path(path).stat()
            if row["modified_at"] == status.st_mtime and row["size"] == status.st_size:
                seen += 1
    return seen
