"""Which of many unit vectors are nearly the same, without comparing each with each.

Locality-sensitive hashing by random hyperplanes (Charikar, STOC 2002): the sides of some planes on
which a vector lies are its bucket, and near vectors share it often. In a dozen such divisions each
vector is held against its next few neighbours in the bucket, ordered along one more direction. The
cost grows with the number of vectors, also where very many are alike. Vectors are first moved to
their common middle: those of BLIP lie in a narrow cone, where no plane through 0 would part them.
"""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from gallery.library.joined import Joined

Halves = npt.NDArray[np.float16]
Places = npt.NDArray[np.int64]

_DIVISIONS = 12
_NEIGHBOURS = 12
_IN_A_BUCKET = 16  # on average
_MOST_PLANES = 30
_AT_ONCE = 16_384
_SEED = 20_220_128


def join_near(
    vectors: Halves, bound: float, joined: Joined, is_cancelled: Callable[[], bool] = lambda: False
) -> None:
    """Join the places of vectors (n, d) whose cosine is at least ``bound``.

    Of pairs well above the bound nearly all are found, no pair below it ever. Vectors of zeros
    are near nothing.
    """
    count, size = vectors.shape
    if count < 2:
        return
    random = np.random.default_rng(_SEED)
    planes = min(max(int(np.ceil(np.log2(count / _IN_A_BUCKET))), 0), _MOST_PLANES)
    middle = _middle(vectors)
    for _ in range(_DIVISIONS):
        directions = random.standard_normal((size, planes + 1)).astype(np.float32)
        order, buckets = _divided(vectors, middle, directions)
        for step in range(1, min(_NEIGHBOURS, count - 1) + 1):
            if is_cancelled():
                return
            _join_at(vectors, order, buckets, step, bound, joined)
        if planes == 0 and count <= _NEIGHBOURS:
            return  # each was held against each


def cosines(vectors: Halves, first: Places, second: Places) -> npt.NDArray[np.float32]:
    """The cosine of each pair of places, (pairs,)."""
    found = np.zeros(len(first), np.float32)
    for some in _portions(len(first)):
        one = vectors[first[some]].astype(np.float32)
        found[some] = np.einsum("nd,nd->n", one, vectors[second[some]].astype(np.float32))
    return found


def _middle(vectors: Halves) -> npt.NDArray[np.float32]:
    total = np.zeros(vectors.shape[1], np.float64)
    for some in _portions(len(vectors)):
        total += vectors[some].sum(0, dtype=np.float64)
    return (total / len(vectors)).astype(np.float32)


def _divided(
    vectors: Halves, middle: npt.NDArray[np.float32], directions: npt.NDArray[np.float32]
) -> tuple[Places, Places]:
    """The order by bucket and along the last direction, and the bucket of each in that order."""
    along = np.zeros(len(vectors), np.float32)
    buckets = np.zeros(len(vectors), np.int64)
    weights = 1 << np.arange(directions.shape[1] - 1, dtype=np.int64)
    for some in _portions(len(vectors)):
        sides = (vectors[some].astype(np.float32) - middle) @ directions
        buckets[some] = (sides[:, :-1] > 0) @ weights
        along[some] = sides[:, -1]
    order = np.lexsort((along, buckets))
    return order, buckets[order]


def _join_at(
    vectors: Halves, order: Places, buckets: Places, step: int, bound: float, joined: Joined
) -> None:
    first, second = order[:-step], order[step:]
    asked = (buckets[:-step] == buckets[step:]) & joined.are_apart(first, second)
    first, second = first[asked], second[asked]
    near = cosines(vectors, first, second) >= bound
    joined.join(first[near], second[near])


def _portions(count: int) -> Iterator[slice]:
    for start in range(0, count, _AT_ONCE):
        yield slice(start, start + _AT_ONCE)
