"""Which statement a person is shown next: to learn most, to hear everyone, to starve none."""

from dataclasses import dataclass

import numpy as np

from gongzhi.engines.deliberation.tallies import Tally
from gongzhi.engines.deliberation.votes import Bools, Floats

# Votes added everywhere, so that the first few do not decide alone.
_CALM = 3.0


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

    Three parts. What one more vote teaches: chances fall with the votes a statement has, 1 / (n +
    3), and rise by the root of how far the person's group is behind its share of these votes, so
    that a minority is asked first where it was heard least. A share for new statements: each of n
    new ones that this person has not seen has at least the chance `for_young` / n. A share for
    all alike. What people answered has no influence: choosing by it makes who votes on what
    depend on opinion, which bends the map; docs/engines/deliberation.md has the measurements.
    """
    settings = settings or RoutingSettings()
    open_to = shown & unseen
    if not open_to.any():
        return np.zeros(len(shown))
    weights = np.where(open_to, _need(tally, group), 0.0)
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


def _need(tally: Tally, group: int | None) -> Floats:
    """How much a vote of someone in this group is needed on each statement (statements,)."""
    seen = tally.seen.sum(axis=0)
    need: Floats = 1 / (seen + _CALM)
    if group is not None and seen.any():
        due = seen * (tally.seen[group].sum() / seen.sum())
        need *= np.sqrt((due + _CALM) / (tally.seen[group] + _CALM))
    return need


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
