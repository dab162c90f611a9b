"""A slate neglects no group of voters that is large enough."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gongzhi.engines.deliberation.slate import Slate, choose_slate, find_neglected
from gongzhi.engines.deliberation.tallies import count_votes
from gongzhi.engines.deliberation.votes import Votes, gather_votes
from tests.engines.deliberation.oracles import (
    every_slate,
    make_votes,
    pav_score,
    violates_ejr_plus,
)


def complete(approvals: NDArray[np.bool_]) -> Votes:
    voter, statement = np.indices(approvals.shape).reshape(2, -1)
    return gather_votes(
        voters=voter, statements=statement, values=np.where(approvals, 1, -1).ravel()
    )


def slate_of(votes: Votes, size: int, *, estimate: bool = True) -> Slate:
    labels = np.zeros(votes.voter_count, dtype=np.int64)
    return choose_slate(
        votes,
        count_votes(votes, labels=labels, groups=1),
        labels=labels,
        size=size,
        shown=np.ones(votes.statement_count, dtype=bool),
        estimate=estimate,
    )


@given(st.integers(0, 10_000), st.integers(1, 5))
def test_no_group_is_neglected_when_everyone_voted_on_everything(seed: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    approvals = rng.random((int(rng.integers(3, 25)), 8)) < rng.uniform(0.1, 0.6)
    found = slate_of(complete(approvals), size)
    assert len(set(found.statements.tolist())) == size
    assert not violates_ejr_plus(approvals, found.statements.tolist())


@given(st.integers(0, 10_000), st.integers(1, 5))
def test_no_group_is_neglected_by_what_is_known_when_votes_are_missing(
    seed: int, size: int
) -> None:
    votes, _ = make_votes(voters=30, statements=10, camps=4, seed=seed, answered=0.4)
    shown = np.ones(10, dtype=bool)
    found = slate_of(votes, size)
    known = np.zeros((votes.voter_count, 10), dtype=bool)
    known[votes.voters, votes.statements] = votes.values == 1
    assert not find_neglected(votes, found.statements, shown=shown)
    assert not violates_ejr_plus(known, found.statements.tolist())


@given(st.integers(0, 10_000))
def test_neglect_is_found_exactly_where_the_definition_finds_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    approvals = rng.random((12, 6)) < 0.4
    votes, shown = complete(approvals), np.ones(6, dtype=bool)
    for slate in every_slate(6, 3):
        found = find_neglected(votes, np.array(slate), shown=shown)
        assert bool(found) == violates_ejr_plus(approvals, slate)
        for one in found:
            fewer = approvals[:, list(slate)].sum(axis=1) < one.deserved
            assert one.voters == (approvals[:, one.statement] & fewer).sum()


def test_a_minority_gets_its_share_that_a_plain_majority_would_not_give() -> None:
    """Sixty agree on A to E, forty on F to I: of five seats two are theirs."""
    approvals = np.zeros((100, 9), dtype=bool)
    approvals[:60, :5] = True
    approvals[60:, 5:] = True
    votes, shown = complete(approvals), np.ones(9, dtype=bool)
    assert find_neglected(votes, np.arange(5), shown=shown)[0].deserved == 1
    found = slate_of(votes, 5)
    assert (found.statements >= 5).sum() == 2
    assert found.represented == 1


def test_the_slate_is_sequential_pav_on_complete_votes() -> None:
    rng = np.random.default_rng(5)
    approvals = rng.random((40, 9)) < 0.45
    chosen: list[int] = []
    for _ in range(4):
        gains = [
            pav_score(approvals, [*chosen, s]) if s not in chosen else Fraction(-1)
            for s in range(9)
        ]
        chosen.append(gains.index(max(gains)))
    found = slate_of(complete(approvals), 4)
    assert found.swaps == 0
    assert found.statements.tolist() == chosen


def test_a_slate_that_must_be_mended_ends_without_neglect() -> None:
    """Estimates favour what few have seen and all of them liked; known votes then claim a seat."""
    fresh = [(v, 1 + s, 1) for s in range(4) for v in range(90 + s, 100, 4)]
    known = [(v, 0, 1 if v < 30 else -1) for v in range(100)]
    voters, statements, values = zip(*known, *fresh, strict=True)
    votes = gather_votes(voters=voters, statements=statements, values=values)
    found = slate_of(votes, 4)
    assert found.swaps == 1
    assert 0 in found.statements
    assert not find_neglected(votes, found.statements, shown=np.ones(5, dtype=bool))


def test_a_new_statement_few_have_seen_can_be_chosen_by_its_estimate() -> None:
    rng = np.random.default_rng(2)
    voter, statement = np.nonzero(np.ones((100, 4)))
    values = np.where(rng.random(400) < 0.5, 1, -1)
    votes = gather_votes(
        voters=np.concatenate((voter, np.arange(20))),
        statements=np.concatenate((statement, np.full(20, 4))),
        values=np.concatenate((values, np.ones(20, dtype=int))),
    )
    assert slate_of(votes, 1).statements.tolist() == [4]
    assert slate_of(votes, 1, estimate=False).statements.tolist() != [4]


def test_a_slate_is_not_longer_than_the_statements_shown() -> None:
    votes, _ = make_votes(voters=20, statements=6, seed=1)
    labels = np.zeros(votes.voter_count, dtype=np.int64)
    tally = count_votes(votes, labels=labels, groups=1)
    shown = np.array([True, False, True, False, False, False])
    found = choose_slate(votes, tally, labels=labels, size=5, shown=shown)
    assert sorted(found.statements.tolist()) == [0, 2]
    with pytest.raises(ValueError, match="at least one"):
        choose_slate(votes, tally, labels=labels, size=5, shown=~np.ones(6, dtype=bool))
