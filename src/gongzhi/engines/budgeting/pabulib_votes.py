"""The VOTES section of a `.pb` file: the long part, so equal ballots are read only once."""

import csv
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from .elections import (
    BallotKind,
    Ballots,
    Places,
    common_scale,
    count_places,
    find_repeated_project,
    merge_ballots,
)

# What a voter wrote: the projects, and the points where the ballots have them.
Cell = str | tuple[str, str]

POINTS = re.compile(r"\d+(?:[.]\d+)?")


class UnreadableElection(ValueError):
    """A `.pb` text can't be read; `line` counts from 1."""

    def __init__(self, line: int, problem: str) -> None:
        self.line = line
        super().__init__(f"line {line}: {problem}")


@dataclass(frozen=True, slots=True)
class VoteTable:
    """What must be known to read VOTES: where it starts (line index), and what may stand in it."""

    start: int
    kind: str
    kind_line: int
    default_score: str
    project_ids: tuple[str, ...]
    place_column: str | None


@dataclass(frozen=True, slots=True)
class Votes:
    """The merged ballots and, if asked for, where their voters live."""

    ballots: Ballots
    places: Places | None


def read_votes(lines: Sequence[str], table: VoteTable) -> Votes:
    """Read all ballots below line index `table.start`. Raises `UnreadableElection`."""
    try:
        kind = BallotKind(table.kind)
    except ValueError as problem:
        known = ", ".join(BallotKind)
        message = f"vote_type {table.kind!r} is not one of {known}"
        raise UnreadableElection(table.kind_line, message) from problem
    rows = _Rows(lines, table.start)
    cells: Sequence[Cell] = rows.column("vote")
    if kind.has_points:
        if Fraction(table.default_score or "0"):
            message = "a default_score other than 0 is not supported"
            raise UnreadableElection(table.kind_line, message)
        cells = list(zip(rows.column("vote"), rows.column("points"), strict=True))
    distinct = Counter(cells)
    raw = _read_distinct(
        list(distinct),
        kind,
        table.project_ids,
        weights=np.array(list(distinct.values()), dtype=np.int64),
        line_of=lambda cell: rows.numbers[cells.index(cell)],
    )
    ballots, became = merge_ballots(raw)
    if table.place_column is None:
        return Votes(ballots, None)
    index = {cell: int(ballot) for cell, ballot in zip(distinct, became, strict=True)}
    cast = np.array([index[cell] for cell in cells], dtype=np.int64)
    return Votes(ballots, count_places(rows.column(table.place_column), cast))


class _Rows:
    """The voters' rows by column, with their line numbers; checked to be equally long."""

    def __init__(self, lines: Sequence[str], start: int) -> None:
        body = lines[start + 1 :]
        while body and not body[-1].strip():
            body = body[:-1]
        if not body:
            raise UnreadableElection(start + 1, "VOTES has no columns")
        self._header = [name.strip() for name in body[0].split(";")]
        self._start = start
        self.numbers: Sequence[int] = range(start + 3, start + 2 + len(body))
        self._lines: Sequence[str] = body[1:]
        self._cells: Sequence[Sequence[str]] | None = None
        # Rows of plain cells are not cut until a column is asked for: most columns never are.
        width = len(self._header)
        if '"' in "\n".join(body) or {line.count(";") + 1 for line in self._lines} - {width}:
            self._cells = self._careful(body)

    def column(self, name: str) -> list[str]:
        """All cells of the one column of this name."""
        if self._header.count(name) != 1:
            problem = f"VOTES needs exactly one column {name!r}"
            raise UnreadableElection(self._start + 2, problem)
        at = self._header.index(name)
        if self._cells is not None:
            return [row[at] for row in self._cells]
        return [line.split(";", at + 1)[at] for line in self._lines]

    def _careful(self, body: Sequence[str]) -> Sequence[Sequence[str]]:
        reader = csv.reader(body, delimiter=";", strict=True)
        try:
            rows = [(self._start + 1 + reader.line_num, row) for row in reader if any(row)]
        except csv.Error as problem:
            line = self._start + 1 + reader.line_num
            raise UnreadableElection(line, f"bad quoting: {problem}") from problem
        self._header = [name.strip() for name in rows[0][1]]
        for line, row in rows:
            if len(row) != len(self._header):
                message = f"{len(row)} cells instead of {len(self._header)}"
                raise UnreadableElection(line, message)
        self.numbers = [line for line, _ in rows[1:]]
        return [row for _, row in rows[1:]]


def _read_distinct(
    cells: Sequence[Cell],
    kind: BallotKind,
    project_ids: Sequence[str],
    *,
    weights: NDArray[np.int64],
    line_of: Callable[[Cell], int],
) -> Ballots:
    """Turn distinct cells into unmerged ballots, one per cell."""
    texts = [cell if isinstance(cell, str) else cell[0] for cell in cells]
    sizes = [text.count(",") + 1 if text.strip() else 0 for text in texts]
    names = ",".join(text for text, size in zip(texts, sizes, strict=True) if size).split(",")
    index = {name: number for number, name in enumerate(project_ids)}
    found = list(map(index.get, names)) if any(sizes) else []
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    if None in found:
        found = [index.get(name.strip()) for name in names]
        if None in found:
            at = found.index(None)
            cell = cells[int(np.searchsorted(starts, at, side="right")) - 1]
            problem = f"project {names[at]!r} is not in this round"
            raise UnreadableElection(line_of(cell), problem)
    if kind is BallotKind.CHOOSE_ONE and max(sizes, default=0) > 1:
        cell = cells[int(np.argmax(np.array(sizes) > 1))]
        raise UnreadableElection(line_of(cell), "a choose-1 ballot lists more than one project")
    points, point_scale = None, 1
    if kind.has_points:
        points, point_scale = _read_points(cells, sizes, line_of)
    projects = np.array(found, dtype=np.int64)
    ballots = Ballots(kind, starts, projects, weights, points, point_scale)
    repeated = find_repeated_project(ballots)
    if repeated is not None:
        problem = "a project is listed twice on one ballot"
        raise UnreadableElection(line_of(cells[repeated]), problem)
    return ballots


def _read_points(
    cells: Sequence[Cell], sizes: Sequence[int], line_of: Callable[[Cell], int]
) -> tuple[NDArray[np.int64], int]:
    exact: list[Fraction] = []
    for cell, size in zip(cells, sizes, strict=True):
        parts = [part.strip() for part in cell[1].split(",")] if cell[1].strip() else []
        if len(parts) != size:
            problem = f"{size} projects, but {len(parts)} numbers of points"
            raise UnreadableElection(line_of(cell), problem)
        for part in parts:
            if not POINTS.fullmatch(part):
                problem = f"{part!r} is not a number of points, 0 or more"
                raise UnreadableElection(line_of(cell), problem)
            exact.append(Fraction(part))
    scale = common_scale(exact)
    return np.array([int(value * scale) for value in exact], dtype=np.int64), scale
