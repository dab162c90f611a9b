"""Elections as text in the Pabulib format (`.pb`), read with line numbers and written again.

Source: Faliszewski, Flis, Peters, Pierczyński, Skowron, Stolicki, Szufa and Talmon, "Participatory
Budgeting: Data, Tools and Analysis", IJCAI 2023; format page of pabulib.org.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from .elections import Election, InvalidElection, assemble_election
from .pabulib_votes import UnreadableElection, VoteTable, read_votes

__all__ = ["PabulibFile", "UnreadableElection", "read_pabulib", "write_pabulib"]

AMOUNT = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
SECTIONS = ("meta", "projects", "votes")


@dataclass(frozen=True, slots=True)
class PabulibFile:
    """What a `.pb` file says: its META, its PROJECTS row by row, and the election they make.

    `projects` holds one mapping per project with every column of the file; `selected` the ids
    that the file marks as officially funded, in file order, or None where it has no such column.
    """

    meta: Mapping[str, str]
    projects: tuple[Mapping[str, str], ...]
    election: Election
    selected: tuple[str, ...] | None


def read_pabulib(text: str, *, place_column: str | None = None) -> PabulibFile:
    """Read a `.pb` file from its text.

    `place_column` names a column of VOTES (for instance `neighborhood`) from which voters are
    counted by place. Raises `UnreadableElection`, which names the line, for missing or repeated
    sections, columns and keys, for counts that don't agree with the header, for repeated
    project ids, for costs and budgets that are not positive numbers, and for ballots that list
    unknown or repeated projects. Cost: linear in the text; equal ballots are read once.
    """
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    start = _find_sections(lines)
    meta = _read_meta(lines, start["meta"], start["projects"])
    projects = _read_projects(lines, start["projects"], start["votes"])
    _check_count(meta, "num_projects", len(projects))
    costs = {row["project_id"]: _cost(row, line) for line, row in projects}
    votes = read_votes(
        lines,
        VoteTable(
            start=start["votes"],
            kind=meta["vote_type"][1].strip().lower(),
            kind_line=meta["vote_type"][0],
            default_score=meta.get("default_score", (0, "0"))[1],
            project_ids=tuple(costs),
            place_column=place_column,
        ),
    )
    _check_count(meta, "num_votes", votes.ballots.voters)
    line, budget = meta["budget"]
    try:
        election = assemble_election(
            costs=costs,
            budget=_amount(budget, line, "the budget"),
            ballots=votes.ballots,
            places=votes.places,
        )
    except InvalidElection as problem:
        raise UnreadableElection(line, str(problem)) from problem
    marked = [row for _, row in projects if "selected" in row]
    return PabulibFile(
        meta={key: value for key, (_, value) in meta.items()},
        projects=tuple(row for _, row in projects),
        election=election,
        selected=tuple(r["project_id"] for r in marked if r["selected"] == "1") if marked else None,
    )


def write_pabulib(
    election: Election,
    *,
    meta: Mapping[str, str],
    project_columns: Mapping[str, Sequence[str]] | None = None,
    voter_ids: Sequence[str] | None = None,
) -> str:
    """Write an election as `.pb` text that `read_pabulib` reads back.

    Ballots come out sorted by content and numbered from 1, or under `voter_ids` where some are
    given: neither the order nor the number says who voted, or when. `meta` gives further keys;
    counts, budget and vote type are the election's.
    `project_columns` gives further columns of PROJECTS, one value per project.
    """
    ballots = election.ballots
    columns = dict(project_columns or {})
    own = {
        "num_projects": str(len(election.costs)),
        "num_votes": str(election.voters),
        "budget": _decimal(election.money(election.budget)),
        "vote_type": str(ballots.kind),
    }
    head = {"description": "", "country": "", "unit": "", "instance": "", **meta, **own}
    rows: list[Sequence[str]] = [["META"], ["key", "value"], *map(list, head.items())]
    rows += [["PROJECTS"], ["project_id", "cost", "votes", *columns]]
    for number, (name, cost) in enumerate(zip(election.project_ids, election.costs, strict=True)):
        own_values = [name, _decimal(election.money(cost)), str(election.votes[number])]
        rows.append([*own_values, *(values[number] for values in columns.values())])
    rows += [["VOTES"], ["voter_id", "vote", *(["points"] if ballots.points is not None else [])]]
    cast = [
        cells
        for cells, weight in sorted(
            zip(_vote_cells(election), ballots.weights.tolist(), strict=True)
        )
        for _ in range(weight)
    ]
    ids = voter_ids or [str(number) for number in range(1, len(cast) + 1)]
    rows += [[name, *cells] for name, cells in zip(ids, cast, strict=True)]
    return "\n".join(";".join(map(_quoted, row)) for row in rows) + "\n"


def _find_sections(lines: Sequence[str]) -> dict[str, int]:
    """The index of each section's title; what follows VOTES is left to the reader of votes."""
    found: dict[str, int] = {}
    for at, line in enumerate(lines):
        name = line[:9].strip(" \t;").lower()
        if name not in SECTIONS:
            continue
        if name in found:
            raise UnreadableElection(at + 1, f"section {name.upper()} begins a second time")
        if name != SECTIONS[len(found)]:
            raise UnreadableElection(at + 1, "the sections must be META, PROJECTS, VOTES")
        found[name] = at
        if name == "votes":
            return found
    missing = SECTIONS[len(found)].upper()
    raise UnreadableElection(len(lines), f"there is no section {missing}")


