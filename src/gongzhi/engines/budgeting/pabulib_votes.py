"""The VOTES section of a `.pb` file: the long part, so equal ballots are read only once."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from .elections import (
    BallotKind,
    Ballots,
    Places,
    common_scale,
    find_repeated_project,
    merge_ballots,
)

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
    numbers, header, rows = _split(lines, table.start)
    column = _column(header, "vote", table.start)
    cells: list[str] | list[tuple[str, str]] = [row[column] for row in rows]
    if kind.has_points:
        if Fraction(table.default_score or "0"):
            raise UnreadableElection(
                table.kind_line, "a default_score other than 0 is not supported"
            )
        points = _column(header, "points", table.start)
        cells = [(row[column], row[points]) for row in rows]
    index: dict[str | tuple[str, str], int] = {}
    cast = [index.setdefault(cell, len(index)) for cell in cells]
    first = _first_lines(cast, numbers, len(index))
    raw = _read_distinct(list(index), kind, table.project_ids, first)
    raw_weights = np.bincount(cast, minlength=len(index)).astype(np.int64)
    ballots, became = merge_ballots(
        Ballots(kind, raw.starts, raw.projects, raw_weights, raw.points, raw.point_scale)
    )
    places = None
    if table.place_column is not None:
        where = _column(header, table.place_column, table.start)
        places = _count_places([row[where].strip() for row in rows], became[cast])
    return Votes(ballots, places)


def _split(
    lines: Sequence[str], start: int
) -> tuple[Sequence[int], list[str], Sequence[Sequence[str]]]:
    """The line numbers of the voters' rows, the columns, and the rows, all of equal length."""
    body = lines[start + 1 :]
    numbers: Sequence[int] = range(start + 2, start + 2 + len(body))
    while body and not body[-1].strip():
        body = body[:-1]
    if any('"' in line for line in body):
        reader = csv.reader(body, delimiter=";", strict=True)
        try:
            quoted = [(start + 1 + reader.line_num, row) for row in reader]
        except csv.Error as problem:
            line = start + 1 + reader.line_num
            raise UnreadableElection(line, f"bad quoting: {problem}") from problem
        numbers, rows = [line for line, _ in quoted], [row for _, row in quoted]
    else:
        rows = [line.split(";") for line in body]
    if not all(rows) or not all(map(any, rows)):
        kept = [(line, row) for line, row in zip(numbers, rows, strict=False) if any(row)]
        numbers, rows = [line for line, _ in kept], [row for _, row in kept]
    if not rows:
        raise UnreadableElection(start + 1, "VOTES has no columns")
    header = [name.strip() for name in rows[0]]
    width = len(header)
    if set(map(len, rows)) != {width}:
        at = next(at for at, row in enumerate(rows) if len(row) != width)
        raise UnreadableElection(numbers[at], f"{len(rows[at])} cells instead of {width}")
    return numbers[1 : len(rows)], header, rows[1:]


def _column(header: Sequence[str], name: str, start: int) -> int:
    if header.count(name) != 1:
        raise UnreadableElection(start + 2, f"VOTES needs exactly one column {name!r}")
    return header.index(name)


def _first_lines(cast: Sequence[int], numbers: Sequence[int], count: int) -> NDArray[np.int64]:
    """(distinct cells,), the number of the line where each is met first."""
    first = np.zeros(count, dtype=np.int64)
    backwards = np.asarray(cast, dtype=np.int64)[::-1]
    first[backwards] = np.asarray(numbers, dtype=np.int64)[: len(cast)][::-1]
    return first


def _read_distinct(
    cells: Sequence[str | tuple[str, str]],
    kind: BallotKind,
    project_ids: Sequence[str],
    first: NDArray[np.int64],
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
            line = first[np.searchsorted(starts, at, side="right") - 1]
            raise UnreadableElection(int(line), f"project {names[at]!r} is not in this round")
    points, point_scale = None, 1
    if kind.has_points:
        points, point_scale = _read_points([cell[1] for cell in cells], sizes, first)
    ballots = Ballots(
        kind=kind,
        starts=starts,
        projects=np.array(found, dtype=np.int64),
        weights=np.ones(len(cells), dtype=np.int64),
        points=points,
        point_scale=point_scale,
    )
    if kind is BallotKind.CHOOSE_ONE and max(sizes, default=0) > 1:
        line = int(first[np.argmax(np.array(sizes) > 1)])
        raise UnreadableElection(line, "a choose-1 ballot lists more than one project")
    repeated = find_repeated_project(ballots)
    if repeated is not None:
        raise UnreadableElection(int(first[repeated]), "a project is listed twice on one ballot")
    return ballots


def _read_points(
    texts: Sequence[str], sizes: Sequence[int], first: NDArray[np.int64]
) -> tuple[NDArray[np.int64], int]:
    rows = [[part.strip() for part in text.split(",")] if text.strip() else [] for text in texts]
    for row, size, line in zip(rows, sizes, first.tolist(), strict=True):
        if len(row) != size:
            raise UnreadableElection(line, f"{size} projects, but {len(row)} numbers of points")
        for part in row:
            if not POINTS.fullmatch(part):
                raise UnreadableElection(line, f"{part!r} is not a number of points, 0 or more")
    exact = [Fraction(part) for part in chain.from_iterable(rows)]
    scale = common_scale(exact)
    return np.array([int(value * scale) for value in exact], dtype=np.int64), scale


def _count_places(where: Sequence[str], ballots: NDArray[np.int64]) -> Places:
    names = tuple(sorted(set(where)))
    index = {name: number for number, name in enumerate(names)}
    places = np.array([index[name] for name in where], dtype=np.int64)
    keys, counts = np.unique(ballots * len(names) + places, return_counts=True)
    return Places(names, keys // len(names), keys % len(names), counts.astype(np.int64))
