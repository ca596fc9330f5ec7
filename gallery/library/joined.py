"""Places joined pair by pair, and the sets that come of it (union-find over arrays)."""

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int64]


class Joined:
    """Starts with every place from 0 to ``count`` - 1 alone."""

    def __init__(self, count: int) -> None:
        self._root: Places = np.arange(count, dtype=np.int64)

    def are_apart(self, first: Places, second: Places) -> npt.NDArray[np.bool_]:
        """For each pair whether they are in different sets, (pairs,)."""
        apart: npt.NDArray[np.bool_] = self._root[first] != self._root[second]
        return apart

    def join(self, first: Places, second: Places) -> None:
        """Join each pair."""
        root = self._root
        for one, other in zip(root[first].tolist(), root[second].tolist(), strict=True):
            one, other = self._top(one), self._top(other)
            if one != other:
                root[max(one, other)] = min(one, other)
        self._flatten()

    def sets(self) -> list[Places]:
        """The sets of more than one place, each ascending, by their first place."""
        order = np.argsort(self._root, kind="stable")
        roots = self._root[order]
        cuts = np.flatnonzero(np.diff(roots)) + 1
        return [some for some in np.split(order, cuts) if len(some) > 1]

    def _top(self, place: int) -> int:
        while (above := int(self._root[place])) != place:
            place = above
        return place

    def _flatten(self) -> None:
        while True:
            above = self._root[self._root]
            if np.array_equal(above, self._root):
                return
            self._root = above
