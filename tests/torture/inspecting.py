"""Whether a catalog and what lies beside it is whole, whatever happened to the program."""

import json
import sqlite3
import wave
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np

from gallery.catalog import Catalog
from gallery.catalog.backup_files import backups, backups_folder
from tests.torture.journal import Promise, promises

# What may never be seen, whenever the program ended; each query gives a row for every fault.
_NEVER = {
    "a photo is there twice": (
        "SELECT path, count(*) FROM photos GROUP BY path HAVING count(*) > 1"
    ),
    "a content is there twice": (
        "SELECT fingerprint, count(*) FROM photos WHERE missing = 0 AND fingerprint IS NOT NULL"
        " GROUP BY fingerprint HAVING count(*) > 1"
    ),
    "captioned without a caption": (
        "SELECT id FROM photos WHERE captioned_by > 0 AND NOT EXISTS (SELECT 1 FROM captions"
        " WHERE photo_id = photos.id AND checkpoint = captioned_by)"
    ),
    "a caption that its photo does not know": (
        "SELECT captions.id FROM captions JOIN photos ON photos.id = photo_id WHERE"
        " origin = 'model' AND withdrawn_at IS NULL AND captioned_by <> checkpoint"
    ),
    "described twice": (
        "SELECT photo_id FROM captions WHERE origin = 'model' AND withdrawn_at IS NULL"
        " GROUP BY photo_id, checkpoint HAVING count(*) > 1"
    ),
    "embedded without one vector": (
        "SELECT id FROM photos WHERE embedded_by > 0 AND (SELECT count(*) FROM vectors WHERE"
        " photo_id = photos.id AND checkpoint = embedded_by) <> 1"
    ),
    "a vector that its photo does not know": (
        "SELECT vectors.id FROM vectors JOIN photos ON photos.id = photo_id"
        " WHERE embedded_by <> checkpoint"
    ),
    "two captions by a person at once": (
        "SELECT photo_id FROM captions WHERE origin = 'person' AND withdrawn_at IS NULL"
        " GROUP BY photo_id HAVING count(*) > 1"
    ),
}


def faults(path: Path, journal: Path | None = None) -> list[str]:
    """Everything that is wrong with a catalog; opens it as the program does (and migrates it)."""
    with closing(Catalog.open(path)) as catalog:
        found = [f"{problem.part}: {problem.text}" for problem in catalog.check()]
        found += _broken_promises(catalog, promises(journal) if journal else {})
        copies = [item.path for item in catalog.backups()]
    with closing(sqlite3.connect(path)) as connection:
        for what, query in _NEVER.items():
            found += [f"{what}: {row}" for row in connection.execute(query).fetchmany(3)]
        found += _odd_vectors(connection)
    found += [problem for copy in copies for problem in _of_copy(copy)]
    return found + list(_of_thumbnails(path.with_name(f"{path.name}.thumbnails.sqlite")))


def undescribed(path: Path) -> list[str]:
    """Photos that have no caption or vector of their content, although all work was done."""
    lacking = "SELECT name FROM photos WHERE missing = 0 AND 0 IN (captioned_by, embedded_by)"
    with closing(sqlite3.connect(path)) as connection:
        return [f"never described: {name}" for (name,) in connection.execute(lacking)]


def faults_of_home(home: Path) -> list[str]:
    """What is wrong with what the program keeps outside the catalog: settings and sound files."""
    found = []
    settings = home / "settings.json"
    if settings.exists():
        try:
            json.loads(settings.read_bytes())
        except ValueError as error:
            found.append(f"half a settings file: {error}")
    for notes in (home / "cache" / "speech").glob("*.json"):  # without notes a sound is not used
        try:
            told = json.loads(notes.read_bytes())
            with wave.open(str(notes.with_suffix(".wav"))) as sound:
                sound.readframes(sound.getnframes())
            if notes.with_suffix(".wav").stat().st_size != told["size_bytes"]:
                found.append(f"a sound of another size: {notes.name}")
        except (ValueError, OSError, EOFError, wave.Error) as error:
            found.append(f"half a sound: {notes.name}: {error}")
    return found


def half_done_backups(path: Path) -> int:
    """How many copies were being made when the program ended."""
    return len(list(backups_folder(path).glob("*.partial")))


def whole_backups(path: Path) -> int:
    """How many copies are finished."""
    return len(backups(path))


def _broken_promises(catalog: Catalog, promised: dict[int, Promise]) -> Iterator[str]:
    for photo_id, promise in promised.items():
        kept = {caption.text for caption in catalog.history(photo_id)}
        for text in promise.stored:
            if text not in kept:
                yield f"an edit of photo {photo_id} is lost: {text!r}"
        said = catalog.person_caption(photo_id)
        if promise.stored and said not in promise.allowed_last:
            yield f"photo {photo_id} says {said!r} and not {promise.allowed_last}"


def _odd_vectors(connection: sqlite3.Connection) -> Iterator[str]:
    for photo_id, raw in connection.execute("SELECT photo_id, vector FROM vectors"):
        length = float(np.linalg.norm(np.frombuffer(raw, "<f2").astype(np.float32)))
        if not 0.98 < length < 1.02:
            yield f"the vector of photo {photo_id} has length {length}"


def _of_copy(copy: Path) -> Iterator[str]:
    with closing(sqlite3.connect(f"{copy.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        for (text,) in connection.execute("PRAGMA integrity_check"):
            if text != "ok":
                yield f"the backup {copy.name}: {text}"
        if connection.execute("PRAGMA foreign_key_check").fetchall():
            yield f"the backup {copy.name}: references to nothing"


def _of_thumbnails(path: Path) -> Iterator[str]:
    if not path.exists():
        return
    with closing(sqlite3.connect(path)) as connection:
        if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            yield "the thumbnails are damaged"
        if not connection.execute(
            "SELECT 1 FROM sqlite_master WHERE name = 'thumbnails'"
        ).fetchone():
            return
        for photo_id, jpeg in connection.execute("SELECT photo_id, jpeg FROM thumbnails"):
            if not (jpeg.startswith(b"\xff\xd8") and jpeg.endswith(b"\xff\xd9")):
                yield f"half a thumbnail of photo {photo_id}"
