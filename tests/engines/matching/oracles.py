"""The matching problem solved in other ways: by writing down every plan, and by HiGHS."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from gongzhi.engines.matching.planning import Plan
from gongzhi.engines.matching.pool import Pool

Aims = tuple[tuple[Fraction, ...] | int, ...]


@dataclass(frozen=True)
class Way:
    """One offer could serve one need in one period."""

    need: int
    offer: int
    period: int
    distance: int


def ways_of(pool: Pool) -> list[Way]:
    """All ways, rule by rule, in the plainest form."""
    needs, offers, found = pool.needs, pool.offers, []
    excluded = set(
        zip(
            pool.decisions.excluded_need.tolist(),
            pool.decisions.excluded_offer.tolist(),
            strict=True,
        )
    )
    for need, offer in itertools.product(range(len(needs)), range(len(offers))):
        step = pool.places[needs.place[need]] - pool.places[offers.place[offer]]
        distance = round(float(np.hypot(*step)))
        asked, given = pool.condition_sets[needs.asks[need]], pool.condition_sets[needs.gives[need]]
        held, wanted = (
            pool.condition_sets[offers.gives[offer]],
            pool.condition_sets[offers.asks[offer]],
        )
        if (
            offers.skills[offer, needs.category[need]]
            and pool.areas[offers.area[offer], needs.place[need]]
            and (offers.reach[offer] < 0 or distance <= offers.reach[offer])
            and not (asked & ~held).any()
            and not (wanted & ~given).any()
            and (need, offer) not in excluded
        ):
            found += [
                Way(need, offer, period, distance)
                for period in range(pool.periods)
                if pool.windows[needs.window[need], period] and offers.per_period[offer, period]
            ]
    return found


def fairness(units: tuple[int, ...], attainable: list[int]) -> tuple[Fraction, ...]:
    """The sorted shares, to be compared as leximin does."""
    return tuple(sorted(Fraction(u, a) for u, a in zip(units, attainable, strict=True) if a))


def aims_of(plan: Plan, pool: Pool) -> Aims:
    """What the engine's plan reaches, computed again from its rows alone."""
    ways = {(way.need, way.offer, way.period): way.distance for way in ways_of(pool)}
    rows = plan.rows
    units, value, distance = [0] * pool.communities, 0, 0
    for need, offer, period, quantity in zip(
        rows.need.tolist(),
        rows.offer.tolist(),
        rows.period.tolist(),
        rows.quantity.tolist(),
        strict=True,
    ):
        units[int(pool.needs.community[need])] += quantity
        value += quantity * int(pool.needs.urgency[need])
        distance += quantity * ways[need, offer, period]
    fair = fairness(tuple(units), plan.attainable.tolist())
    return in_order(plan.order, fair, value, distance)


def in_order(order: str, fair: tuple[Fraction, ...], value: int, distance: int) -> Aims:
    return (fair, value, -distance) if order == "fair-first" else (value, fair, -distance)


def best_by_writing_down_all(pool: Pool, order: str) -> tuple[Aims, list[int]] | None:
    """The best aims over all plans, and what is attainable; None if there are too many plans."""
    plans = _all_plans(pool)
    if plans is None:
        return None
    attainable = [max(units[c] for units, _, _ in plans) for c in range(pool.communities)]
    best = max(
        in_order(order, fairness(units, attainable), value, distance)
        for units, value, distance in plans
    )
    return best, attainable


def _all_plans(pool: Pool) -> set[tuple[tuple[int, ...], int, int]] | None:
    needs, offers = pool.needs, pool.offers
    periods = pool.periods
    left = (*needs.quantity.tolist(), *offers.per_period.ravel().tolist(), *offers.total.tolist())
    first_cell, first_offer = len(needs), len(needs) + offers.per_period.size
    states = {left: {((0,) * pool.communities, 0, 0)}}
    for way in ways_of(pool):
        spots = (
            way.need,
            first_cell + way.offer * periods + way.period,
            first_offer + way.offer,
        )
        community, urgency = int(needs.community[way.need]), int(needs.urgency[way.need])
        following: dict[tuple[int, ...], set[tuple[tuple[int, ...], int, int]]] = {}
        for state, reached in states.items():
            for units in range(min(state[spot] for spot in spots) + 1):
                after = list(state)
                for spot in spots:
                    after[spot] -= units
                following.setdefault(tuple(after), set()).update(
                    (
                        tuple(u + units * (c == community) for c, u in enumerate(served)),
                        value + units * urgency,
                        distance + units * way.distance,
                    )
                    for served, value, distance in reached
                )
        states = following
        if sum(map(len, states.values())) > 100_000:
            return None
    return set().union(*states.values())


