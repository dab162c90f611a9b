"""Average linkage of two similarities at once, on sparse sums of vectors."""

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

# Below this a pair is taken for wholly unlike, so that few pairs are kept.
_LEAST_KEPT = 0.02
_BLOCK = 2_000
_BATCH = 20_000


class Linkage:
    """Nodes that merge while the two most alike reach a threshold.

    The likeness of two nodes is the geometric mean of two averages over their pairs of messages:
    the average similarity of subjects and that of texts. Both averages follow from sums (UPGMA,
    Sokal and Michener 1958), so that no message pair is looked at twice. Nodes of two different
    places (-1: not known) never merge.
    """

    def __init__(self, sizes: Sequence[int], *, threshold: float, places: Sequence[int]) -> None:
        self.sizes = list(sizes)
        self.places = list(places)
        self.threshold = threshold
        self.merged_into = list(range(len(sizes)))
        self._near: list[dict[int, tuple[float, float]]] = [{} for _ in sizes]
        self._heap: list[tuple[float, int, int]] = []

    def connect(self, one: int, other: int, *, subjects: float, texts: float) -> None:
        """State the sums of similarities between two nodes."""
        self._near[one][other] = (subjects, texts)
        self._near[other][one] = (subjects, texts)
        self._offer(one, other)

    def run(self) -> list[int]:
        """Merge to the end, best first (ties: lower numbers), and return each node's root."""
        while self._heap:
            likeness, one, other = heapq.heappop(self._heap)
            if self._near[one].get(other) and self._likeness(one, other) == -likeness:
                self._merge(one, other)
        return [self._root(node) for node in range(len(self.sizes))]

    def _likeness(self, one: int, other: int) -> float:
        if (
            self.places[one] != self.places[other]
            and min(self.places[one], self.places[other]) >= 0
        ):
            return 0.0
        subjects, texts = self._near[one][other]
        return math.sqrt(subjects * texts) / (self.sizes[one] * self.sizes[other])

    def _offer(self, one: int, other: int) -> None:
        low, high = (one, other) if one < other else (other, one)
        likeness = self._likeness(low, high)
        if likeness >= self.threshold:
            heapq.heappush(self._heap, (-likeness, low, high))

    def _merge(self, one: int, other: int) -> None:
        """Merge into the lower number, so that a group keeps its earliest name."""
        self.merged_into[other] = one
        self.sizes[one] += self.sizes[other]
        self.places[one] = max(self.places[one], self.places[other])
        del self._near[one][other], self._near[other][one]
        for third, (subjects, texts) in self._near[other].items():
            had = self._near[one].get(third, (0.0, 0.0))
            joined = (had[0] + subjects, had[1] + texts)
            del self._near[third][other]
            self._near[one][third] = joined
            self._near[third][one] = joined
        self._near[other] = {}
        for third in self._near[one]:
            self._offer(one, third)

    def _root(self, node: int) -> int:
        while self.merged_into[node] != node:
            node = self.merged_into[node]
        return node


@dataclass(frozen=True, eq=False)
class NearPairs:
    """Pairs of nodes that are somewhat alike, with the sums of their two similarities."""

    one: NDArray[np.int64]
    other: NDArray[np.int64]
    subject_sums: NDArray[np.float64]
    text_sums: NDArray[np.float64]


def near_pairs(
    subjects: sparse.csr_matrix,
    texts: sparse.csr_matrix,
    *,
    sizes: NDArray[np.int64],
    rows: NDArray[np.int64],
) -> NearPairs:
    """Pair the nodes `rows` with all nodes that are somewhat alike, each pair once.

    `subjects` and `texts` (nodes, features) hold sums of unit vectors, `sizes` (nodes,) how many.
    """
    ones, others, sums = [], [], []
    flipped = subjects.T.tocsr()
    asked = np.zeros(len(sizes), dtype=bool)
    asked[rows] = True
    for at in range(0, len(rows), _BLOCK):
        part = rows[at : at + _BLOCK]
        product = (subjects[part] @ flipped).tocoo()
        one, other = part[product.row], product.col.astype(np.int64)
        kept = (product.data >= _LEAST_KEPT * sizes[one] * sizes[other]) & (one != other)
        kept &= ~asked[other] | (one < other)
        ones.append(one[kept])
        others.append(other[kept])
        sums.append(product.data[kept])
    one, other, subject_sums = np.concatenate(ones), np.concatenate(others), np.concatenate(sums)
    text_sums = np.zeros(len(one))
    for at in range(0, len(one), _BATCH):
        cut = slice(at, at + _BATCH)
        text_sums[cut] = np.asarray(texts[one[cut]].multiply(texts[other[cut]]).sum(axis=1)).ravel()
    alike = text_sums >= _LEAST_KEPT * sizes[one] * sizes[other]
    return NearPairs(one[alike], other[alike], subject_sums[alike], text_sums[alike])
