"""The main job as a program of its own, for tests that watch or kill it from outside.

``python -m tests.process.main_job CATALOG FOLDER`` describes the folder with the sample set and
prints one line for each fact: "processes PIDS", "described N", "idle". With ``--then-search`` it
also edits a caption, searches, and prints the captions found.
"""

import os
import sys
from pathlib import Path

from gallery.library.events import Event, PhotosDescribed
from gallery.program import Program, ProgramOptions, open_program


def main() -> None:
    catalog, folder = map(Path, sys.argv[1:3])
    program = open_program(ProgramOptions(catalog))
    try:
        program.bus.subscribe(lambda event: _tell(program, event))
        program.add_folder(folder, sample_allowed=True)
        program.start()
        assert program.indexer.wait_until_idle(120)
        if "--then-search" in sys.argv:
            _edit_and_search(program)
        print("idle", flush=True)
    finally:
        program.close()


def _tell(program: Program, event: Event) -> None:
    if isinstance(event, PhotosDescribed):
        print("processes", os.getpid(), program.engine.pid, program.decoder.pid, flush=True)
        print("described", len(event.ids), flush=True)


def _edit_and_search(program: Program) -> None:
    first = program.catalog.photo_ids()[0]
    program.catalog.edit_caption(first, "my grandmother's kitchen")
    result = program.searcher.search("grandmother")
    assert result.hits[0].photo_id == first
    assert program.searcher.search("a cat").by_meaning
    assert isinstance(program.viewer_picture(first, 400), bytes)


if __name__ == "__main__":
    main()
