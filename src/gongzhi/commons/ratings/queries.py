"""Reading ratings: of one subject, and counted about units."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.ratings.models import Rating, Satisfied, Side, Solved


@dataclass(frozen=True, slots=True)
class RatingView:
    """One rating; `solved` and `satisfied` are None where nothing was said."""

    id: int
    subject: Subject
    turn: int
    by_side: Side
    by_unit: int | None
    about_unit: int
    solved: Solved | None
    satisfied: Satisfied | None
    remark: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RatingCounts:
    """How often each answer was given about one unit; numerators and denominators of rates."""

    solved: dict[Solved, int]
    satisfied: dict[Satisfied, int]

    @property
    def said_solved(self) -> int:
        """How many said anything about the solution."""
        return sum(self.solved.values())

    @property
    def said_satisfied(self) -> int:
        """How many said anything about satisfaction."""
        return sum(self.satisfied.values())


def ratings_of(subject: Subject) -> list[RatingView]:
    """The ratings of a subject, oldest first."""
    rows = Rating.objects.filter(subject_kind=subject.kind, subject_id=subject.id)
    return [view_of(row) for row in rows.order_by("pk")]


def counts_of(kind: str, subject_ids: Iterable[int]) -> RatingCounts:
    """The answers given about many subjects of one kind, together; one query."""
    solved, satisfied = dict.fromkeys(Solved, 0), dict.fromkeys(Satisfied, 0)
    rows = Rating.objects.filter(subject_kind=kind, subject_id__in=list(subject_ids))
    for how, content in rows.values_list("solved", "satisfied"):
        if how:
            solved[Solved(how)] += 1
        if content:
            satisfied[Satisfied(content)] += 1
    return RatingCounts(solved, satisfied)


def counts_about(
    unit_ids: Iterable[int], *, since: datetime, until: datetime, by_side: Side | None = None
) -> dict[int, RatingCounts]:
    """The answers about units given from `since` up to, not including, `until`; one query.

    Units about which nobody said anything are left out.
    """
    rows = Rating.objects.filter(about_unit__in=list(unit_ids), at__gte=since, at__lt=until)
    if by_side is not None:
        rows = rows.filter(by_side=by_side)
    solved = {f"solved_{one}": Count("pk", filter=Q(solved=one)) for one in Solved.values}
    satisfied = {f"content_{one}": Count("pk", filter=Q(satisfied=one)) for one in Satisfied.values}
    named: Any = rows.order_by("about_unit").values("about_unit")
    counted = named.annotate(**solved, **satisfied)
    return {
        row["about_unit"]: RatingCounts(
            {one: row[f"solved_{one.value}"] for one in Solved},
            {one: row[f"content_{one.value}"] for one in Satisfied},
        )
        for row in counted
    }


def view_of(row: Rating) -> RatingView:
    """The frozen view of a row."""
    return RatingView(
        id=row.pk,
        subject=Subject(row.subject_kind, row.subject_id),
        turn=row.turn,
        by_side=Side(row.by_side),
        by_unit=row.by_unit_id,
        about_unit=row.about_unit_id,
        solved=Solved(row.solved) if row.solved else None,
        satisfied=Satisfied(row.satisfied) if row.satisfied else None,
        remark=row.remark,
        at=row.at,
    )
