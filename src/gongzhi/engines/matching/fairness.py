"""Fair shares between communities: leximin in whole units, by cutting along scarcity.

The vectors of units that communities can receive together form a polymatroid, so the ranks of
`filling` decide everything: fill whole ranks up to the total that can be met, and test with one
maximum flow whether the network can do it. If it can't, the cut of the flow names the communities
that are held back by what they can reach together; they and the others are from then on two
networks that share nothing, and each is levelled by itself (Fujishige, Mathematics of Operations
Research 5, 1980, on lexicographically optimal bases; here for whole units). All parts are tested in
the same flow, so the number of flows is the depth of the cutting, not the number of communities.
"""

from dataclasses import dataclass, field

import numpy as np

from gongzhi.engines.matching.filling import fill
from gongzhi.engines.matching.flows import CannotSolve, send_most
from gongzhi.engines.matching.network import Arcs, Network, arcs_of
from gongzhi.engines.matching.pool import BoolArray, IntArray


@dataclass(frozen=True, kw_only=True)
class Tie:
    """Communities that share a last rank which only some of them can have."""

    members: tuple[int, ...]
    units: int


@dataclass(frozen=True, kw_only=True)
class Levels:
    """What every leximin plan has in common, and where such plans may still differ."""

    attainable: IntArray
    """(communities,), units that a community could have if it were alone."""
    floor: IntArray
    """(communities,), units it has in every leximin plan; a tie may add one."""
    beforehand: IntArray
    """(communities,), part of the floor that does not run through the community's node."""
    ties: tuple[Tie, ...]
    block: IntArray
    """(nodes,), the part of the network; no unit runs between two parts, except as below."""
    sequence: tuple[int, ...]
    """Parts in an order in which a freed unit could only move from a later one to an earlier."""
    arcs: Arcs
    """The arcs of the network as they remain: 0 capacity where cut; a need that is met in full by
    another part than that of its community starts at the source (node number `nodes`), and a
    period that is used up by another part than that of its offer ends at the sink."""


@dataclass(kw_only=True)
class _Block:
    members: list[int]
    through: int
    """Units that run through this part in every leximin plan."""
    tested: list[int] = field(default_factory=list)
    rank: list[int] = field(default_factory=list)
    with_rank: bool = False


def level_shares(
    *,
    network: Network,
    attainable: IntArray,
    beforehand: IntArray,
    forced: BoolArray | None = None,
) -> Levels:
    """Leximin over the share of what each community could have at all.

    `attainable` (communities,) is what each could have if it were alone (`attainable_units`);
    `beforehand` (communities,) are units of it that locked decisions give; `forced` (classes,)
    marks needs that have to be met completely before fairness is asked (for the value-first order).
    Cost: one maximum flow per level of the cutting.
    """
    levelling = _Levelling(network=network, attainable=attainable, beforehand=beforehand)
    if forced is not None:
        levelling.force(forced)
    levelling.run()
    return levelling.result()


