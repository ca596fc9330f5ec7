"""What people do instead, on the same vectors: numpy, rclip's way, sqlite-vec, raw sqlite3."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]
_AT_ONCE = 10_000
_TABLES = ("photos", "captions", "vectors", "facts")


def of_numpy(matrix: Floats, query: Floats, count: int) -> Ids:
    """Rows of the nearest, best first: a float32 matrix in memory, and argpartition."""
    cosines = matrix @ query
    best = np.argpartition(-cosines, min(count, len(cosines)) - 1)[:count]
    order: Ids = best[np.argsort(-cosines[best])]
    return order


class Rclip:
    """rclip's search (2025): at each query every vector is read from SQLite and all are sorted."""

    def __init__(self, path: Path, matrix: Floats) -> None:
        """Write float32 vectors with paths, as rclip keeps them."""
        self._connection = sqlite3.connect(path)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute(
            "CREATE TABLE images (id INTEGER PRIMARY KEY, deleted BOOLEAN, filepath TEXT NOT NULL"
            " UNIQUE, modified_at DATETIME NOT NULL, size INTEGER NOT NULL, vector BLOB NOT NULL)"
        )
        for begin in range(0, len(matrix), _AT_ONCE):
            self._connection.executemany(
                "INSERT INTO images (filepath, modified_at, size, vector) VALUES (?, 0, 0, ?)",
                (
                    (f"/pictures/{number // 500}/IMG_{number:07}.jpg", row.tobytes())
                    for number, row in enumerate(matrix[begin : begin + _AT_ONCE], begin)
                ),
            )
        self._connection.commit()

    def nearest(self, query: Floats, count: int) -> list[tuple[float, str]]:
        """Cosines and paths, best first."""
        paths, features = [], []
        for image in self._connection.execute(
            "SELECT filepath, vector FROM images WHERE filepath LIKE ? AND deleted IS NULL",
            ("/pictures/%",),
        ):
            paths.append(image["filepath"])
            features.append(np.frombuffer(image["vector"], np.float32))
        cosines = np.stack(features) @ query
        ranked = sorted(zip(cosines, range(len(paths)), strict=True), key=lambda one: -one[0])
        return [(float(cosine), paths[place]) for cosine, place in ranked[:count]]

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


class SqliteVec:
    """sqlite-vec's ``vec0`` table of float32 vectors."""

    def __init__(self, path: Path, matrix: Floats) -> None:
        """Raise ``RuntimeError`` with the reason where it cannot be loaded here."""
        try:
            import sqlite_vec
        except ImportError as error:
            raise RuntimeError("it is not installed") from error
        self._connection = sqlite3.connect(path)
        if not hasattr(self._connection, "enable_load_extension"):
            raise RuntimeError("this Python's sqlite3 loads no extensions")
        self._connection.enable_load_extension(True)
        sqlite_vec.load(self._connection)
        size = matrix.shape[1]
        self._connection.execute(f"CREATE VIRTUAL TABLE vec USING vec0 (vector float[{size:d}])")
        self._connection.executemany(
            "INSERT INTO vec (rowid, vector) VALUES (?, ?)",
            ((number, row.tobytes()) for number, row in enumerate(matrix)),
        )
        self._connection.commit()

    def nearest(self, query: Floats, count: int) -> list[int]:
        """Rows of the nearest, best first."""
        found = self._connection.execute(
            "SELECT rowid FROM vec WHERE vector MATCH ? ORDER BY distance LIMIT ?",
            (query.tobytes(), count),
        )
        return [row[0] for row in found]

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


Rows = dict[str, list[tuple[Any, ...]]]


def rows_of(path: Path) -> Rows:
    """The rows of an imported catalog, read so that they can be written by ``write_rows``."""
    with closing(sqlite3.connect(path)) as connection:
        return {
            table: connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608
            for table in _TABLES
        }


def write_rows(path: Path, rows: Rows) -> None:
    """Write them into an empty catalog with the driver alone, the quickest way that it has.

    Without the triggers of the full text, which is built once at the end; one transaction.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in ("journal_mode = WAL", "synchronous = NORMAL", "cache_size = -16384"):
            connection.execute(f"PRAGMA {statement}")
        connection.execute("BEGIN IMMEDIATE")
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
        ).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for some in _batches(rows):
            connection.executemany(*some)
        for _, statement in triggers:
            connection.execute(statement)
        connection.execute("INSERT INTO photo_words (photo_words) VALUES ('rebuild')")
        connection.execute("COMMIT")


def _batches(rows: Rows) -> Iterator[tuple[str, Sequence[tuple[Any, ...]]]]:
    """Tables side by side, as they are imported, a thousand rows at a time."""
    for begin in range(0, len(rows["photos"]), 1_000):
        for table, some in rows.items():
            if part := some[begin : begin + 1_000]:
                holes = ", ".join("?" * len(part[0]))
                yield f"INSERT INTO {table} VALUES ({holes})", part  # noqa: S608
