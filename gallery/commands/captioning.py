"""``caption``: what the describer sees in some files. Nothing is stored, no catalog is opened."""

import queue
from argparse import Namespace
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.checkpoints import DescriberSet
from engine.protocol import Described, PhotoTask
from gallery.commands import terminal
from gallery.commands.catalogs import absolute
from gallery.commands.describers import chosen_set
from gallery.errors import KnownError
from gallery.library.engine_client import EngineClient
from gallery.library.engine_deliveries import Delivery, GivenBack, PhotoFailed
from gallery.library.events import EventBus
from gallery.library.reliance import is_unsure

Answer = Described | PhotoFailed


def caption(arguments: Namespace) -> int:
    """Print score, path and caption of each file, in the order given."""
    paths = [absolute(path) for path in arguments.photos]
    describer = chosen_set(arguments)
    _check(describer, paths, named=arguments.checkpoint is not None)
    rows = []
    client = EngineClient(describer, EventBus(), device=arguments.device)
    try:
        for number, answer in _in_order(describe(client, paths)):
            row = _row(arguments.photos[number], answer, is_unsure(describer, paths[number]))
            rows.append(row)
            if not arguments.json:
                _tell(row)
    finally:
        client.stop()
    if arguments.json:
        terminal.result_json({"described_by": describer.name, "photos": rows})
    return 1 if any(row["failure"] for row in rows) else 0


def describe(client: EngineClient, paths: Sequence[Path]) -> Iterator[tuple[int, Answer]]:
    """Describe files by their place in ``paths``; answers come as they are made."""
    answers: queue.SimpleQueue[Delivery] = queue.SimpleQueue()
    client.deliver_to(answers.put)
    waiting = deque(
        PhotoTask(number, str(path), caption=True, vector=False)
        for number, path in enumerate(paths)
    )
    unanswered = len(waiting)
    while unanswered:
        while waiting and client.has_room:
            size = min(client.batch_size, len(waiting))
            client.describe([waiting.popleft() for _ in range(size)])
        answer = answers.get()
        if isinstance(answer, GivenBack):
            raise KnownError(client.state.detail or "The describer stopped.")
        if isinstance(answer, Described | PhotoFailed):
            unanswered -= 1
            yield answer.photo_id, answer


def _in_order(answers: Iterator[tuple[int, Answer]]) -> Iterator[tuple[int, Answer]]:
    early: dict[int, Answer] = {}
    expected = 0
    for number, answer in answers:
        early[number] = answer
        while expected in early:
            yield expected, early.pop(expected)
            expected += 1


def _check(describer: DescriberSet, paths: Sequence[Path], *, named: bool) -> None:
    if describer.captioner is None:
        raise KnownError(
            f"“{describer.name}” makes no captions.", "Name another one with --checkpoint FOLDER."
        )
    refuse_sample(describer, paths, named=named)


def refuse_sample(describer: DescriberSet, paths: Sequence[Path], *, named: bool) -> None:
    """Raise ``KnownError`` where the sample would speak of photographs, and nobody asked it to."""
    if not named and any(is_unsure(describer, path) for path in paths):
        raise KnownError(
            "The only describer here is the bundled sample, which knows drawn scenes and not "
            "photographs.",
            "Name a folder with real BLIP weights (--checkpoint FOLDER), or let the sample try "
            "(--checkpoint sample).",
        )


def _row(path: Path, answer: Answer, unsure: bool) -> dict[str, object]:
    if isinstance(answer, PhotoFailed):
        return {"path": str(path), "caption": None, "failure": answer.failure.detail}
    return {
        "path": str(path),
        "caption": answer.caption,
        "score": answer.score,
        "settings": answer.settings,
        "unsure": unsure,
        "failure": None,
    }


def _tell(row: dict[str, object]) -> None:
    path = terminal.shown(Path(str(row["path"])))
    if row["failure"]:
        terminal.note(f"{path}: {row['failure']}")
        return
    score = "-" if row["score"] is None else f"{row['score']:.3f}"
    text = terminal.shown(str(row["caption"]))
    terminal.result(f"{score}\t{path}\t{text}{' (unsure)' if row['unsure'] else ''}")
