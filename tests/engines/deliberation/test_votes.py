"""Votes are checked, and the last one counts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.engines.deliberation.votes import BadVotes, Votes, cast_vote, gather_votes
from tests.engines.deliberation.oracles import as_matrix

ROWS = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 5), st.integers(-1, 1), st.integers(0, 3)),
    min_size=1,
    max_size=60,
)


def gathered(rows: list[tuple[int, int, int, int]], *, timed: bool) -> Votes:
    voters, statements, values, times = zip(*rows, strict=True)
    return gather_votes(
        voters=voters, statements=statements, values=values, times=times if timed else None
    )


@given(ROWS, st.booleans())
def test_of_several_votes_on_a_statement_the_last_counts(
    rows: list[tuple[int, int, int, int]], timed: bool
) -> None:
    last: dict[tuple[int, int], int] = {}
    for voter, statement, value, _ in sorted(rows, key=lambda row: row[3]) if timed else rows:
        last[voter, statement] = value
    votes = gathered(rows, timed=timed)
    found = {
        (int(votes.voter_ids[v]), int(votes.statement_ids[s])): int(value)
        for v, s, value in zip(votes.voters, votes.statements, votes.values, strict=True)
    }
    assert found == last


def test_a_table_too_large_for_memory_is_sorted_to_the_same_votes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(1)
    rows = [tuple(map(int, row)) for row in rng.integers([0, 0, -1, 0], [40, 9, 2, 5], (700, 4))]
    quick = gathered(rows, timed=True)  # type: ignore[arg-type]
    monkeypatch.setattr("gongzhi.engines.deliberation.votes._TABLE_CELLS", 0)
    sorted_ = gathered(rows, timed=True)  # type: ignore[arg-type]
    assert np.array_equal(as_matrix(quick), as_matrix(sorted_), equal_nan=True)


def test_ids_far_apart_are_taken_as_they_are() -> None:
    votes = gather_votes(voters=[10**12, 5], statements=[7, 10**9], values=[1, -1])
    assert votes.voter_ids.tolist() == [5, 10**12]
    assert votes.statement_ids.tolist() == [7, 10**9]
    assert votes.values.tolist() == [-1, 1]


@given(ROWS, st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(-1, 1)))
def test_casting_one_more_vote_equals_gathering_it_with_the_others(
    rows: list[tuple[int, int, int, int]], vote: tuple[int, int, int]
) -> None:
    voter, statement, value = vote
    before = gathered(rows, timed=False)
    after = cast_vote(before, voter=voter, statement=statement, value=value)
    again = gathered([*rows, (*vote, 0)], timed=False)
    assert after.voter_ids.tolist() == again.voter_ids.tolist()
    assert after.statement_ids.tolist() == again.statement_ids.tolist()
    assert after.starts.tolist() == again.starts.tolist()
    assert np.array_equal(as_matrix(after), as_matrix(again), equal_nan=True)


@pytest.mark.parametrize(
    ("change", "row", "words"),
    [
        ({"values": [1, np.nan, 0]}, 1, "not a whole number"),
        ({"values": [1, 0, 2]}, 2, "a vote is"),
        ({"values": [1, 0.5, 1]}, 1, "not a whole number"),
        ({"voters": [1, 2, -3]}, 2, "voter id is negative"),
        ({"statements": [1, -2, 3]}, 1, "statement id is negative"),
        ({"statements": [1, 2, 9]}, 2, "statement is unknown"),
        ({"times": [1.0, np.inf, 2.0]}, 1, "time is not a number"),
    ],
)
def test_a_vote_that_cannot_count_is_named_by_its_row(
    change: dict[str, list[float]], row: int, words: str
) -> None:
    columns: dict[str, list[float]] = {
        "voters": [1, 2, 3],
        "statements": [1, 2, 3],
        "values": [1, 0, -1],
    }
    with pytest.raises(BadVotes, match=words) as refusal:
        gather_votes(**{**columns, **change}, known_statements=[1, 2, 3])  # type: ignore[arg-type]
    assert refusal.value.row == row


def test_a_voter_with_ten_thousand_votes_on_a_hundred_statements_is_refused() -> None:
    flood = np.arange(10_000)
    with pytest.raises(BadVotes, match="10000 votes; at most 300") as refusal:
        gather_votes(
            voters=np.concatenate(([1], np.full(10_000, 2))),
            statements=np.concatenate(([0], flood % 100)),
            values=np.ones(10_001),
        )
    assert refusal.value.row == 301


@pytest.mark.parametrize(
    "columns",
    [
        {"voters": [], "statements": [], "values": []},
        {"voters": [1], "statements": [1, 2], "values": [1]},
        {"voters": ["a"], "statements": [1], "values": [1]},
        {"voters": [1], "statements": [1], "values": [1], "times": [1, 2]},
        {"voters": [1], "statements": [1], "values": [1], "known_statements": []},
        {"voters": [[1]], "statements": [[1]], "values": [[1]]},
    ],
)
def test_columns_that_do_not_fit_together_are_refused(columns: dict[str, list[int]]) -> None:
    with pytest.raises(BadVotes):
        gather_votes(**columns)  # type: ignore[arg-type]


def test_one_more_vote_that_cannot_count_is_refused() -> None:
    votes = gather_votes(voters=[1], statements=[1], values=[1])
    with pytest.raises(BadVotes):
        cast_vote(votes, voter=1, statement=1, value=3)
    with pytest.raises(BadVotes):
        cast_vote(votes, voter=-1, statement=1, value=1)
