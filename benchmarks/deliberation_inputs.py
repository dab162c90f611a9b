"""Pinned inputs for the deliberation benchmark: published conversations and synthetic ones."""

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Columns = dict[str, NDArray[np.int64]]


def read_conversation(folder: Path) -> Columns:
    """The votes of a published Polis conversation, one array for each column."""
    with (folder / "votes.csv").open(newline="", encoding="utf-8") as lines:
        rows = [
            (int(row["voter-id"]), int(row["comment-id"]), int(row["vote"]), int(row["timestamp"]))
            for row in csv.DictReader(lines)
        ]
    voters, statements, values, times = np.array(rows, dtype=np.int64).T.copy()
    return {"voters": voters, "statements": statements, "values": values, "times": times}


def make_conversation(
    *, voters: int, statements: int, votes: int, camps: int, seed: int
) -> Columns:
    """Voters of several camps who agree, reject or pass by the camp's leaning on each statement.

    Each camp has its own leaning on two fifths of the statements; the others divide nobody. How
    many votes a person casts is log-normal, so that, as in real conversations, most cast few.
    """
    rng = np.random.default_rng(seed)
    camp = rng.choice(camps, voters, p=np.arange(camps, 0, -1) / (camps * (camps + 1) / 2))
    shared = rng.normal(0.4, 1.0, statements)
    own = rng.normal(0, 1.8, (camps, statements)) * (rng.random(statements) < 0.4)
    eagerness = rng.lognormal(0, 0.8, voters)
    cast = np.clip(eagerness / eagerness.sum() * votes, 1, 0.9 * statements).astype(int)
    voter = np.repeat(np.arange(voters), cast)
    # Each voter walks round the statements with a random start and stride: no repeats.
    strides = np.flatnonzero(np.gcd(np.arange(statements), statements) == 1)
    first = np.repeat(rng.integers(0, statements, voters), cast)
    stride = np.repeat(rng.choice(strides, voters), cast)
    along = np.arange(len(voter)) - np.repeat(np.cumsum(cast) - cast, cast)
    statement = (first + along * stride) % statements
    mood = shared[statement] + own[camp[voter], statement] + rng.logistic(0, 1, len(voter))
    value = np.where(mood > 0.35, 1, np.where(mood < -0.35, -1, 0))
    return {"voters": voter, "statements": statement, "values": value.astype(np.int64)}


def as_records(columns: Columns) -> list[dict[str, int]]:
    """The last vote of each voter on each statement, as red-dwarf reads it."""
    times = columns.get("times", np.arange(len(columns["voters"])))
    order = np.argsort(times, kind="stable")
    last: dict[tuple[int, int], dict[str, int]] = {}
    for v, s, value, time in zip(
        columns["voters"][order].tolist(),
        columns["statements"][order].tolist(),
        columns["values"][order].tolist(),
        times[order].tolist(),
        strict=True,
    ):
        last[v, s] = {"participant_id": v, "statement_id": s, "vote": value, "modified": time}
    return list(last.values())
