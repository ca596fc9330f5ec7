"""The model card's snippet and ours, exact and rounded, on the same photos in turns."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from engine.benching.memory import forget_most, held_mib, most_held_mib
from engine.benching.ours import Ours, flops_a_photo, matmul_peak
from engine.benching.snippet import Snippet
from engine.checkpoints import DescriberSet
from engine.protocol import Precision

Measured = dict[str, Any]
_SNIPPET, _VECTOR, _SCORE = "caption alone", "caption + vector", "caption + vector + match score"


@dataclass(slots=True)
class _Row:
    """Seconds a photo in each turn, by the clock and of the processor."""

    name: str
    baseline: str
    work: Callable[[], None]
    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def take_turn(self, photos: int) -> None:
        begun, used = time.perf_counter(), time.process_time()
        self.work()
        self.clock.append((time.perf_counter() - begun) / photos)
        self.processor.append((time.process_time() - used) / photos)


def compared(
    chosen: DescriberSet,
    photos: Sequence[Path],
    *,
    turns: int,
    beams: Sequence[int],
    precisions: Sequence[Precision],
) -> Measured:
    """Measure all sides; ``beams``: widths of the search, 1 is greedy. Raises CheckpointError."""
    assert chosen.captioner is not None
    sides, memory = [], {}
    for precision in precisions:
        ours, memory[f"ours, {precision}"] = _loaded(
            partial(Ours, chosen.captioner, chosen.matcher, precision),
            lambda side: side.describe(photos, batch=len(photos)),
        )
        sides.append(ours)
    folder, longest = Path(chosen.captioner.folder), sides[0].longest
    snippet, memory["snippet"] = _loaded(
        lambda: Snippet(folder, longest),
        lambda side: side.caption(photos[0]),
    )
    rows = [row for width in beams for row in _rows(snippet, sides, photos, width)]
    peaks: dict[str, list[float]] = {side.precision: [] for side in sides}
    for _ in range(turns):
        for side in sides:
            peaks[side.precision].append(matmul_peak(side.precision))
        for row in rows:
            row.take_turn(len(photos))
    return {
        "photos": len(photos),
        "turns": turns,
        "rows": [_told(row, rows) for row in rows],
        "memory_mib": memory,
        "sides": [
            _side(side, photos, rows, statistics.median(peaks[side.precision])) for side in sides
        ],
        **_agreed(snippet, sides[0], photos),
    }


def _loaded(load: Callable[[], Any], use: Callable[[Any], object]) -> tuple[Any, float | None]:
    """A side, used once so that it is warm, and the most memory in MiB that it needed for it."""
    forget_most()
    before = held_mib()
    side = load()
    use(side)
    most = most_held_mib()
    return side, None if before is None or most is None else most - before


def _rows(
    snippet: Snippet, sides: Sequence[Ours], photos: Sequence[Path], width: int
) -> list[_Row]:
    base = _named("snippet", _SNIPPET, width)

    def said() -> None:
        for path in photos:
            snippet.caption(path, beams=width)

    def described(ours: Ours, *, score: bool) -> Callable[[], None]:
        return lambda: ours.describe(photos, batch=len(photos), careful=width > 1, score=score)

    rows = [_Row(base, base, said)]
    for ours in sides:
        for kind, score in ((_VECTOR, False), (_SCORE, True)):
            name = _named(f"ours, {ours.precision}", kind, width)
            rows.append(_Row(name, base, described(ours, score=score)))
    return rows


def _named(side: str, kind: str, width: int) -> str:
    return f"{side}: {kind}, {'greedy' if width == 1 else f'beam {width}'}"


def _told(row: _Row, rows: Sequence[_Row]) -> Measured:
    base = next(other for other in rows if other.name == row.baseline)
    ratios = [one / own for one, own in zip(base.clock, row.clock, strict=True)]
    of_processor = [one / own for one, own in zip(base.processor, row.processor, strict=True)]
    middle = statistics.median(row.clock)
    return {
        "name": row.name,
        "seconds_a_photo": middle,
        "photos_a_second": 1 / middle,
        "processor_seconds_a_photo": statistics.median(row.processor),
        "ratio": statistics.median(ratios),
        "ratios": ratios,
        "processor_ratio": statistics.median(of_processor),
    }


def _side(ours: Ours, photos: Sequence[Path], rows: Sequence[_Row], peak: float) -> Measured:
    """Where the time of ours goes, and how much of the processor's best it is.

    The share is of processor time, so that another program's turn does not count as ours.
    """
    name = _named(f"ours, {ours.precision}", _VECTOR, 1)
    row = next(row for row in rows if row.name == name)
    work = flops_a_photo(ours.shape)
    return {
        "precision": str(ours.precision),
        "parts": ours.seconds_of_parts(photos, careful=any("beam" in other.name for other in rows)),
        "flops_a_photo": work,
        "matmul_peak": peak,
        "share_of_peak": work / statistics.median(row.processor) / peak,
    }


def _agreed(snippet: Snippet, exact: Ours, photos: Sequence[Path]) -> Measured:
    """How many captions of the exact side are the snippet's, token for token."""
    said = [snippet.caption(path, upright=True) for path in photos]
    same = exact.token_ids(photos, exact=True, careful=False)
    drafted = exact.token_ids(photos, exact=False, careful=False)
    return {
        "equal_captions": sum(map(_equal, said, same)),
        "equal_captions_as_decoded": sum(map(_equal, said, drafted)),
        "different_captions": len({tuple(ids) for ids in same}),
    }


def _equal(one: list[int], other: list[int]) -> bool:
    """Whether two captions are the same up to their end; a batch fills the shorter ones up."""
    length = min(len(one), len(other))
    return one[:length] == other[:length]