def _rows(lines: Sequence[str], start: int, end: int) -> Iterator[tuple[int, list[str]]]:
    """The non-empty rows of a section, each with the number of the line where it ends."""
    reader = csv.reader(lines[start + 1 : end], delimiter=";", strict=True)
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield start + 1 + reader.line_num, cells
    except csv.Error as problem:
        raise UnreadableElection(
            start + 1 + reader.line_num, f"bad quoting: {problem}"
        ) from problem


def _read_meta(lines: Sequence[str], start: int, end: int) -> dict[str, tuple[int, str]]:
    rows = _rows(lines, start, end)
    line, header = next(rows, (start + 1, []))
    if header[:2] != ["key", "value"]:
        raise UnreadableElection(line, "META must begin with the columns key;value")
    meta: dict[str, tuple[int, str]] = {}
    for line, row in rows:
        key = row[0]
        if key in meta:
            raise UnreadableElection(line, f"key {key!r} is given twice")
        meta[key] = (line, ";".join(row[1:]))
    for key in ("budget", "vote_type"):
        if key not in meta:
            raise UnreadableElection(start + 1, f"META has no key {key!r}")
    return meta


def _read_projects(
    lines: Sequence[str], start: int, end: int
) -> list[tuple[int, Mapping[str, str]]]:
    rows = _rows(lines, start, end)
    line, header = next(rows, (start + 1, []))
    for column in ("project_id", "cost"):
        if column not in header:
            raise UnreadableElection(line, f"PROJECTS has no column {column!r}")
    if len(set(header)) < len(header):
        raise UnreadableElection(line, "PROJECTS names a column twice")
    seen: dict[str, int] = {}
    projects: list[tuple[int, Mapping[str, str]]] = []
    for line, row in rows:
        if len(row) != len(header):
            raise UnreadableElection(line, f"{len(row)} cells instead of {len(header)}")
        project = dict(zip(header, row, strict=True))
        name = project["project_id"]
        if not name or "," in name:
            raise UnreadableElection(line, f"{name!r} can't be a project id")
        if name in seen:
            raise UnreadableElection(line, f"project {name!r} is on line {seen[name]} already")
        seen[name] = line
        projects.append((line, project))
    return projects


def _check_count(meta: Mapping[str, tuple[int, str]], key: str, found: int) -> None:
    if key in meta and meta[key][1] != str(found):
        line, stated = meta[key]
        raise UnreadableElection(line, f"{key} says {stated}, but there are {found}")


def _amount(text: str, line: int, what: str) -> Fraction:
    if not AMOUNT.fullmatch(text):
        raise UnreadableElection(line, f"{what} must be a number, not {text!r}")
    return Fraction(text.replace(",", "."))


def _cost(project: Mapping[str, str], line: int) -> Fraction:
    cost = _amount(project["cost"], line, f"the cost of project {project['project_id']!r}")
    if cost <= 0:
        name = project["project_id"]
        raise UnreadableElection(line, f"project {name!r}: the cost must be more than 0")
    return cost


def _decimal(amount: Fraction) -> str:
    """An amount as a plain decimal number; those read from text always are one."""
    if amount.denominator == 1:
        return str(amount.numerator)
    places = 1
    while (10**places) % amount.denominator:
        places += 1
        if places > 30:
            raise InvalidElection(f"{amount} is not a decimal number")
    whole, rest = divmod(amount.numerator * (10**places // amount.denominator), 10**places)
    return f"{whole}.{rest:0{places}d}"


def _vote_cells(election: Election) -> Iterator[tuple[str, ...]]:
    ballots = election.ballots
    names = np.array(election.project_ids, dtype=object)
    for start, end in zip(ballots.starts[:-1].tolist(), ballots.starts[1:].tolist(), strict=True):
        vote = ",".join(names[ballots.projects[start:end]])
        if ballots.points is None:
            yield (vote,)
        else:
            given = ballots.points[start:end].tolist()
            points = (_decimal(Fraction(value, ballots.point_scale)) for value in given)
            yield vote, ",".join(points)


def _quoted(cell: str) -> str:
    if any(mark in cell for mark in ';"\n\r'):
        return '"' + cell.replace('"', '""') + '"'
    return cell
