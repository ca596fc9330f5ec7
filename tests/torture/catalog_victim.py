"""A program that does everything to a catalog at once until it is killed, again and again.

``python -m tests.torture.catalog_victim`` reads a line for each turn, ``[delay_s, catalog, journal,
seed]`` as JSON, works in a process of its own made by a fork (what is imported is waited for
once), kills it behind the delay and prints the signal that ended it.
"""

import json
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np

from engine.protocol import CheckpointRef
from gallery.catalog import Catalog
from gallery.domain import DescribedPhoto, Facts, FoundFile, Metadata
from gallery.program import open_program  # noqa: F401 - all that a program imports, once
from tests.torture.journal import Journal

_SET = CheckpointRef("victim", "1", "/nowhere")
_FOLDER = Path("/pictures")
_NS = 1_700_000_000_000_000_000


def main() -> None:
    for line in sys.stdin:
        delay_s, catalog, journal, seed = json.loads(line)
        begun, told = os.pipe()
        victim = os.fork()
        if not victim:
            os.write(told, b".")
            _work(Path(catalog), Path(journal), seed)
            os._exit(3)
        os.read(begun, 1)
        time.sleep(delay_s)
        os.kill(victim, signal.SIGKILL)
        _, status = os.waitpid(victim, 0)
        os.close(begun)
        os.close(told)
        print(os.WTERMSIG(status) if os.WIFSIGNALED(status) else f"exit {status}", flush=True)


def _work(path: Path, journal: Path, seed: int) -> None:
    """Scan, examine, describe, edit and back up, each on a thread of its own; never returns."""
    catalog = Catalog.open(path)
    folder = catalog.add_folder(_FOLDER)
    workers: tuple[Callable[[random.Random], None], ...] = (
        lambda chance: _scan(catalog, folder.id, chance),
        lambda _: _describe(catalog),
        lambda chance: _edit(catalog, Journal(journal), chance),
        lambda _: _back_up(catalog),
    )
    threads = [
        threading.Thread(target=_forever, args=(worker, random.Random(seed * 10 + number)))
        for number, worker in enumerate(workers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _forever(worker: Callable[[random.Random], None], chance: random.Random) -> None:
    try:
        while True:
            worker(chance)
    except BaseException:  # an error is a fault: it must not pass for a kill
        sys.excepthook(*sys.exc_info())
        os._exit(4)


def _scan(catalog: Catalog, folder_id: int, chance: random.Random) -> None:
    """New files, files that changed, files that moved or are gone."""
    names = [f"{chance.getrandbits(48):012x}.jpg" for _ in range(chance.randrange(1, 8))]
    ids = catalog.add_files(folder_id, [FoundFile(_FOLDER / name, 1000, _NS) for name in names])
    catalog.set_metadata([(photo_id, _told(photo_id)) for photo_id in ids])
    photo = catalog.photo(chance.choice(catalog.photo_ids()))
    deed = chance.randrange(4)
    if deed == 0:
        catalog.update_files([(photo.id, FoundFile(photo.path, chance.randrange(10**6), _NS + 1))])
        catalog.set_metadata([(photo.id, _told(photo.id))])
    elif deed == 1:
        catalog.set_missing([photo.id], missing=not photo.missing)
    elif deed == 2:
        moved = _FOLDER / f"{chance.getrandbits(48):012x}.jpg"
        catalog.move_file(photo.id, FoundFile(moved, 1000, _NS))


def _told(photo_id: int) -> Metadata:
    facts = Facts(caption=f"written by the camera of {photo_id}", keywords=("one", "two"))
    taken_at = datetime.fromisoformat("2024-01-01")
    content = os.urandom(16)
    return Metadata("JPEG", 640, 480, taken_at, "exif", content, facts)


def _describe(catalog: Catalog) -> None:
    todo = catalog.backlog(_SET, _SET, limit=4, sample=False)
    said = []
    for item in todo:
        direction = np.random.default_rng(item.photo_id).normal(size=64)
        vector = (direction / np.linalg.norm(direction)).astype("<f2").tobytes()
        text = f"a picture of the number {item.photo_id}"
        said.append(DescribedPhoto(item.photo_id, text, 0.9, "greedy", vector, unsure=False))
    catalog.store_descriptions(said, captioner=_SET, matcher=_SET)


def _edit(catalog: Catalog, journal: Journal, chance: random.Random) -> None:
    ids = catalog.photo_ids()
    if not ids:
        return
    photo_id, text = chance.choice(ids), f"said by a person, {chance.getrandbits(64):x}"
    journal.begins(photo_id, text)
    catalog.edit_caption(photo_id, text)
    journal.acknowledged(photo_id, text)


def _back_up(catalog: Catalog) -> None:
    catalog.back_up()
    for old in catalog.backups()[2:]:
        old.path.unlink()


if __name__ == "__main__":
    main()
