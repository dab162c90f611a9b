"""The votes of one topic as integer arrays; of several votes on one statement the last counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

AGREE, PASS, DISAGREE = 1, 0, -1

# Below this many cells a table of positions is quicker than sorting.
_TABLE_CELLS = 1 << 26


class BadVotes(ValueError):
    """A vote that cannot be counted; `row` is its position in the input, from 0."""

    def __init__(self, message: str, *, row: int | None = None) -> None:
        super().__init__(message if row is None else f"vote {row}: {message}")
        self.reason = message
        self.row = row


@dataclass(frozen=True, eq=False)
class Votes:
    """Votes by voter, then statement: voter v's are `starts[v]:starts[v + 1]`.

    `voter_ids` (voters,) and `statement_ids` (statements,) are ascending;
    `statements` (votes,) are positions in `statement_ids`; `values` (votes,) are 1, 0 or -1.
    """

    voter_ids: Ints
    statement_ids: Ints
    starts: Ints
    statements: Ints
    values: NDArray[np.int8]

    @property
    def voter_count(self) -> int:
        return len(self.voter_ids)

    @property
    def statement_count(self) -> int:
        return len(self.statement_ids)

    @cached_property
    def voters(self) -> Ints:
        """The voter of each vote, as a position (votes,)."""
        return np.repeat(np.arange(self.voter_count), np.diff(self.starts))

    @cached_property
    def votes_of_voter(self) -> Ints:
        """How many statements each voter has voted on (voters,)."""
        return np.diff(self.starts)

    def matrix(self, data: Floats) -> sparse.csr_array:
        """A (voters, statements) sparse array that holds `data` (votes,) where somebody voted."""
        shape = (self.voter_count, self.statement_count)
        return sparse.csr_array((data, self.statements, self.starts), shape=shape)

    def only(self, *, statements: Bools) -> "Votes":
        """The same voters and statement positions, without the votes on the others."""
        if statements.all():
            return self
        keep = statements[self.statements]
        starts = np.concatenate(([0], np.cumsum(keep)))[self.starts]
        return Votes(
            self.voter_ids, self.statement_ids, starts, self.statements[keep], self.values[keep]
        )

    def drawn(self, voters: Ints) -> "Votes":
        """The votes of these voter positions, in this order; one may come several times.

        The ids of the result are only the positions in the drawing.
        """
        lengths = self.votes_of_voter[voters]
        starts = np.concatenate(([0], np.cumsum(lengths)))
        take = np.arange(starts[-1]) + np.repeat(self.starts[voters] - starts[:-1], lengths)
        ids = np.arange(len(voters))
        return Votes(ids, self.statement_ids, starts, self.statements[take], self.values[take])


def gather_votes(
    *,
    voters: ArrayLike,
    statements: ArrayLike,
    values: ArrayLike,
    times: ArrayLike | None = None,
    known_statements: Sequence[int] | Ints | None = None,
) -> Votes:
    """Check a list of votes and put it in order.

    `voters`, `statements` (votes,) are non-negative ids; `values` (votes,) 1 agree, 0 pass,
    -1 disagree; `times` (votes,), any unit: the latest vote of a voter on a statement counts, at
    equal times the one that stands later; without times the one that stands last.
    `known_statements` are the statements that may be voted on (statements nobody voted on are
    kept); without it, those which occur.

    Raises BadVotes with the row: no number or no whole number, an unknown value or statement, a
    negative id, or a voter with more than three votes (and at least 100) per statement.
    Cost: one sort.
    """
    voter_of, statement_of = _whole(voters, "voter id"), _whole(statements, "statement id")
    value_of = _whole(values, "vote")
    if not len(voter_of) == len(statement_of) == len(value_of):
        raise BadVotes("voters, statements and votes differ in number")
    if not len(voter_of):
        raise BadVotes("there are no votes")
    _refuse(voter_of < 0, "the voter id is negative")
    _refuse(statement_of < 0, "the statement id is negative")
    _refuse(np.abs(value_of) > 1, "a vote is 1 (agree), 0 (pass) or -1 (disagree)")
    if times is not None:
        time_of = np.asarray(times)
        if len(time_of) != len(voter_of):
            raise BadVotes("times and votes differ in number")
        if time_of.dtype.kind == "f":
            _refuse(~np.isfinite(time_of), "the time is not a number")
    voter_ids, voter = _positions(voter_of)
    statement_ids, statement = _known(statement_of, known_statements)
    _refuse_floods(voter, most=max(100, 3 * len(statement_ids)))
    order = np.arange(len(voter))
    if times is not None and (np.diff(time_of) < 0).any():
        order = np.argsort(time_of, kind="stable")
    last = _last_of_each(voter[order], statement[order], len(voter_ids), len(statement_ids))
    chosen = order[last]
    starts = np.concatenate(([0], np.cumsum(np.bincount(voter[chosen], minlength=len(voter_ids)))))
    return Votes(
        voter_ids, statement_ids, starts, statement[chosen], value_of[chosen].astype(np.int8)
    )


def cast_vote(votes: Votes, *, voter: int, statement: int, value: int) -> Votes:
    """The votes with one more, or one changed; ids as given, new ones are taken in.

    Raises BadVotes as `gather_votes` does. Cost: one copy of the arrays.
    """
    if value not in {AGREE, PASS, DISAGREE} or voter < 0 or statement < 0:
        raise BadVotes("a vote is 1, 0 or -1 by a voter and on a statement with ids from 0")
    statement_ids, statements = votes.statement_ids, votes.statements
    s = int(np.searchsorted(statement_ids, statement))
    if s == len(statement_ids) or statement_ids[s] != statement:
        statement_ids = np.insert(statement_ids, s, statement)
        statements = statements + (statements >= s)
    voter_ids, starts = votes.voter_ids, votes.starts
    v = int(np.searchsorted(voter_ids, voter))
    if v == len(voter_ids) or voter_ids[v] != voter:
        voter_ids = np.insert(voter_ids, v, voter)
        starts = np.insert(starts, v, starts[v])
    at = int(starts[v] + np.searchsorted(statements[starts[v] : starts[v + 1]], s))
    if at < starts[v + 1] and statements[at] == s:
        values = votes.values.copy()
        values[at] = value
        return Votes(voter_ids, statement_ids, starts, statements, values)
    starts = starts + (np.arange(len(starts)) > v)
    return Votes(
        voter_ids,
        statement_ids,
        starts,
        np.insert(statements, at, s),
        np.insert(votes.values, at, np.int8(value)),
    )


def _whole(numbers: ArrayLike, name: str) -> Ints:
    array = np.asarray(numbers)
    if array.ndim != 1:
        raise BadVotes(f"the {name} column is not one-dimensional")
    if array.dtype.kind in "iub" or not array.size:
        return array.astype(np.int64, copy=False)
    if array.dtype.kind != "f":
        raise BadVotes(f"the {name} column does not hold numbers")
    _refuse(~np.isfinite(array) | (array != np.floor(array)), f"the {name} is not a whole number")
    return array.astype(np.int64)


def _refuse(bad: Bools, message: str) -> None:
    if bad.any():
        raise BadVotes(message, row=int(np.argmax(bad)))


def _positions(ids: Ints) -> tuple[Ints, Ints]:
    """Ascending distinct ids, and the position of each; linear where the ids are dense."""
    top = int(ids.max())
    if top > 16 * len(ids) + 1_000:
        distinct, inverse = np.unique(ids, return_inverse=True)
        return distinct, inverse
    present = np.zeros(top + 1, dtype=bool)
    present[ids] = True
    return np.flatnonzero(present), (np.cumsum(present) - 1)[ids]


def _known(ids: Ints, known: Sequence[int] | Ints | None) -> tuple[Ints, Ints]:
    if known is None:
        return _positions(ids)
    distinct = np.unique(_whole(known, "known statement"))
    if not len(distinct):
        raise BadVotes("there are no statements")
    position = np.minimum(np.searchsorted(distinct, ids), len(distinct) - 1)
    _refuse(distinct[position] != ids, "the statement is unknown")
    return distinct, position


def _refuse_floods(voter: Ints, *, most: int) -> None:
    cast = np.bincount(voter)
    if cast.max() > most:
        row = int(np.flatnonzero(voter == np.argmax(cast))[most])
        raise BadVotes(f"this voter has {cast.max()} votes; at most {most} are credible", row=row)


def _last_of_each(voter: Ints, statement: Ints, voters: int, statements: int) -> Ints:
    """Row of the last vote of each (voter, statement), ascending by voter, then statement."""
    key = voter * statements + statement
    if voters * statements <= _TABLE_CELLS:
        row_of = np.full(voters * statements, -1, dtype=np.int32)
        row_of[key] = np.arange(len(key), dtype=np.int32)
        return row_of[row_of >= 0].astype(np.int64)
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    return order[np.append(ordered[1:] != ordered[:-1], True)]
