"""``caption``: what the describer sees in some files. Nothing is stored, no catalog is opened."""

import queue
from argparse import Namespace
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.checkpoints import DescriberSet
from engine.match_bands import MatchBands
from engine.protocol import Candidate, Described, PhotoTask, Proposal
from gallery.commands import matching, terminal
from gallery.commands.catalogs import absolute, chosen_device, chosen_precision
from gallery.commands.describers import chosen_set
from gallery.errors import KnownError
from gallery.library.engine_client import EngineClient
from gallery.library.engine_deliveries import Delivery, GivenBack, PhotoFailed
from gallery.library.events import EventBus
from gallery.library.proposing import propose
from gallery.library.reliance import is_unsure

Answer = Described | PhotoFailed


def caption(arguments: Namespace) -> int:
    """Print score, path and caption of each file, in the order given."""
    paths = [absolute(path) for path in arguments.photos]
    describer = chosen_set(arguments)
    _check(describer, paths, named=arguments.checkpoint is not None)
    rows = []
    precision = chosen_precision(arguments)
    client = EngineClient(
        describer, EventBus(), device=chosen_device(arguments), precision=precision, idle_s=None
    )
    try:
        for row in _rows(client, arguments, paths):
            rows.append(row)
            if not arguments.json:
                _tell(row)
    finally:
        client.stop()
    bands = describer.match_bands
    if arguments.json:
        told = {"described_by": describer.name, "match_calibrated": bands.calibrated}
        terminal.result_json(told | {"photos": rows})
    elif arguments.candidates:
        matching.note_bands(describer)
    return 1 if any(row["failure"] for row in rows) else 0


def _rows(
    client: EngineClient, arguments: Namespace, paths: Sequence[Path]
) -> Iterator[dict[str, object]]:
    describer = client.describer_set
    unsure = [is_unsure(describer, path) for path in paths]
    if arguments.candidates:
        for name, path, guessed in zip(arguments.photos, paths, unsure, strict=True):
            proposal = propose(client, path, candidates=arguments.candidates)
            yield _proposed_row(name, proposal, describer.match_bands, guessed)
        return
    for number, answer in _in_order(describe(client, paths)):
        yield _row(arguments.photos[number], answer, describer.match_bands, unsure[number])


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


def _row(path: Path, answer: Answer, bands: MatchBands, unsure: bool) -> dict[str, object]:
    if isinstance(answer, PhotoFailed):
        return {"path": str(path), "caption": None, "failure": answer.failure.detail}
    said = Candidate(answer.caption or "", answer.score, answer.settings)
    return {"path": str(path), **_wording(said, bands), "unsure": unsure, "failure": None}


def _proposed_row(
    path: Path, proposal: Proposal, bands: MatchBands, unsure: bool
) -> dict[str, object]:
    """The best candidate as the caption, the others as alternates."""
    if not proposal.candidates:
        why = proposal.detail or "The describer had nothing to say about it."
        return {"path": str(path), "caption": None, "failure": why}
    best, *others = (_wording(candidate, bands) for candidate in proposal.candidates)
    return {"path": str(path), **best, "unsure": unsure, "failure": None, "alternates": others}


def _wording(said: Candidate, bands: MatchBands) -> dict[str, object]:
    match = None if said.score is None else bands.word(said.score).value
    return {
        "caption": said.text,
        "score": said.score,
        "match": match,
        "settings": said.settings,
    }


def _tell(row: dict[str, object]) -> None:
    path = terminal.shown(Path(str(row["path"])))
    if row["failure"]:
        terminal.note(f"{path}: {row['failure']}")
        return
    alternates = row.get("alternates")
    for wording in (row, *(alternates if isinstance(alternates, list) else ())):
        score = "-" if wording["score"] is None else f"{wording['score']:.3f}"
        text = terminal.shown(str(wording["caption"]))
        line = f"{score}\t{path}\t{text}{' (unsure)' if row['unsure'] else ''}"
        terminal.result(line if alternates is None else f"{line}\t{wording['match'] or '-'}")