class PlainModel:
    """Every way a variable, every capacity a row: the linear model as HiGHS takes it."""

    def __init__(self, pool: Pool) -> None:
        self.pool, self.ways = pool, ways_of(pool)
        needs, offers = pool.needs, pool.offers
        rows: list[tuple[int, int]] = []
        for column, way in enumerate(self.ways):
            cell = len(needs) + way.offer * pool.periods + way.period
            rows += [(way.need, column), (cell, column)]
            rows += [(len(needs) + offers.per_period.size + way.offer, column)]
        table = np.array(rows, dtype=np.int64).reshape(-1, 2)
        self.limit = np.concatenate([needs.quantity, offers.per_period.ravel(), offers.total])
        shape = (len(self.limit), len(self.ways))
        self.matrix = csr_array((np.ones(len(table)), (table[:, 0], table[:, 1])), shape=shape)
        home = [int(needs.community[way.need]) for way in self.ways]
        self.by_community = csr_array(
            (np.ones(len(home)), (home, np.arange(len(home)))),
            shape=(pool.communities, len(home)),
        )
        self.value = np.array([int(needs.urgency[way.need]) for way in self.ways], dtype=float)
        self.distance = np.array([way.distance for way in self.ways], dtype=float)

    def most_units(self, communities: tuple[int, ...]) -> int:
        """What these communities could receive together, by SciPy's maximum flow."""
        pool, needs, offers = self.pool, self.pool.needs, self.pool.offers
        cells = len(needs) + offers.per_period.size
        source, sink = cells + len(offers), cells + len(offers) + 1
        arcs = {}
        for need in range(len(needs)):
            if needs.community[need] in communities:
                arcs[source, need] = int(needs.quantity[need])
        for way in self.ways:
            cell = len(needs) + way.offer * pool.periods + way.period
            arcs[way.need, cell] = int(needs.quantity[way.need])
            arcs[cell, cells + way.offer] = int(offers.per_period[way.offer, way.period])
            arcs[cells + way.offer, sink] = int(offers.total[way.offer])
        ends = np.array(list(arcs), dtype=np.int32).reshape(-1, 2)
        graph = csr_array(
            (np.array(list(arcs.values()), dtype=np.int32), (ends[:, 0], ends[:, 1])),
            shape=(sink + 1, sink + 1),
        )
        return int(maximum_flow(graph, source, sink).flow_value)

    def solve(self, price: np.ndarray, *, units: tuple[int, ...] | None, value: int | None):
        """Least price with these units per community and at least this value, or None."""
        if not self.ways:
            return 0
        above, limit = [self.matrix], [self.limit]
        if value is not None:
            above.append(csr_array(-self.value.reshape(1, -1)))
            limit.append(np.array([-value]))
        found = linprog(
            price,
            A_ub=np.vstack([part.toarray() for part in above]),
            b_ub=np.concatenate(limit),
            A_eq=None if units is None else self.by_community.toarray(),
            b_eq=None if units is None else np.array(units),
            method="highs",
        )
        return None if found.status != 0 else round(found.fun)


def best_by_highs(pool: Pool, order: str) -> tuple[Aims, list[int]]:
    """The best aims by trying vectors of units from the fairest down, each with HiGHS."""
    model = PlainModel(pool)
    everyone = range(pool.communities)
    groups = [g for size in everyone for g in itertools.combinations(everyone, size + 1)]
    most = {group: model.most_units(group) for group in groups}
    attainable = [most[(community,)] for community in everyone]
    value = -model.solve(-model.value, units=None, value=None) if order == "value-first" else None
    vectors = [
        units
        for units in itertools.product(*(range(a + 1) for a in attainable))
        if sum(units) == most[tuple(everyone)]
        and all(sum(units[c] for c in group) <= most[group] for group in groups)
    ]
    best: Aims | None = None
    for fair, tied in _fairest_first(vectors, attainable):
        for units in tied:
            top = value
            if top is None:
                top = -model.solve(-model.value, units=units, value=None)
            distance = model.solve(model.distance, units=units, value=top)
            if distance is not None:
                aims = in_order(order, fair, top, distance)
                best = aims if best is None else max(best, aims)
        if best is not None:
            return best, attainable
    raise AssertionError("not even the empty plan was found")


def _fairest_first(
    vectors: list[tuple[int, ...]], attainable: list[int]
) -> Iterator[tuple[tuple[Fraction, ...], list[tuple[int, ...]]]]:
    by_fairness: dict[tuple[Fraction, ...], list[tuple[int, ...]]] = {}
    for units in vectors:
        by_fairness.setdefault(fairness(units, attainable), []).append(units)
    for fair in sorted(by_fairness, reverse=True):
        yield fair, by_fairness[fair]
