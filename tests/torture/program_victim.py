"""The real program, busy with everything it can do, until it is killed from outside.

``python -m tests.torture.program_victim {library,window} CATALOG FOLDER JOURNAL SEED`` scans,
describes, edits captions, backs up and speaks. One line for each look at the processes is
printed: ``[describing, {name: pid}]`` as JSON. ``library`` is what the commands stand on;
``window`` is the window itself, whose edits go the way that a person's go.
"""

import json
import os
import random
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from gallery.errors import KnownError
from gallery.program import Program, ProgramOptions, open_program
from tests.torture.journal import Journal

_LOOK_S = 0.05
_EDIT_S = 0.1
_BACK_UP_S = 1.5


def main() -> int:
    kind, catalog, folder, journal, seed = sys.argv[1:]
    victim = _window if kind == "window" else _library
    return victim(Path(catalog), Path(folder), Journal(Path(journal)), random.Random(int(seed)))


def _library(path: Path, folder: Path, journal: Journal, chance: random.Random) -> int:
    program = open_program(ProgramOptions(path))
    program.add_folder(folder, sample_allowed=True)
    program.start()
    _keep_on(lambda: _tell(program), _LOOK_S)
    _keep_on(lambda: _speak(program, chance), 0.0)
    _keep_on(lambda: _back_up(program), _BACK_UP_S)
    while True:
        _edit(program, journal, chance)
        time.sleep(_EDIT_S)


def _edit(program: Program, journal: Journal, chance: random.Random) -> None:
    ids = program.catalog.photo_ids()
    if ids:
        photo_id, text = chance.choice(ids), f"said by a person, {chance.getrandbits(64):x}"
        journal.begins(photo_id, text)
        program.catalog.edit_caption(photo_id, text)
        journal.acknowledged(photo_id, text)


def _window(path: Path, folder: Path, journal: Journal, chance: random.Random) -> int:
    from PySide6.QtCore import QTimer

    from gallery.app import Session, make_application

    application = make_application()
    session = Session(ProgramOptions(path), open_samples=False, folders=())
    edits = _WindowEdits(session, journal, chance)
    timer = QTimer(interval=int(_EDIT_S * 1000))
    begun: list[Program] = []

    def look() -> None:
        if session.program is None or session.window.page is None:
            return
        if not begun:
            begun.append(session.program)
            threading.Thread(
                target=session.program.add_folder, args=(folder,), kwargs={"sample_allowed": True}
            ).start()
            _keep_on(lambda: _tell(begun[0]), _LOOK_S)
            _keep_on(lambda: _speak(begun[0], chance), 0.0)
            _keep_on(lambda: _back_up(begun[0]), _BACK_UP_S)
        edits.next()

    timer.timeout.connect(look)
    timer.start()
    session.start()
    return application.exec()


class _WindowEdits:
    """Edits through the window's own way; ``stored`` is its word that an edit is kept."""

    def __init__(self, session: object, journal: Journal, chance: random.Random) -> None:
        self._session, self._journal, self._chance = session, journal, chance
        self._waiting: dict[int, str] = {}
        self._page: object = None

    def next(self) -> None:
        page = self._session.window.page  # type: ignore[attr-defined]
        if page is not self._page:
            self._page = page
            page.edits.stored.connect(self._on_stored)
        ids = list(page.model.ids)
        free = [photo_id for photo_id in ids if photo_id not in self._waiting]
        if free:
            photo_id, text = self._chance.choice(free), f"in the window, {time.monotonic_ns():x}"
            self._waiting[photo_id] = text
            self._journal.begins(photo_id, text)
            page.edits.set_caption(photo_id, text)

    def _on_stored(self, photo_id: int) -> None:
        self._journal.acknowledged(photo_id, self._waiting.pop(photo_id))


def _tell(program: Program) -> None:
    pids = {
        "engine": program.engine.pid,
        "decoder": program.decoder.pid,
        "speech": program.speech.pid,
    }
    phase = program.indexer.progress.phase
    print(json.dumps([phase, {name: pid for name, pid in pids.items() if pid}]), flush=True)


def _speak(program: Program, chance: random.Random) -> None:
    try:
        program.speech.synthesize(f"The number {chance.getrandbits(32)} is in this picture.")
    except KnownError:  # it was killed twice in one sentence
        time.sleep(_LOOK_S)


def _back_up(program: Program) -> None:
    program.catalog.back_up()
    for old in program.catalog.backups()[3:]:
        old.path.unlink()


def _keep_on(deed: Callable[[], None], every_s: float) -> None:
    def work() -> None:
        try:
            while True:
                deed()
                time.sleep(every_s)
        except BaseException:  # an error is a fault: it must not pass for a kill
            sys.excepthook(*sys.exc_info())
            os._exit(4)

    threading.Thread(target=work, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
