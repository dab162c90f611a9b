"""What all groups share, what most people share, and what divides."""

from dataclasses import dataclass

import numpy as np

from gongzhi.engines.deliberation.tallies import CERTAIN, Tally, share_interval, test_share
from gongzhi.engines.deliberation.votes import Bools, Floats, Ints


@dataclass(frozen=True, eq=False)
class CommonGround:
    """How far each statement is shared by every group, for one direction; all (statements,).

    `product`: group-aware consensus of Polis, the product of the groups' shares; it falls with
    every group added. `mean`: its geometric mean, which does not. `weakest`: the share in the
    group that shares it least. `floor`: the lower end of the 90 % interval of that share, the
    lowest over the groups: what can be claimed of every group with confidence.
    """

    product: Floats
    mean: Floats
    weakest: Floats
    floor: Floats


@dataclass(frozen=True, eq=False)
class CommonStatements:
    """Positions of the statements most people agree with, and reject, strongest first."""

    agree: Ints
    disagree: Ints


def find_common_ground(tally: Tally, *, agree: bool = True) -> CommonGround:
    """Group-aware consensus and its variants that do not depend on how many groups there are."""
    shares = tally.p_agree if agree else tally.p_disagree
    lower, _ = share_interval(tally.agree if agree else tally.disagree, tally.seen)
    product = shares.prod(axis=0)
    return CommonGround(
        product, product ** (1 / tally.group_count), shares.min(axis=0), lower.min(axis=0)
    )


def pick_common_statements(tally: Tally, *, shown: Bools, most: int = 5) -> CommonStatements:
    """The statements that most voters agree with or reject, whatever their group (Polis).

    Of those with an estimated share above one half that is certain at 90 %, the `most` with the
    largest share x z. `tally` counts everyone as one group. Ties: the earlier statement.
    """
    everyone = tally.all
    seen = everyone.seen[0]
    picked = []
    for yes in (everyone.agree[0], everyone.disagree[0]):
        share, test = (yes + 1) / (seen + 2), test_share(yes, seen)
        fit = np.flatnonzero(shown & (share > 0.5) & (test > CERTAIN))
        picked.append(fit[np.argsort(-(share * test)[fit], kind="stable")][:most])
    return CommonStatements(*picked)


def rank_shared(ground: CommonGround, *, shown: Bools, most: int = 5) -> Ints:
    """Positions of the statements shared furthest by every group, by mean, then the earlier."""
    fit = np.flatnonzero(shown)
    return fit[np.argsort(-ground.mean[fit], kind="stable")][:most]


def measure_division(tally: Tally) -> Floats:
    """How far the two furthest groups surely differ on each statement (statements,).

    The largest gap between two groups' 90 % intervals of agreeing: 0 while any doubt remains.
    """
    lower, upper = share_interval(tally.agree, tally.seen)
    return np.maximum(lower.max(axis=0) - upper.min(axis=0), 0.0)
