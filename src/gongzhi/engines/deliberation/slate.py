"""A short list of statements in which every large enough group of voters finds itself."""

from dataclasses import dataclass

import numpy as np

from gongzhi.engines.deliberation.tallies import Tally
from gongzhi.engines.deliberation.votes import AGREE, Bools, Floats, Ints, Votes

# How many votes the share among all counts for, where a group's own share is estimated.
_PRIOR = 2.0
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Neglected:
    """Voters enough for `deserved` statements who agree on `statement` and got fewer of theirs."""

    statement: int
    deserved: int
    voters: int


@dataclass(frozen=True, eq=False)
class Slate:
    """A list of statements that represents the voters.

    `statements` in the order chosen; `represented`: share of voters known to agree with at least
    one; `heard`: share who voted on at least one, the most that `represented` can be; `swaps`:
    how many statements were exchanged so that nobody is neglected.
    """

    statements: Ints
    represented: float
    heard: float
    swaps: int


def choose_slate(
    votes: Votes, tally: Tally, *, labels: Ints, size: int, shown: Bools, estimate: bool = True
) -> Slate:
    """Choose `size` statements so that every group of voters with a common cause is represented.

    Sequential proportional approval voting (Thiele; agreeing is approving) on incomplete votes:
    a voter who has not voted on a statement counts with the estimated share of agreement in
    their group (`estimate`), or as not agreeing. Then, while voters are neglected by what they
    are known to agree with (see `find_neglected`), the statement they lack replaces the one
    whose loss costs least. Each such swap raises the known score by at least voters / size^2,
    so the swaps end, and the result satisfies EJR+ on the known votes: docs/engines/
    deliberation.md has the proof. `tally`, `labels` (voters,): of the map. Ties: the earlier
    statement.

    Sources: Aziz, Elkind, Huang, Lackner, Sanchez-Fernandez & Skowron 2018, "On the complexity
    of extended and proportional justified representation"; Brill & Peters 2023, "Robust and
    verifiable proportionality axioms"; Halpern, Kehne, Procaccia, Tucker-Foltz & Wuethrich 2023,
    "Representation with incomplete votes". Cost: `size` passes over the votes, and per swap too.
    """
    size = min(size, int(shown.sum()))
    if size < 1:
        raise ValueError("a slate has at least one statement, and one is shown")
    approvals = _Approvals(votes, tally, labels=labels, shown=shown, estimate=estimate)
    slate: list[int] = []
    tops = _nobody(votes.voter_count)
    for _ in range(size):
        slate.append(int(np.argmax(approvals.gains(tops, slate))))
        tops = _with_one(tops, approvals.chances(slate[-1]))
    known = _Approvals(votes, tally, labels=labels, shown=shown, estimate=False)
    swaps = 0
    while neglected := find_neglected(votes, np.array(slate), shown=shown, size=size):
        slate[_least_missed(known, slate, neglected[0].statement)] = neglected[0].statement
        swaps += 1
    return Slate(
        statements=np.array(slate, dtype=np.int64),
        represented=float((known.known[:, slate].sum(axis=1) > 0).mean()),
        heard=float((known.cast[:, slate].sum(axis=1) > 0).mean()),
        swaps=swaps,
    )


def find_neglected(
    votes: Votes, slate: Ints, *, shown: Bools, size: int | None = None
) -> tuple[Neglected, ...]:
    """Violations of EJR+ by known votes: none means that the slate represents everyone.

    A group is neglected when at least l/size of all voters agree on a shown statement outside
    the slate and each of them agrees with fewer than l statements in it. Largest first, by the
    voters beyond what is needed; ties: the earlier statement.
    """
    size = size or len(slate)
    inside = np.zeros(votes.statement_count, dtype=bool)
    inside[slate] = True
    agrees = votes.values == AGREE
    got = np.bincount(votes.voters[agrees], inside[votes.statements[agrees]], votes.voter_count)
    outside = agrees & (shown & ~inside)[votes.statements]
    width = size + 1
    key = votes.statements[outside] * width + got[votes.voters[outside]].astype(np.int64)
    table = np.bincount(key, minlength=votes.statement_count * width).reshape(-1, width)
    below = np.cumsum(table, axis=1)[:, :size]  # voters with fewer than l = 1 .. size
    needed = np.arange(1, size + 1) * votes.voter_count
    statements, levels = np.nonzero(below * size >= needed)
    excess = (below * size - needed)[statements, levels]
    order = np.lexsort((statements, -excess))
    return tuple(
        Neglected(int(statements[i]), int(levels[i]) + 1, int(below[statements[i], levels[i]]))
        for i in order
    )


class _Approvals:
    """Who agrees with what: known, or with the share of the voter's group as the chance."""

    def __init__(
        self, votes: Votes, tally: Tally, *, labels: Ints, shown: Bools, estimate: bool
    ) -> None:
        self.shown = shown
        self.known = votes.matrix((votes.values == AGREE).astype(np.float64))
        self.cast = votes.matrix(np.ones(len(votes.values)))
        self.columns = self.known.tocsc(), self.cast.tocsc()
        groups = tally.group_count
        everyone = tally.all
        overall = (everyone.agree + 1) / (everyone.seen + 2)
        shares = (tally.agree + _PRIOR * overall) / (tally.seen + _PRIOR)
        # Voters without a group are estimated by everyone's share.
        self.shares = np.concatenate((shares, overall)) if estimate else None
        self.group = np.where(labels >= 0, labels, groups)

    def chances(self, statement: int) -> Floats:
        """The chance that each voter agrees with a statement (voters,)."""
        one = slice(statement, statement + 1)
        known, cast = (part[:, one].toarray()[:, 0] for part in self.columns)
        if self.shares is None:
            return known
        return np.where(cast > 0, known, self.shares[self.group, statement])

    def gains(self, tops: Floats, slate: list[int]) -> Floats:
        """What each statement would add to the score (statements,); -inf if it can't join."""
        worth = tops @ (1 / np.arange(1, tops.shape[1] + 1))
        gain = self.known.T @ worth
        if self.shares is not None:
            groups = len(self.shares)
            for g in range(groups):
                of_group = np.where(self.group == g, worth, 0.0)
                gain += self.shares[g] * (of_group.sum() - self.cast.T @ of_group)
        gain = np.where(self.shown, gain, -np.inf)
        gain[slate] = -np.inf
        return gain

    def counts(self, slate: list[int]) -> Floats:
        """Chances of agreeing with 0, 1, 2 ... statements of a slate (voters, size + 1)."""
        tops = _nobody(len(self.group))
        for statement in slate:
            tops = _with_one(tops, self.chances(statement))
        return tops


def _nobody(voters: int) -> Floats:
    return np.ones((voters, 1))


def _with_one(tops: Floats, chance: Floats) -> Floats:
    grown = np.zeros((len(tops), tops.shape[1] + 1))
    grown[:, :-1] = tops * (1 - chance)[:, None]
    grown[:, 1:] += tops * chance[:, None]
    return grown


def _least_missed(known: _Approvals, slate: list[int], joining: int) -> int:
    """Place in the slate of the statement whose loss costs least once `joining` is in."""
    size = len(slate) + 1
    harmonic = np.concatenate(([0.0], np.cumsum(1 / np.arange(1, size + 1))))
    scores = []
    for i in range(len(slate)):
        rest = [*slate[:i], joining, *slate[i + 1 :]]
        tops = known.counts(rest)
        scores.append(float((tops @ harmonic[: tops.shape[1]]).sum()))
    best = max(scores)
    # Of equals the one that joined last leaves.
    return max(i for i, score in enumerate(scores) if score >= best - _ROUNDING)
