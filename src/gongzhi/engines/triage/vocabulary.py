"""A fixed set of feature keys, looked up by whole arrays."""

import numpy as np
from numpy.typing import NDArray

_MIX = np.uint64(0x9E3779B97F4A7C15)
_FREE = np.uint64(0xFFFFFFFFFFFFFFFF)


class Vocabulary:
    """Feature keys numbered 0…n-1 in ascending order, with an open-addressing table over them."""

    def __init__(self, keys: NDArray[np.uint64]) -> None:
        """Take distinct ascending keys. Cost: linear, the table is at most half full."""
        if len(keys) and not np.all(keys[:-1] < keys[1:]):
            raise ValueError("the keys of a vocabulary must be distinct and ascending")
        self.keys = keys
        bits = max(4, int(2 * len(keys)).bit_length())
        self._shift = np.uint64(64 - bits)
        self._last = (1 << bits) - 1
        self._table = np.full(1 << bits, _FREE, dtype=np.uint64)
        self._number = np.full(1 << bits, -1, dtype=np.int32)
        self._fill()

    def __len__(self) -> int:
        return len(self.keys)

    def numbers(self, keys: NDArray[np.uint64]) -> NDArray[np.int32]:
        """Return the number of each key, -1 for unknown ones (linear probing, vectorised)."""
        slot = self._slots(keys)
        found = self._number[slot]
        seen = self._table[slot]
        open_ = np.flatnonzero((seen != keys) & (seen != _FREE))
        while len(open_):
            slot[open_] = (slot[open_] + 1) & self._last
            seen_now = self._table[slot[open_]]
            found[open_] = self._number[slot[open_]]
            open_ = open_[(seen_now != keys[open_]) & (seen_now != _FREE)]
        return found

    def _slots(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        return ((keys * _MIX) >> self._shift).astype(np.int64)

    def _fill(self) -> None:
        waiting = np.arange(len(self.keys))
        slot = self._slots(self.keys)
        while len(waiting):
            free = self._table[slot[waiting]] == _FREE
            first = np.unique(slot[waiting[free]], return_index=True)[1]
            placed = waiting[free][first]
            self._table[slot[placed]] = self.keys[placed]
            self._number[slot[placed]] = placed
            waiting = waiting[self._table[slot[waiting]] != self.keys[waiting]]
            slot[waiting] = (slot[waiting] + 1) & self._last
