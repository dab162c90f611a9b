"""One network solved to proved optimality: candidates in, flow and proof out."""

from dataclasses import dataclass

import numpy as np

from gongzhi.engines.matching.attainable import attainable_units
from gongzhi.engines.matching.candidates import Candidates
from gongzhi.engines.matching.cheapest import cheapest_plan, unit_weight
from gongzhi.engines.matching.fairness import level_shares
from gongzhi.engines.matching.network import Built, build_network
from gongzhi.engines.matching.pool import BoolArray, IntArray, Order, Pool
from gongzhi.engines.matching.proof import Proof, prove
from gongzhi.engines.matching.value import Priced, most_value

_FIRST_WEIGHT = 4


@dataclass(frozen=True, kw_only=True)
class Remaining:
    """What is still open once locked decisions are taken out."""

    need: IntArray
    """(needs,), units still to be met."""
    period: IntArray
    """(offers, periods), units that can still be given."""
    total: IntArray
    """(offers,), units that can still be given over all periods."""
    beforehand: IntArray
    """(communities,), units that locked decisions give."""


@dataclass(frozen=True, kw_only=True)
class Solved:
    """An optimal flow for what was open, and all that is needed to go on from it."""

    order: Order
    remaining: Remaining
    built: Built
    flow: IntArray
    attainable: IntArray
    """(communities,), units that each could have if it were alone, locked ones included."""
    proof: Proof

    @property
    def received(self) -> IntArray:
        """(communities,), units in this plan, locked ones included."""
        return units_received(
            built=self.built, flow=self.flow, beforehand=self.remaining.beforehand
        )


def units_received(*, built: Built, flow: IntArray, beforehand: IntArray) -> IntArray:
    """(communities,), units that a flow brings, with those that were given beforehand."""
    net = built.network
    units = np.bincount(
        net.class_community, flow[: len(net.class_community)], net.communities
    ).astype(np.int64)
    total: IntArray = units + beforehand
    return total


def remaining_of(pool: Pool) -> Remaining:
    """Take the locked decisions out of the pool."""
    needs, offers, decided = pool.needs, pool.offers, pool.decisions
    need, period, total = needs.quantity.copy(), offers.per_period.copy(), offers.total.copy()
    beforehand = np.zeros(pool.communities, dtype=np.int64)
    np.subtract.at(need, decided.locked_need, decided.locked_quantity)
    np.subtract.at(period, (decided.locked_offer, decided.locked_period), decided.locked_quantity)
    np.subtract.at(total, decided.locked_offer, decided.locked_quantity)
    np.add.at(beforehand, needs.community[decided.locked_need], decided.locked_quantity)
    return Remaining(need=need, period=period, total=total, beforehand=beforehand)


def solve(
    *,
    pool: Pool,
    candidates: Candidates,
    remaining: Remaining,
    order: Order,
    apart: BoolArray | None = None,
    attainable: IntArray | None = None,
) -> Solved:
    """The best splittable plan for what is open, with its proof.

    `apart` (needs,) marks needs that keep a class of their own; `attainable` (communities,)
    measures shares by another yardstick than what is open now. Ties between equal plans are
    broken by the solver, the same way for the same input.
    """
    if apart is None:
        apart = np.zeros(len(pool.needs), dtype=bool)
    apart = apart.copy()
    apart[pool.decisions.excluded_need] = True
    built = build_network(
        pool=pool, candidates=candidates, left=remaining.need, apart=apart,
        period_left=remaining.period, total_left=remaining.total,
    )  # fmt: skip
    priced = most_value(built.network) if order == "value-first" else None
    network = priced.network if priced else built.network
    if attainable is None:
        attainable = attainable_units(built.network) + remaining.beforehand
    levels = level_shares(
        network=network, attainable=attainable, beforehand=remaining.beforehand,
        forced=priced.forced if priced else None,
    )  # fmt: skip
    longest = int(network.pair_distance.max(initial=0))
    for weight in (_FIRST_WEIGHT * (longest + 1), unit_weight(network)):
        flow = cheapest_plan(network=network, levels=levels, weight=weight)
        flow = _on(built, priced, flow)
        proof = prove(
            network=built.network, flow=flow, attainable=levels.attainable,
            beforehand=remaining.beforehand, order=order,
        )  # fmt: skip
        if proof.complete:
            break
    return Solved(
        order=order, remaining=remaining, built=built, flow=flow, attainable=levels.attainable,
        proof=proof,
    )  # fmt: skip


def _on(built: Built, priced: Priced | None, flow: IntArray) -> IntArray:
    return priced.on_whole(flow, built.network) if priced else flow
