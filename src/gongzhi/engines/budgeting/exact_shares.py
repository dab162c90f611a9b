"""Equal shares in exact rationals, for the few decisions that bounds on doubles can't make.

A voter's balance is the endowment less what was paid, and the rate of every purchase is one
rational for all. So the balances of any set of voters sum to `N * endowment - sum(m[s] * rate[s])`
with whole counts N and m[s]: one product of small matrices gives the counts, and only a handful of
large rationals are ever touched, however many people voted.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from .support import Support

# One rounding to nearest changes a double by at most this share of it.
UNIT_ROUNDOFF = 2.0**-53


class ExactShares:
    """The state of one run of equal shares: who paid for which purchase, and the exact rates.

    A rate is paid per share of gain, where a supporter has `gains` shares, or one where all gain
    alike. Shares are whole numbers, so counts of them are exact in doubles.
    """

    def __init__(self, support: Support, costs: Sequence[int], endowment: Fraction) -> None:
        self._support = support
        self._costs = costs
        self._denominator = endowment.denominator
        self._endowment = endowment.numerator
        self._rates: list[int] = []
        groups = len(support.weights)
        self._paid = np.zeros((groups, 8))
        self.spent = np.zeros(groups, dtype=bool)
        self.balances = np.full(groups, float(endowment))
        self._slip = 8 * UNIT_ROUNDOFF * float(endowment)

    @property
    def purchases(self) -> int:
        """How many projects have been bought."""
        return len(self._rates)

    @property
    def error(self) -> float:
        """No entry of `balances` is further than this from the exact balance.

        A purchase rounds the rate, its product with the gain and the difference; the payment is
        never more than the endowment, give or take the error itself.
        """
        return self._slip * (1 + self.purchases)

    def rate(self, project: int) -> Fraction | None:
        """What supporters must pay per share of gain so that the cost is covered, or None.

        Newton's iteration on the set of supporters who pay all they have. Any such set gives a
        rate that is not too high; from there the rates rise, and the exact rate is reached when
        the set repeats. If even all balances together fall short, everybody ends in the set.
        """
        row = self._support.projects[project]
        groups, weights, gains = row.groups, row.weights, row.shares
        poor = self._guess(project)
        while True:
            left = row.total - int((weights * gains) @ poor)
            if left == 0:
                return None
            missing = self._costs[project] * self._denominator
            missing -= self._money(groups[poor], weights[poor])
            rate = Fraction(missing, self._denominator * left)
            now = self._poor(groups, gains, rate)
            if (now == poor).all():
                return rate
            poor = now

    def buy(self, project: int, rate: Fraction) -> None:
        """Let the supporters pay: `rate` per share of gain, or all they have."""
        groups, gains = self._row(project)
        poor = self._poor(groups, gains, rate, or_equal=True)
        rich = groups[~poor]
        turn = self.purchases
        if turn == self._paid.shape[1]:
            self._paid = np.concatenate([self._paid, np.zeros_like(self._paid)], axis=1)
        self._paid[rich, turn] = gains[~poor]
        self.spent[groups[poor]] = True
        self.balances[groups[poor]] = 0.0
        due = float(rate) * gains[~poor]
        self.balances[rich] = np.maximum(self.balances[rich] - due, 0.0)
        common = lcm(self._denominator, rate.denominator)
        factor = common // self._denominator
        self._rates = [earlier * factor for earlier in self._rates]
        self._rates.append(rate.numerator * (common // rate.denominator))
        self._endowment *= factor
        self._denominator = common

    def poor_supporters(self, project: int, rate: Fraction) -> NDArray[np.bool_]:
        """(supporting groups,), who have less than their full payment at this rate."""
        groups, gains = self._row(project)
        return self._poor(groups, gains, rate)

    def money(self, groups: NDArray[np.int64], weights: NDArray[np.float64]) -> Fraction:
        """The exact sum of the balances of groups, each counted `weights` times."""
        return Fraction(self._money(groups, weights), self._denominator)

    def _row(self, project: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        row = self._support.projects[project]
        return row.groups, row.shares

    def _guess(self, project: int) -> NDArray[np.bool_]:
        """Probably the set of those who pay all they have; never everybody, never too much."""
        row = self._support.projects[project]
        weights, gains, balances = row.weights, row.shares, self.balances[row.groups]
        nobody = np.zeros(len(gains), dtype=bool)
        poor = nobody
        while True:
            left = (weights * gains) @ ~poor
            missing = self._costs[project] - (weights * balances) @ poor
            now = balances < missing / left * gains
            if now.all() or missing <= self.error * weights.sum():
                return nobody
            if (now <= poor).all():
                return poor
            poor = poor | now

    def _poor(
        self,
        groups: NDArray[np.int64],
        gains: NDArray[np.float64],
        rate: Fraction,
        *,
        or_equal: bool = False,
    ) -> NDArray[np.bool_]:
        """Whose balance is below `rate` times their gain: by doubles where safe, else exactly."""
        due = float(rate) * gains
        gap = self.balances[groups] - due
        margin = self.error + 8 * UNIT_ROUNDOFF * np.abs(due)
        poor: NDArray[np.bool_] = gap < 0
        known: dict[bytes, bool] = {}
        for at in np.flatnonzero(np.abs(gap) <= margin).tolist():
            group = int(groups[at])
            key = self._paid[group].tobytes() + gains[at].tobytes() + self.spent[group].tobytes()
            if key not in known:
                owed = rate * int(gains[at]) * self._denominator
                balance = self._balance(group)
                known[key] = balance <= owed if or_equal else balance < owed
            poor[at] = known[key]
        return poor

    def _money(self, groups: NDArray[np.int64], weights: NDArray[np.float64]) -> int:
        """The sum of balances, times the common denominator."""
        solvent = ~self.spent[groups]
        weights = weights[solvent]
        counts = weights @ self._paid[groups[solvent], : self.purchases]
        total = int(weights.sum()) * self._endowment
        return total - sum(
            int(count) * rate for count, rate in zip(counts.tolist(), self._rates, strict=True)
        )

    def _balance(self, group: int) -> int:
        """One voter's balance, times the common denominator."""
        if self.spent[group]:
            return 0
        paid = self._paid[group, : self.purchases].tolist()
        return self._endowment - sum(
            int(gain) * rate for gain, rate in zip(paid, self._rates, strict=True)
        )
