"""How each group voted on each statement, and how surely it differs from the others."""

from dataclasses import dataclass

import numpy as np

from gongzhi.engines.deliberation.votes import AGREE, DISAGREE, Bools, Floats, Ints, Votes

# One-sided 90 %: the confidence Polis asks of a representative or common statement.
CERTAIN = 1.2815515655446004
_TWO_SIDED = 1.6448536269514722


@dataclass(frozen=True, eq=False)
class Tally:
    """Counts of votes: `agree`, `disagree`, `seen` (groups, statements); seen includes passes."""

    agree: Ints
    disagree: Ints
    seen: Ints

    @property
    def group_count(self) -> int:
        return len(self.seen)

    @property
    def all(self) -> "Tally":
        """All groups as one."""
        return Tally(*(part.sum(axis=0, keepdims=True) for part in self.parts))

    def first(self, groups: int) -> "Tally":
        """Only the first groups."""
        return Tally(*(part[:groups] for part in self.parts))

    @property
    def parts(self) -> tuple[Ints, Ints, Ints]:
        return self.agree, self.disagree, self.seen

    @property
    def p_agree(self) -> Floats:
        """Estimated share that agrees, (agree + 1) / (seen + 2)."""
        return (self.agree + 1) / (self.seen + 2)

    @property
    def p_disagree(self) -> Floats:
        return (self.disagree + 1) / (self.seen + 2)


def count_votes(votes: Votes, *, labels: Ints, groups: int) -> Tally:
    """Count votes by group; `labels` (voters,) is the group of each voter, -1 for none.

    Cost: linear in the votes.
    """
    group = labels[votes.voters]
    inside = group >= 0
    # One count over (vote, group, statement) is cheaper than three over parts of the votes.
    kind = votes.values[inside].astype(np.int64) + 1
    key = (kind * groups + group[inside]) * votes.statement_count + votes.statements[inside]
    size = 3 * groups * votes.statement_count
    counted = np.bincount(key, minlength=size).reshape(3, groups, votes.statement_count)
    return Tally(counted[AGREE + 1], counted[DISAGREE + 1], counted.sum(axis=0))


@dataclass(frozen=True, eq=False)
class Contrast:
    """What sets groups apart, for one direction of vote; all (groups, statements).

    `p`: estimated share; `p_test`: z of the share against one half; `ratio`: share here over
    share among all others; `ratio_test`: z of that difference.
    """

    p: Floats
    p_test: Floats
    ratio: Floats
    ratio_test: Floats

    @property
    def certain(self) -> Bools:
        return (self.p_test > CERTAIN) & (self.ratio_test > CERTAIN)

    @property
    def weight(self) -> Floats:
        """The order of representative statements: ratio x its test x share x its test."""
        return self.ratio * self.ratio_test * self.p * self.p_test


def contrast_groups(tally: Tally, *, agree: bool) -> Contrast:
    """Compare each group with all others together, with the formulas and smoothing of Polis.

    Source: Small et al. 2021, "Polis: Scaling deliberation by mapping high dimensional opinion
    spaces", section 3; one and two proportion z-tests with one vote added to each side.
    """
    yes = tally.agree if agree else tally.disagree
    other, unseen = yes.sum(axis=0) - yes, tally.seen.sum(axis=0) - tally.seen
    p, p_other = (yes + 1) / (tally.seen + 2), (other + 1) / (unseen + 2)
    return Contrast(
        p=p,
        p_test=test_share(yes, tally.seen),
        ratio=p / p_other,
        ratio_test=_two_shares(yes, other, tally.seen, unseen),
    )


def test_share(yes: Ints, seen: Ints) -> Floats:
    """z of a share against one half, one vote of yes added."""
    n = seen + 1
    return 2 * np.sqrt(n) * ((yes + 1) / n - 0.5)


def _two_shares(yes: Ints, other: Ints, seen: Ints, unseen: Ints) -> Floats:
    n, m = seen + 1, unseen + 1
    pooled = (yes + other + 2) / (n + m)
    # More yes than votes (a pooled share above 1) only arises from the added vote on no votes.
    error = np.sqrt(np.maximum(pooled * (1 - pooled), 0) * (1 / n + 1 / m))
    gap = (yes + 1) / n - (other + 1) / m
    return np.divide(gap, error, out=np.zeros(gap.shape), where=(pooled != 1) & (error > 0))


def share_interval(yes: Ints, seen: Ints, *, z: float = _TWO_SIDED) -> tuple[Floats, Floats]:
    """Wilson interval of a share (by default 90 %, two-sided); 0 to 1 where nobody voted."""
    n = np.maximum(seen, 1)
    p = yes / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    nobody = seen == 0
    return (
        np.where(nobody, 0.0, np.maximum(middle - half, 0)),
        np.where(nobody, 1.0, np.minimum(middle + half, 1)),
    )