class _Levelling:
    """The working state of `level_shares`."""

    def __init__(self, *, network: Network, attainable: IntArray, beforehand: IntArray) -> None:
        arcs = arcs_of(network)
        self.network, self.attainable = network, attainable
        self.beforehand = beforehand.copy()
        self.tail, self.head = arcs.tail.copy(), arcs.head.copy()
        self.capacity = arcs.capacity.copy()
        self.source = network.nodes
        self.classes = len(network.class_community)
        self.offer_arcs = len(arcs) - len(network.offer_capacity)
        self.column_arcs = self.offer_arcs - len(network.column_offer)
        self.alive = self.capacity > 0
        self.cut = np.zeros(len(arcs), dtype=bool)
        self.label = np.zeros(network.nodes + 1, dtype=np.int64)
        self.floor = beforehand.tolist()
        self.ceiling = attainable.tolist()
        self.blocks: dict[int, _Block] = {}
        self.sequence = [0]
        self.ties: list[Tie] = []

    def force(self, forced: BoolArray) -> None:
        net = self.network
        self.tail[: self.classes][forced] = self.source
        np.add.at(self.beforehand, net.class_community[forced], net.class_quantity[forced])
        self.floor = np.maximum(self.floor, self.beforehand).tolist()

    def run(self) -> None:
        everyone = list(range(self.network.communities))
        self.blocks = {0: _Block(members=everyone, through=0, tested=list(self.ceiling))}
        given, got, reaches = self._send()
        self.blocks[0].through = int(got[0])
        self._split(0, given, got, reaches)
        self._separate(reaches)
        while self.blocks:
            for key, block in self.blocks.items():
                self._choose(key, block)
            given, got, reaches = self._send()
            for key in list(self.blocks):
                if not self._settled(key, int(got[key])):
                    self._split(key, given, got, reaches)
            self._separate(reaches)

    def _choose(self, key: int, block: _Block) -> None:
        """What to test next in this part: whole ranks, or the rank that is too many as well."""
        if block.rank and not block.with_rank:
            block.with_rank = True
            for place, member in enumerate(block.members):
                block.tested[place] += member in block.rank
            return
        pick = block.members
        block.tested, rank = fill(
            attainable=[int(self.attainable[c]) for c in pick],
            floor=[self.floor[c] for c in pick],
            ceiling=[self.ceiling[c] for c in pick],
            total=block.through - self._forced_units(key) + int(self.beforehand[pick].sum()),
        )
        block.rank, block.with_rank = [pick[place] for place in rank], False

    def _forced(self) -> IntArray:
        return np.flatnonzero(
            self.alive[: self.classes] & (self.tail[: self.classes] == self.source)
        )

    def _forced_units(self, key: int) -> int:
        forced = self._forced()
        mine = forced[self.label[self.network.first_class + forced] == key]
        return int(self.capacity[mine].sum())

    def _send(self) -> tuple[IntArray, IntArray, BoolArray]:
        """One maximum flow through all open parts.

        Returns units through the nodes of the communities, units through each part, and which
        nodes could send more.
        """
        members = np.array([c for block in self.blocks.values() for c in block.members])
        tested = np.array([units for block in self.blocks.values() for units in block.tested])
        chosen = np.flatnonzero(self.alive)
        found = send_most(
            tail=np.concatenate([self.tail[chosen], np.full(len(members), self.source)]),
            head=np.concatenate([self.head[chosen], members]),
            capacity=np.concatenate([self.capacity[chosen], tested - self.beforehand[members]]),
            source=self.source, sink=self.network.sink, nodes=self.network.nodes + 1,
        )  # fmt: skip
        self.class_flow = np.zeros(self.classes, dtype=np.int64)
        given = np.zeros(self.network.communities, dtype=np.int64)
        given[members] = found.flow[len(chosen) :]
        forced = self._forced()
        parts = max(self.sequence) + 1
        got = np.bincount(self.label[members], given[members], parts)
        self.class_flow[forced] = found.flow[np.searchsorted(chosen, forced)]
        got += np.bincount(
            self.label[self.network.first_class + forced], self.class_flow[forced], parts
        )
        return given, got.astype(np.int64), found.reaches_sink

    def _settled(self, key: int, got: int) -> bool:
        """Whether the part could do what was tested."""
        block = self.blocks[key]
        if block.with_rank:
            if got < block.through:
                return False
            wanted = block.through - self._forced_units(key)
            spare = wanted - sum(self.floor[c] - int(self.beforehand[c]) for c in block.members)
            self.ties.append(Tie(members=tuple(block.rank), units=spare))
            self._close(key)
            return True
        wanted = self._forced_units(key) + sum(
            units - int(self.beforehand[c])
            for c, units in zip(block.members, block.tested, strict=True)
        )
        if got < wanted:
            return False
        for member, units in zip(block.members, block.tested, strict=True):
            self.floor[member] = units
        if wanted == block.through:
            self._close(key)
        return True

    def _close(self, key: int) -> None:
        del self.blocks[key]
        self.alive &= self._part_of_arcs() != key

    def _part_of_arcs(self) -> IntArray:
        """The part of the end that is neither source nor sink."""
        outer = self.tail == self.source
        return np.where(outer, self.label[self.head], self.label[self.tail])

    def _split(self, key: int, given: IntArray, got: IntArray, reaches: BoolArray) -> None:
        """Part those who are held back by a full cut from those who are not."""
        block = self.blocks[key]
        tested = dict(zip(block.members, block.tested, strict=True))
        held = [c for c in block.members if not reaches[c]]
        free = [c for c in block.members if reaches[c]]
        for member in held:
            self.ceiling[member] = min(self.ceiling[member], tested[member])
        for member in free:
            self.floor[member] = tested[member]
        if not free or not held:
            if block.tested != [self.attainable[c] for c in block.members]:
                raise CannotSolve("a part of the network is neither settled nor divided by its cut")
            return
        fresh = max(self.sequence) + 1
        forced = self._forced()
        nodes = self.network.first_class + forced
        mine = forced[(self.label[nodes] == key) & ~reaches[nodes]]
        self.sequence.insert(self.sequence.index(key) + 1, fresh)
        self.label[(self.label == key) & reaches] = fresh
        through = int(given[held].sum()) + int(self.class_flow[mine].sum())
        self.blocks[key] = _Block(members=held, through=through)
        self.blocks[fresh] = _Block(members=free, through=block.through - through)

    def _separate(self, reaches: BoolArray) -> None:
        """Cut arcs between parts; what runs over the cut is used up in every leximin plan."""
        inner = slice(0, self.offer_arcs)
        crossing = np.flatnonzero(
            self.alive[inner]
            & (self.label[self.tail[inner]] != self.label[self.head[inner]])
            & (self.tail[inner] != self.source)
            & (self.head[inner] != self.network.sink)
        )
        over = reaches[self.head[crossing]] & ~reaches[self.tail[crossing]]
        self.alive[crossing[~over]] = False
        self.cut[crossing[~over]] = True
        full = crossing[over]
        met = full[full < self.classes]
        self._move(met)
        used = full[full >= self.column_arcs]
        column = used - self.column_arcs
        self.head[used] = self.network.sink
        np.subtract.at(
            self.capacity, self.offer_arcs + self.network.column_offer[column], self.capacity[used]
        )

    def _move(self, met: IntArray) -> None:
        """Needs that are met in full by another part than that of their community."""
        home = self.network.class_community[met]
        units = self.capacity[met]
        for label, sign in (
            (self.label[home], -1),
            (self.label[self.network.first_class + met], 1),
        ):
            for key, moved in enumerate(np.bincount(label, units)):
                if moved:
                    self.blocks[key].through += sign * int(moved)
        self.tail[met] = self.source
        np.add.at(self.beforehand, home, units)
        self.floor = np.maximum(self.floor, self.beforehand).tolist()

    def result(self) -> Levels:
        return Levels(
            attainable=self.attainable,
            floor=np.array(self.floor, dtype=np.int64),
            beforehand=self.beforehand,
            ties=tuple(self.ties),
            block=self.label[:-1],
            sequence=tuple(self.sequence),
            arcs=Arcs(
                tail=self.tail, head=self.head, capacity=np.where(self.cut, 0, self.capacity)
            ),
        )
