"""Whether rounded weights say the same as exact ones, on photos that somebody cares about."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.describer import Describer, Description, Picture, Wish
from engine.images import DecodeError

_AT_ONCE = 8
_BOTH = Wish(caption=True, vector=True)

Open = Callable[[], Describer]


def agreement(exact: Open, rounded: Open, paths: Sequence[Path]) -> dict[str, Any]:
    """Describe photos both ways, one after the other: one set at a time is in memory.

    Tells how many captions are equal, which are not, and the cosines of the ITC vectors; photos
    that cannot be read are counted and left out.
    """
    said, others = _described(exact(), paths), _described(rounded(), paths)
    both = [(said[path], others[path]) for path in said if path in others]
    cosines = [
        float(one.vector @ other.vector)
        for one, other in both
        if one.vector is not None and other.vector is not None
    ]
    differing = [
        {"path": str(path), "exact": said[path].caption, "rounded": others[path].caption}
        for path in said
        if path in others and said[path].caption != others[path].caption
    ]
    return {
        "photos": len(both),
        "unreadable": len(paths) - len(both),
        "equal_captions": len(both) - len(differing),
        "least_cosine": min(cosines, default=None),
        "mean_cosine": float(np.mean(cosines)) if cosines else None,
        "differing": differing,
    }


def _described(describer: Describer, paths: Sequence[Path]) -> dict[Path, Description]:
    told: dict[Path, Description] = {}
    for start in range(0, len(paths), _AT_ONCE):
        some = paths[start : start + _AT_ONCE]
        ready = [(path, it) for path in some if (it := _prepared(describer, path)) is not None]
        if ready:
            pictures = [picture for _, picture in ready]
            said = describer.describe(pictures, [_BOTH] * len(ready))
            told |= dict(zip((path for path, _ in ready), said, strict=True))
    return told


def _prepared(describer: Describer, path: Path) -> Picture | None:
    try:
        return describer.prepare(path)
    except DecodeError:
        return None
