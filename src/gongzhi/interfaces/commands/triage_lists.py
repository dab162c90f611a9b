"""What `gongzhi triage duplicates` and `hot` do."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.utils.timezone import get_current_timezone

from gongzhi.commons.tables.fields import FieldKind
from gongzhi.commons.tables.reading import Table
from gongzhi.commons.tables.writing import write_csv, write_workbook
from gongzhi.engines.triage.duplicates import find_pairs, group_pairs
from gongzhi.engines.triage.hot_issues import HotIssue, Voice, hot_issues
from gongzhi.interfaces.commands.triage_columns import (
    identities_of,
    messages_of,
    moments_of,
    open_table,
    values_of,
    whereabouts_of,
)

_ISSUES = (
    "rank", "heat", "from", "to", "place or people", "description",
    "messages", "supporters", "this week", "usual week", "rising", "words",
)  # fmt: skip
_MEMBERS = ("issue", "message id")


@dataclass(frozen=True, slots=True)
class HotColumns:
    """Which columns of the file mean what."""

    identity: str
    text: str
    moment: str
    support: str | None
    place: str | None


def duplicates(
    file: Path,
    *,
    text: str,
    place: str | None,
    moment: str | None,
    least: float,
    out: Path,
    sheet: str | None,
    tell: Callable[[float], None],
) -> tuple[int, int]:
    """Write the rows that have duplicates; returns how many rows and groups."""
    table = open_table(file, sheet=sheet)
    texts = [f"{m.subject} {m.body}" for m in messages_of(table, text=text)]
    where = whereabouts_of(table, place=place, moment=moment) if place or moment else None
    member = group_pairs(find_pairs(texts, where=where, least=least, progress=tell))
    rows = [
        (
            table.row_number(at),
            table.row_number(member[at].group),
            f"{member[at].nearness.text if where is None else member[at].nearness.combined:.4f}",
        )
        for at in sorted(member, key=lambda at: (member[at].group, at))
    ]
    write_csv(out, ("row", "group", "similarity"), rows)
    return len(rows), len({membership.group for membership in member.values()})


def hot(
    file: Path,
    columns: HotColumns,
    *,
    most: int,
    out: Path,
    sheet: str | None,
    tell: Callable[[float], None],
) -> int:
    """Write the hot issues and their messages; returns how many issues."""
    table = open_table(file, sheet=sheet)
    ids = identities_of(table, columns.identity)
    issues = hot_issues(_voices(table, columns), most=most, progress=tell)
    write_workbook(
        out,
        [
            ("issues", _ISSUES, [_issue_row(rank, i) for rank, i in enumerate(issues, start=1)]),
            (
                "messages",
                _MEMBERS,
                [(rank, ids[at]) for rank, i in enumerate(issues, start=1) for at in i.members],
            ),
        ],
    )
    return len(issues)


def _voices(table: Table, columns: HotColumns) -> list[Voice]:
    messages = messages_of(table, text=columns.text)
    moments = moments_of(table, columns.moment)
    supports = (
        values_of(table, columns.support, FieldKind.NUMBER)
        if columns.support
        else [None] * len(table)
    )
    places = (
        [row[0].strip() for row in table.texts([columns.place])]
        if columns.place
        else [""] * len(table)
    )
    return [
        Voice(
            message=message,
            at=at,
            supporters=int(support) if isinstance(support, int | float) else 0,
            place=place,
        )
        for message, at, support, place in zip(messages, moments, supports, places, strict=True)
    ]


def _issue_row(rank: int, issue: HotIssue) -> tuple[object, ...]:
    zone = get_current_timezone()
    return (
        rank,
        round(issue.heat, 2),
        issue.first.astimezone(zone).date(),
        issue.last.astimezone(zone).date(),
        issue.place,
        issue.description,
        issue.messages,
        issue.supporters,
        issue.this_week,
        round(issue.usual_week, 2),
        issue.rising,
        "、".join(issue.phrases),
    )
