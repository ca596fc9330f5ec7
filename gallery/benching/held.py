"""A program on a catalog, in a process of its own: how soon it shows photos, what memory it holds.

``python -m gallery.benching.held CATALOG`` reads queries and a matcher (JSON) and prints JSON.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import gallery
from engine.protocol import CheckpointRef
from gallery.benching.made_up import Asked
from gallery.catalog import Catalog
from gallery.library.searcher import Searcher
from gallery.library.text_vector import TextVector

_FIRST = 200
_ROLLUP = Path("/proc/self/smaps_rollup")


def held(catalog: Path, matcher: CheckpointRef, asked: Sequence[Asked]) -> dict[str, Any]:
    """Open a catalog in a new process and search it; seconds, and MiB where the system tells."""
    told = {
        "matcher": [matcher.id, matcher.revision, matcher.folder],
        "queries": [[one.text, one.vector.tolist()] for one in asked],
    }
    packages = str(Path(gallery.__file__).parent.parent)
    known = os.environ.get("PYTHONPATH")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (packages, known)))}
    done = subprocess.run(
        [sys.executable, "-P", "-m", __name__, str(catalog)],
        input=json.dumps(told), capture_output=True, text=True, check=True, env=environment,
    )  # fmt: skip
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def private_mib() -> float | None:
    """Memory of this process that no other has and no file holds; None where none tells."""
    try:
        lines = _ROLLUP.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("Anonymous:"))


def _main(path: Path) -> None:
    told = json.load(sys.stdin)
    asked = [(text, np.array(vector, np.float32)) for text, vector in told["queries"]]
    del told["queries"]
    begun = time.perf_counter()
    catalog = Catalog.open(path)
    opened = time.perf_counter()
    ids = catalog.photo_ids()
    listed = time.perf_counter()
    catalog.photos(ids[:_FIRST])
    shown = time.perf_counter()
    now: list[TextVector] = []
    searcher = Searcher(catalog, lambda _: now[-1], CheckpointRef(*told["matcher"]))
    searcher.refresh()
    ready = time.perf_counter()
    for text, vector in asked:
        now[:] = [TextVector(vector, ())]
        searcher.search(text)
    print(
        json.dumps(
            {
                "photos": len(ids),
                "open_s": opened - begun,
                "ids_s": listed - opened,
                "first_rows_s": shown - listed,
                "start_s": shown - begun,
                "vectors_s": ready - shown,
                "private_mib": private_mib(),
            }
        )
    )
    searcher.close()
    catalog.close()


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
