"""Equal shares at many endowments side by side, on doubles with proved bounds.

Every endowment is a lane: a column of balances, one per group of equal ballots. A lane's next
purchase is decided only when intervals around the projects' effective costs prove it; where they
can't, the lane asks `ExactShares`. Why the bounds hold is written in docs/engines/budgeting.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from .exact_shares import UNIT_ROUNDOFF, ExactShares
from .runs import SharesRun, Tie
from .support import Support, Supporters
from .ties import TieBreaker, UnresolvedTie

Lanes = NDArray[np.float64]

# Outward rounding of a bound that took up to three operations to compute.
DOWN, UP = 1 - 4 * UNIT_ROUNDOFF, 1 + 4 * UNIT_ROUNDOFF
# Marks a balance that may be zero or not; far below every error bound.
TINY = 1e-300


@dataclass(frozen=True, slots=True)
class _Priced:
    """Where Newton's iteration on a project stands, in every lane.

    `money` is what those hold who pay all they have, `count` how many voters they are, `unsure`
    how many of these hold more than an exact 0, `left` the shares of the others (1 where there
    are none). A settled lane gains nothing from going on; in
    a repeated one the set of those who pay all they have is the same before and after.
    """

    rate: Lanes
    money: Lanes
    left: Lanes
    count: Lanes
    unsure: Lanes
    settled: NDArray[np.bool_]
    repeated: NDArray[np.bool_]


class LaneRun:
    """The lanes in progress: arrays have shape (groups, lanes) or (projects, lanes)."""

    def __init__(
        self,
        support: Support,
        costs: Sequence[int],
        endowments: Sequence[Fraction],
        ties: TieBreaker,
    ) -> None:
        self._support, self._costs, self._ties = support, costs, ties
        self._endowments = list(endowments)
        lanes, projects = len(endowments), len(costs)
        self._lanes = np.arange(lanes)
        endowed = np.array([float(endowment) for endowment in endowments])
        self._balances = np.repeat(endowed[None, :], len(support.weights), axis=0)
        self._step_slip = 8 * UNIT_ROUNDOFF * endowed
        self._error = self._step_slip.copy()
        self._unit = np.array([float(row.unit) for row in support.projects])
        cost = np.array([float(cost) for cost in costs])
        total = np.array([float(row.total) for row in support.projects])
        count = np.array([float(row.count) for row in support.projects])
        with np.errstate(divide="ignore"):
            first = cost / total / self._unit * DOWN
        affordable = count[:, None] * endowed * UP >= cost[:, None]
        self._low = np.where(affordable & (total > 0)[:, None], first[:, None], np.inf)
        self._growth, self._reach = np.ones(lanes), np.full(lanes, np.inf)
        for project in np.flatnonzero(count > 0).tolist():
            short = (cost[project] / UP / count[project] - endowed) / UP
            self._limit_reach(np.where(affordable[project], np.inf, short))
        self._high = np.full((projects, lanes), np.inf)
        self._fresh = np.zeros((projects, lanes), dtype=bool)
        self._rate = np.zeros((projects, lanes))
        self._rate_error = np.zeros((projects, lanes))
        self._slope = np.zeros((projects, lanes))
        self._rate_slope = np.zeros((projects, lanes))
        self._settled_forever: dict[int, list[int]] = {}
        self._bought: list[list[int]] = [[] for _ in endowments]
        self._met: list[list[Tie]] = [[] for _ in endowments]
        self._refused: dict[int, UnresolvedTie] = {}
        self._exact: dict[int, ExactShares] = {}
        self._known: dict[tuple[int, int], Fraction | None] = {}

    def finish(self) -> list[SharesRun]:
        while self._advance():
            pass
        return [
            SharesRun(
                endowment,
                tuple(bought),
                tuple(met),
                self._refused.get(lane),
                max(0.0, float(self._reach[lane])),
            )
            for lane, (endowment, bought, met) in enumerate(
                zip(self._endowments, self._bought, self._met, strict=True)
            )
        ]

    def _advance(self) -> bool:
        """Take one step in as many lanes as possible; False when every lane has ended."""
        first = self._low.argmin(axis=0)
        best = self._low[first, self._lanes]
        open_lanes = np.isfinite(best)
        if not open_lanes.any():
            return False
        stale = open_lanes & ~self._fresh[first, self._lanes]
        if stale.any():
            self._evaluate(_most_common(first[stale]))
            return True
        limit = self._high[first, self._lanes]
        for lane in np.flatnonzero(open_lanes & np.isinf(limit)).tolist():
            self._sharpen(int(first[lane]), lane)
            return True
        near = (self._low <= limit) & open_lanes
        waiting = (near & ~self._fresh).sum(axis=1)
        if waiting.any():
            self._evaluate(int(waiting.argmax()))
            return True
        rivals = near.sum(axis=0) > 1
        for lane in np.flatnonzero(rivals).tolist():
            try:
                first[lane] = self._decide_exactly(lane)
            except UnresolvedTie as refused:
                self._refused[lane] = refused
                self._low[:, lane] = np.inf
                open_lanes[lane] = False
        self._buy_everywhere(first, open_lanes)
        return True

    def _evaluate(self, project: int) -> None:
        """Raise the lower bounds of a project until it is priced or out of the running."""
        row = self._support.projects[project]
        balances = self._balances.take(row.groups, axis=0)
        unit = self._unit[project]
        self._drop_unaffordable(project, balances)
        mine = self._low[project]
        alive = np.isfinite(mine)
        if not alive.any():
            return
        others = np.where(self._fresh, self._high, self._low)
        others[project] = np.inf
        bar = others.min(axis=0)
        start = np.where(alive, mine * unit, 0.0)
        for stop in (bar, np.inf):
            at = self._iterate(project, balances, start, stop * unit)
            able = np.isfinite(at.rate)
            rate = np.where(able, at.rate, 0.0)
            slack = 1.01 * (at.unsure * self._error + _sum_error(row) * at.money)
            error = slack / at.left + 8 * UNIT_ROUNDOFF * rate
            found = np.where(able, (rate - error) / unit * DOWN, mine)
            if not (alive & able & ~at.settled & (found <= bar)).any():
                break
        new = alive & ~self._fresh[project]
        better = new & able & (found > mine)
        self._low[project] = np.where(better, found, mine)
        poor = at.count > 0
        slope = 1.01 * at.count * np.where(poor, self._growth, 0.0) / at.left
        self._slope[project] = np.where(better, slope / unit, self._slope[project])
        priced = np.flatnonzero(new & able & at.settled)
        if len(priced):
            margin = self._error + (2 * error + 8 * UNIT_ROUNDOFF * rate) * _largest(row)
            close = balances < _due(row, rate) + margin
            clear = at.repeated & (row.weights @ close == at.count)
            high = np.where(clear, (rate + error) / unit * UP, np.inf)
            self._high[project, priced] = high[priced]
            self._rate[project, priced] = rate[priced]
            self._rate_error[project, priced] = error[priced]
            self._rate_slope[project, priced] = slope[priced]
            self._fresh[project, priced] = True
        for lane in np.flatnonzero(new & ~able).tolist():
            self._sharpen(project, lane)

    def _drop_unaffordable(self, project: int, balances: Lanes) -> None:
        """Give up a project in the lanes where all its supporters' money surely falls short."""
        row = self._support.projects[project]
        money = row.weights @ balances
        slack = 1.01 * (row.count * self._error + _sum_error(row) * money)
        short = self._costs[project] - money - slack
        gone = (short > 0) & np.isfinite(self._low[project])
        self._low[project, gone] = np.inf
        if gone.any():
            self._limit_reach(np.where(gone, short / (1.01 * row.count * self._growth), np.inf))

    def _limit_reach(self, reach: Lanes) -> None:
        self._reach = np.minimum(self._reach, 0.99 * reach)

    def _iterate(self, project: int, balances: Lanes, rate: Lanes, stop: Lanes) -> _Priced:
        """Newton's iteration from a rate that is not too high, in all lanes.

        Whoever can't pay the rate so far pays all they have, and the others share the rest. When
        the set of the former repeats, the rate is the price; the lane is settled. A rate above
        `stop` needs no more work. An infinite rate says that everybody pays all they have.
        """
        row = self._support.projects[project]
        weights, cost = row.weights, float(self._costs[project])
        shares = None if row.gains is None else weights * row.gains
        poor = balances < _due(row, rate)
        count = weights @ poor
        share = count if shares is None else shares @ poor
        while True:
            held = balances * poor
            money = weights @ held
            left = row.total - share
            broke = left <= 0
            left = np.where(broke, 1.0, left)
            rate = np.where(broke, np.inf, (cost - money) / left)
            before, poor = share, balances < _due(row, rate)
            count_now = weights @ poor
            share = count_now if shares is None else shares @ poor
            grown = share > before
            if not (grown & (rate <= stop)).any():
                return _Priced(
                    rate=rate,
                    money=money,
                    left=left,
                    count=count,
                    unsure=weights @ (held > 0),
                    settled=~grown,
                    repeated=share == before,
                )
            count = count_now

    def _sharpen(self, project: int, lane: int) -> Fraction | None:
        """Price a project exactly in one lane, and note the tightest bounds around it."""
        if (project, lane) not in self._known:
            exact = self._exact_state(lane)
            self._known[project, lane] = exact.rate(project)
            self._rate_slope[project, lane] = np.inf
        rate = self._known[project, lane]
        self._fresh[project, lane] = True
        if rate is None:
            self._low[project, lane] = self._high[project, lane] = np.inf
            self._reach[lane] = 0.0
            return None
        unit = self._unit[project]
        self._slope[project, lane] = self._rate_slope[project, lane] / unit
        self._rate[project, lane] = float(rate)
        self._rate_error[project, lane] = 2 * UNIT_ROUNDOFF * float(rate)
        self._low[project, lane] = float(rate) / unit * DOWN
        self._high[project, lane] = float(rate) / unit * UP
        return rate

    def _exact_state(self, lane: int) -> ExactShares:
        """The exact state of a lane, brought up to date; the lane's doubles profit from it."""
        if lane not in self._exact:
            self._exact[lane] = ExactShares(self._support, self._costs, self._endowments[lane])
        exact = self._exact[lane]
        for project in self._bought[lane][exact.purchases :]:
            rate = exact.rate(project)
            if rate is None:
                raise ArithmeticError("a purchase that bounds had proved is not affordable")
            exact.buy(project, rate)
        left = np.maximum(exact.balances, TINY)
        left[exact.spent] = 0.0
        self._balances[:, lane] = left
        self._error[lane] = exact.error
        return exact

    def _clean_rate(self, project: int, lane: int) -> Fraction | None:
        """The exact rate where all supporters surely pay it in full or have exactly nothing."""
        row = self._support.projects[project]
        balances = self._balances[:, lane].take(row.groups)
        due = self._rate[project, lane] * row.shares
        rich = balances > due + self._error[lane] + 8 * UNIT_ROUNDOFF * due
        if not np.isfinite(self._high[project, lane]) or balances[~rich].any():
            return None
        return Fraction(self._costs[project], int((row.weights * row.shares) @ rich))

    def _decide_exactly(self, lane: int) -> int:
        """The project that a lane buys next, among those whose intervals overlap."""
        fresh = np.where(self._fresh[:, lane], self._high[:, lane], np.inf)
        limit = np.where(np.isfinite(self._low[:, lane]), fresh, np.inf).min()
        prices: dict[int, Fraction] = {}
        for project in np.flatnonzero(self._low[:, lane] <= limit).tolist():
            rate = self._clean_rate(project, lane) if self._fresh[project, lane] else None
            if rate is not None:
                self._known[project, lane] = rate
            rate = self._sharpen(project, lane)
            if rate is not None:
                prices[project] = rate / self._support.projects[project].unit
        close = list(prices)
        if (self._rate_slope[close, lane] == 0).all():
            # Everyone pays in full at any larger endowment too: the same prices, the same choice.
            self._settled_forever[lane] = close
        best = min(prices.values())
        tied = tuple(project for project, price in prices.items() if price == best)
        if len(tied) == 1:
            return tied[0]
        self._met[lane].append(Tie(turn=len(self._bought[lane]), projects=tied))
        return self._ties.choose(tied)

    def _buy_everywhere(self, chosen: NDArray[np.int64], open_lanes: NDArray[np.bool_]) -> None:
        for project in np.unique(chosen[open_lanes]).tolist():
            self._buy(project, open_lanes & (chosen == project))

    def _buy(self, project: int, here: NDArray[np.bool_]) -> None:
        """Let the supporters pay for a project in some lanes.

        A balance becomes exactly 0 only where the voter surely can't pay in full; a balance that
        may be 0 or not is kept at `TINY` and stays within the error bound.
        """
        row = self._support.projects[project]
        rate = np.where(here, self._rate[project], 0.0)
        error = np.where(here, self._rate_error[project], 0.0) * _largest(row)
        balances = self._balances.take(row.groups, axis=0)
        balances -= _due(row, rate)
        gone = balances < -(self._error + error + 8 * UNIT_ROUNDOFF * rate * _largest(row))
        np.maximum(balances, np.where(here, TINY, 0.0), out=balances)
        np.copyto(balances, 0.0, where=gone)
        self._balances[row.groups] = balances
        self._extend_reach(project, here)
        self._error += np.where(here, 1.01 * error + self._step_slip, 0.0)
        self._low[project, here] = self._high[project, here] = np.inf
        self._fresh[:, here] = False
        lanes = set(np.flatnonzero(here).tolist())
        for lane in lanes:
            self._bought[lane].append(project)
        if self._known:
            self._known = {key: rate for key, rate in self._known.items() if key[1] not in lanes}

    def _extend_reach(self, project: int, here: NDArray[np.bool_]) -> None:
        """Note how far the endowment may grow before another project could come first.

        With `x` more per voter, the price now paid is no higher, the bound of any other project
        is lower by at most its slope times x, and no balance grows by more than `_growth` times x.
        """
        slope = self._slope
        with np.errstate(divide="ignore", invalid="ignore"):
            gap = self._low - self._high[project]
            reach = np.where(slope > 0, gap / slope, np.where(gap > 0, np.inf, 0.0))
        reach = np.where(np.isfinite(self._low), reach, np.inf)
        reach[project] = np.inf
        for lane in np.flatnonzero(here).tolist():
            reach[self._settled_forever.pop(lane, []), lane] = np.inf
        self._limit_reach(np.where(here, reach.min(axis=0), np.inf))
        more = 1.01 * self._rate_slope[project] * _largest(self._support.projects[project])
        self._growth = np.where(here, self._growth + more, self._growth)


def _due(row: Supporters, rate: Lanes) -> Lanes:
    """What one voter of each group must pay: (groups, lanes), or (lanes,) where all pay alike."""
    return rate if row.gains is None else row.gains[:, None] * rate


def _largest(row: Supporters) -> float:
    return 1.0 if row.gains is None else float(row.gains.max(initial=0.0))


def _sum_error(row: Supporters) -> float:
    """A sum of products over the groups, in any order, is off by at most this share of it."""
    return (len(row.groups) + 8) * UNIT_ROUNDOFF


def _most_common(projects: NDArray[np.int64]) -> int:
    return int(np.bincount(projects).argmax())
