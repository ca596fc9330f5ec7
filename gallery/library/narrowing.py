"""Which photos meet the conditions of a search, remembered until the catalog changes."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gallery.catalog import Catalog
from gallery.conditions import Condition, Test
from gallery.library.vector_file import Ids

_REMEMBERED = 64


@dataclass(frozen=True, slots=True, eq=False)
class _Bits:
    """A set of photo ids, a bit for each id up to the largest: 125 KB for a million photos."""

    packed: npt.NDArray[np.uint8]
    turned_round: bool

    @classmethod
    def of(cls, ids: Ids, *, turned_round: bool) -> "_Bits":
        bits = np.zeros(1 + int(ids.max(initial=0)), np.bool_)
        bits[ids] = True
        return cls(np.packbits(bits), turned_round)

    def have(self, ids: Ids) -> npt.NDArray[np.bool_]:
        bits = np.unpackbits(self.packed).view(np.bool_)
        inside = ids < len(bits)
        there = bits[np.where(inside, ids, 0)] & inside
        return ~there if self.turned_round else there


@dataclass(frozen=True, slots=True)
class _Hidden:
    """Stands for the condition that every search has: a photo that is listed at all."""


class Narrowing:
    """Asks the catalog for each condition once for each of its states; from any thread."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._lock = threading.Lock()
        self._token: int | None = None
        self._known: OrderedDict[Test | _Hidden, _Bits] = OrderedDict()

    def listed(self, ids: Ids) -> npt.NDArray[np.bool_]:
        """Which of these photos (n,) are listed: no other stands for them, nobody left them out."""
        return ~self._bits(_Hidden()).have(ids)

    def meeting(self, conditions: Sequence[Condition], ids: Ids) -> npt.NDArray[np.bool_]:
        """Which of these photos (n,) meet every condition."""
        there = np.ones(len(ids), np.bool_)
        for condition in conditions:
            met = self._bits(condition.test).have(ids)
            there &= ~met if condition.negated else met
        return there

    def _bits(self, test: Test | _Hidden) -> _Bits:
        token = self._catalog.version_token()
        with self._lock:
            if token != self._token:
                self._known.clear()
                self._token = token
            if known := self._known.get(test):
                self._known.move_to_end(test)
                return known
        if isinstance(test, _Hidden):
            ids, turned_round = self._catalog.hidden_ids(), False
        else:
            ids, turned_round = self._catalog.ids_with(test)
        bits = _Bits.of(np.asarray(ids, np.int64), turned_round=turned_round)
        with self._lock:
            if token == self._token:
                self._known[test] = bits
                if len(self._known) > _REMEMBERED:
                    self._known.popitem(last=False)
        return bits
