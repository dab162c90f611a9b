"""What could still be changed in a plan: the residual network, searched with plain arrays."""

from dataclasses import dataclass

import numpy as np

from gongzhi.engines.matching.network import Arcs, Network
from gongzhi.engines.matching.pool import BoolArray, IntArray

_ROUNDS_BETWEEN_LOOKS = 64


@dataclass(frozen=True, kw_only=True)
class Residual:
    """Arcs on which a unit could be moved, sorted by tail; each keeps the price of moving it."""

    start: IntArray
    """(nodes + 1,), where the arcs of a node begin."""
    head: IntArray
    cost: IntArray

    @property
    def nodes(self) -> int:
        return len(self.start) - 1


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Moves of one unit that a plan allows, in no order."""

    tail: IntArray
    head: IntArray
    cost: IntArray
    nodes: int

    def joined(self, links: list[tuple[int, int]]) -> "Changes":
        """With further moves that cost nothing."""
        more = np.array(links, dtype=np.int64).reshape(-1, 2)
        return Changes(
            tail=np.concatenate([self.tail, more[:, 0]]),
            head=np.concatenate([self.head, more[:, 1]]),
            cost=np.concatenate([self.cost, np.zeros(len(more), dtype=np.int64)]),
            nodes=max(self.nodes, int(more.max(initial=-1)) + 1),
        )

    def only(self, kept: BoolArray) -> "Changes":
        """Without the others."""
        return Changes(
            tail=self.tail[kept], head=self.head[kept], cost=self.cost[kept], nodes=self.nodes
        )

    def residual(self) -> Residual:
        """Sorted by tail."""
        order = np.argsort(self.tail, kind="stable")
        return Residual(
            start=np.searchsorted(self.tail[order], np.arange(self.nodes + 1)),
            head=self.head[order], cost=self.cost[order],
        )  # fmt: skip


def changes_of(*, network: Network, arcs: Arcs, flow: IntArray, cost: IntArray) -> Changes:
    """Forward where there is room, backward (at the opposite price) where something flows."""
    room, used = np.flatnonzero(flow < arcs.capacity), np.flatnonzero(flow > 0)
    return Changes(
        tail=np.concatenate([arcs.tail[room], arcs.head[used]]),
        head=np.concatenate([arcs.head[room], arcs.tail[used]]),
        cost=np.concatenate([cost[room], -cost[used]]),
        nodes=network.nodes,
    )


def _arcs_from(residual: Residual, nodes: IntArray) -> tuple[IntArray, IntArray]:
    """(arcs that leave the nodes, how many leave each)."""
    begin = residual.start[nodes]
    count = residual.start[nodes + 1] - begin
    shift = np.cumsum(count) - count
    return np.repeat(begin - shift, count) + np.arange(int(count.sum())), count


def _distinct(nodes: IntArray, count: int) -> IntArray:
    """The nodes, sorted, each once: faster than sorting where there are many."""
    mark = np.zeros(count, dtype=bool)
    mark[nodes] = True
    return np.flatnonzero(mark)


def spread_from(residual: Residual, start: int, seen: BoolArray) -> None:
    """Mark in `seen` every node that can be reached from `start` over nodes not yet seen."""
    front = np.array([start])
    seen[start] = True
    while len(front):
        arcs, _ = _arcs_from(residual, front)
        front = _distinct(residual.head[arcs], residual.nodes)
        front = front[~seen[front]]
        seen[front] = True


def potentials(residual: Residual, first: IntArray | None = None) -> IntArray | None:
    """(nodes,), prices under which no change of the plan pays; None where some change would.

    Bellman and Ford's method from every node at once; only what has changed is looked at again,
    and a circle among the arcs that last lowered each price ends it. `first` (nodes,) are prices to
    start from, which saves work when they are nearly right.
    """
    price = np.zeros(residual.nodes, dtype=np.int64)
    if first is not None:
        price[: len(first)] = first[: residual.nodes]
    front = np.flatnonzero(np.diff(residual.start))
    lowered_by = np.full(residual.nodes, -1, dtype=np.int64)
    for round_number in range(residual.nodes + 1):
        arcs, count = _arcs_from(residual, front)
        tail, head = np.repeat(front, count), residual.head[arcs]
        offered = price[tail] + residual.cost[arcs]
        better = offered < price[head]
        if not better.any():
            return price
        tail, head, offered = tail[better], head[better], offered[better]
        np.minimum.at(price, head, offered)
        last = offered == price[head]
        lowered_by[head[last]] = tail[last]
        front = _distinct(head, residual.nodes)
        if round_number % _ROUNDS_BETWEEN_LOOKS == 0 and _has_circle(lowered_by):
            return None
    return None


def _has_circle(pointer: IntArray) -> bool:
    """Whether following the pointers (-1 ends) can go on for ever."""
    end = len(pointer)
    jump = np.append(np.where(pointer < 0, end, pointer), end)
    for _ in range(end.bit_length()):
        jump = jump[jump]
    return bool((jump != end).any())


def no_change_pays(residual: Residual, price: IntArray) -> bool:
    """Whether every arc is at least as dear as the difference of the prices at its ends."""
    tail = np.repeat(np.arange(residual.nodes), np.diff(residual.start))
    return bool((residual.cost + price[tail] - price[residual.head] >= 0).all())
