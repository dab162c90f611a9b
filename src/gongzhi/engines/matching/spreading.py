"""From flows on classes and groups back to rows: which offer gives what to which need, and when."""

from dataclasses import dataclass

import numpy as np

from gongzhi.engines.matching.network import Built
from gongzhi.engines.matching.pool import BoolArray, IntArray


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Hand-overs, one per row: this offer gives this need so many units in this period."""

    need: IntArray
    offer: IntArray
    period: IntArray
    quantity: IntArray

    def __len__(self) -> int:
        return len(self.need)

    def only(self, kept: BoolArray) -> "Rows":
        """Without the others."""
        return Rows(
            need=self.need[kept],
            offer=self.offer[kept],
            period=self.period[kept],
            quantity=self.quantity[kept],
        )


def overlay(*, first: IntArray, second: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Lay two rows of lengths over the same line and cut at every end.

    Returns (index into `first`, index into `second`, length) of every piece. Both must have the
    same sum.
    """
    ends, others = np.cumsum(first), np.cumsum(second)
    cuts = np.unique(np.concatenate([ends, others]))
    cuts = cuts[cuts > 0]
    return (
        np.searchsorted(ends, cuts), np.searchsorted(others, cuts), np.diff(cuts, prepend=0),
    )  # fmt: skip


def rows_of(*, built: Built, flow: IntArray, left: IntArray) -> Rows:
    """Spread the flow on the arcs over the needs of each class, the first need first.

    `left` (needs,) is the quantity each need brought into its class.
    """
    net = built.network
    classes, pairs = len(net.class_community), len(net.pair_class)
    on_pair = flow[classes : classes + pairs]
    on_spread = flow[classes + pairs : classes + pairs + len(net.spread_group)]
    pair = np.flatnonzero(on_pair)
    pair = pair[np.lexsort((net.pair_class[pair], net.pair_group[pair]))]
    spread = np.flatnonzero(on_spread)
    spread = spread[np.lexsort((net.spread_column[spread], net.spread_group[spread]))]
    which, where, units = overlay(first=on_pair[pair], second=on_spread[spread])
    of_class, column = net.pair_class[pair[which]], net.spread_column[spread[where]]

    short = net.class_quantity - flow[:classes]
    of_class = np.concatenate([of_class, np.arange(classes)])
    column = np.concatenate([column, np.full(classes, -1)])
    units = np.concatenate([units, short])
    order = np.lexsort((np.where(column < 0, len(net.column_offer), column), of_class))
    of_class, column, units = of_class[order], column[order], units[order]

    asking = np.flatnonzero(built.class_of_need >= 0)
    asking = asking[np.argsort(built.class_of_need[asking], kind="stable")]
    member, piece, length = overlay(first=left[asking], second=units)
    given = column[piece] >= 0
    need, at, quantity = asking[member[given]], column[piece[given]], length[given]
    order = np.lexsort((at, need))
    return Rows(
        need=need[order], offer=net.column_offer[at[order]], period=net.column_period[at[order]],
        quantity=quantity[order],
    )  # fmt: skip
