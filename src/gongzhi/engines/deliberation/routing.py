"""Which statement a person is shown next: to learn most, to hear everyone, to starve none."""

from dataclasses import dataclass

import numpy as np

from gongzhi.engines.deliberation.tallies import Tally
from gongzhi.engines.deliberation.votes import Bools, Floats


@dataclass(frozen=True)
class RoutingSettings:
    """`young`: a statement with fewer votes than this is new; `for_young`: share of servings set
    apart for new statements; `for_all`: share set apart for every statement alike."""

    young: int = 10
    for_young: float = 0.2
    for_all: float = 0.1

    def __post_init__(self) -> None:
        if min(self.for_young, self.for_all) < 0 or self.for_young + self.for_all > 1:
            raise ValueError("the shares set apart are not negative and together at most 1")


def weigh_statements(
    tally: Tally,
    *,
    shown: Bools,
    unseen: Bools,
    group: int | None,
    settings: RoutingSettings | None = None,
) -> Floats:
    """The chance with which a person is shown each statement next (statements,), summing to 1.

    `unseen` (statements,): what this person has not voted on; `group`: where they stand on the
    map, None if not yet placed. All zero when there is nothing left to show.

    Three parts. What one more vote teaches: for someone placed, how far it would narrow the
    estimate of *their* group's view, so that a group that was little heard on a statement, most
    often the smaller one, is asked about it first; for someone not placed, how much a vote on it
    tells about the group they belong to. A share for new statements: each of n new ones that
    this person has not seen has at least the chance `for_young` / n. A share for all alike.
    """
    settings = settings or RoutingSettings()
    open_to = shown & unseen
    if not open_to.any():
        return np.zeros(len(shown))
    teaching = telling_apart(tally) if group is None else narrowing(tally)[group]
    weights = np.where(open_to, teaching + 1e-12, 0.0)
    young = open_to & (tally.seen.sum(axis=0) < settings.young)
    alike = open_to / open_to.sum()
    fresh = young / young.sum() if young.any() else alike
    rest = 1 - settings.for_young - settings.for_all
    return rest * weights / weights.sum() + settings.for_young * fresh + settings.for_all * alike


def choose_statement(chances: Floats, *, draw: float) -> int | None:
    """The statement at `draw`, a random number from 0 up to 1; None when none is left."""
    total = chances.cumsum()
    if not total[-1] > 0:
        return None
    at = int(np.searchsorted(total, draw * total[-1], side="right"))
    return min(at, int(np.flatnonzero(chances)[-1]))


def narrowing(tally: Tally) -> Floats:
    """How far one more vote of a group narrows the estimate of its view (groups, statements).

    The expected fall in the variance of the share that agrees, from a flat beginning: with
    a of n agreeing and p = (a + 1) / (n + 2) it is p (1 - p) / (n + 3)^2.
    """
    p = tally.p_agree
    return p * (1 - p) / (tally.seen + 3) ** 2


def telling_apart(tally: Tally) -> Floats:
    """How much a vote on each statement tells about the voter's group, in bits (statements,).

    The mutual information of vote and group, groups weighing alike so that a large one does not
    hide a small one, and shares drawn to even by one vote of each kind.
    """
    passed = tally.seen - tally.agree - tally.disagree
    counts = np.stack((tally.agree, tally.disagree, passed)) + 1.0
    shares = counts / counts.sum(axis=0)
    middle = shares.mean(axis=1)

    def entropy(p: Floats) -> Floats:
        return -(p * np.log2(p)).sum(axis=0)

    return np.maximum(entropy(middle) - entropy(shares).mean(axis=0), 0.0)


def polis_priorities(tally: Tally, *, extremity: Floats, meta: Bools | None = None) -> Floats:
    """The priorities by which Polis routes (statements,), to compare with.

    `extremity` (statements,): distance of the statement's position from the middle. Source:
    Small et al. 2021, section 3, and the Polis server: (importance x newness)^2, 49 for
    statements about the voters themselves (`meta`).
    """
    agree, disagree, seen = (part.sum(axis=0) for part in tally.parts)
    passed = seen - agree - disagree
    importance = (agree + 1) / (seen + 2) * (1 - (passed + 1) / (seen + 2)) * (1 + extremity)
    newness = 1 + 8 * 2.0 ** (-seen / 5)
    priorities = (importance * newness) ** 2
    return priorities if meta is None else np.where(meta, 49.0, priorities)
