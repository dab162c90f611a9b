"""Who paid for what under equal shares: exact books of one run, in totals, never by person."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from .exact_shares import ExactShares
from .support import Support

# Numbers about fewer people than this are not shown.
SMALLEST_CELL = 5


@dataclass(frozen=True, slots=True)
class Purchase:
    """How one project was paid for.

    `effective_cost` is the price per unit of gain that decided the order; `share` what a payer of
    one share paid (the same for all who could); `full_payers` paid that in full and
    `partial_payers` all they had left, together `partial_money`; `broke` had nothing left.
    """

    project: int
    effective_cost: Fraction
    share: Fraction
    full_payers: int
    partial_payers: int
    partial_money: Fraction
    broke: int


@dataclass(frozen=True, slots=True)
class PublicPayers:
    """What may be published of who paid: None where it would tell of one to four people.

    `payers` paid anything at all; of these `full_payers` paid the share in full.
    """

    supporters: int | None
    payers: int | None
    full_payers: int | None
    partial_payers: int | None


def publish_payers(purchase: Purchase) -> PublicPayers:
    """Suppress small numbers of payers, and those that would give one away by subtraction."""
    full, partial, broke = purchase.full_payers, purchase.partial_payers, purchase.broke
    supporters = full + partial + broke
    if _small(supporters):
        return PublicPayers(None, None, None, None)
    payers = None if _small(full + partial) or _small(broke) else full + partial
    if payers is None or _small(full) or _small(partial):
        return PublicPayers(supporters, payers, None, None)
    return PublicPayers(supporters, payers, full, partial)


def _small(count: int) -> bool:
    return 0 < count < SMALLEST_CELL


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What the supporters of an unfunded project hold in the end, and what the project costs."""

    project: int
    supporters: int
    money: Fraction
    missing: Fraction


@dataclass(frozen=True, slots=True)
class Books:
    """All purchases in order, all shortfalls, and (groups,) what one voter of each group paid."""

    purchases: tuple[Purchase, ...]
    shortfalls: tuple[Shortfall, ...]
    paid: NDArray[np.float64]


def keep_books(
    support: Support, costs: Sequence[int], *, endowment: Fraction, bought: Sequence[int]
) -> Books:
    """Replay a run of equal shares exactly and write down who paid what.

    Raises `ValueError` if the projects can't be bought in this order at this endowment.
    Cost: like a run, in exact arithmetic.
    """
    exact = ExactShares(support, costs, endowment)
    purchases = []
    for project in bought:
        rate = exact.rate(project)
        if rate is None:
            raise ValueError(f"project number {project} can't be paid for at this turn")
        purchases.append(_record(support, exact, project, rate))
        exact.buy(project, rate)
    shortfalls = []
    for project, row in enumerate(support.projects):
        if project not in bought and row.count:
            money = exact.money(row.groups, row.weights)
            shortfalls.append(Shortfall(project, row.count, money, costs[project] - money))
    paid = float(endowment) - exact.balances
    return Books(tuple(purchases), tuple(shortfalls), np.maximum(paid, 0.0))


def _record(support: Support, exact: ExactShares, project: int, rate: Fraction) -> Purchase:
    row = support.projects[project]
    poor = exact.poor_supporters(project, rate)
    broke = exact.spent[row.groups]
    partial = poor & ~broke
    return Purchase(
        project=project,
        effective_cost=rate / row.unit,
        share=rate,
        full_payers=int(row.weights[~poor].sum()),
        partial_payers=int(row.weights[partial].sum()),
        partial_money=exact.money(row.groups[partial], row.weights[partial]),
        broke=int(row.weights[broke].sum()),
    )
