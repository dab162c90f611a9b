"""Giving a rating: one word per side and turn, about a unit, never about a person."""

from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from gongzhi.commons.ledger.kinds import declare
from gongzhi.commons.ledger.recording import NewEvent, Subject, record
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.commons.privacy.retention import RetentionRule, declare_retention
from gongzhi.commons.ratings.models import Rating, Satisfied, Side, Solved
from gongzhi.commons.ratings.queries import RatingView, view_of

__all__ = ["CannotRate", "Satisfied", "Side", "Solved", "declare_ratable", "erase_remarks", "rate"]

GIVEN = declare(
    "rating.given",
    "one side said how it went",
    "subject_kind",
    "subject",
    "turn",
    "side",
    "about",
    "solved",
    "satisfied",
)

MayRate = Callable[[int, Side, Actor], bool]

_rules: dict[str, MayRate] = {}


class CannotRate(ValueError):
    """A rating that can't be given, and why."""


def declare_ratable(subject_kind: str, may_rate: MayRate) -> None:
    """Let subjects of a kind be rated; `may_rate(subject_id, side, by)` says by whom."""
    if subject_kind in _rules:
        raise ValueError(f"ratings of {subject_kind!r} are declared twice")
    _rules[subject_kind] = may_rate


def rate(
    *,
    subject: Subject,
    by_side: Side,
    about_unit: int,
    by: Actor,
    at: datetime,
    solved: Solved | None = None,
    satisfied: Satisfied | None = None,
    remark: str = "",
    turn: int = 1,
) -> RatingView:
    """Write down what one side says of the other, or the resident of the result.

    Who gives no answer is not written down. Raises NotPermitted where the subject's room refuses,
    CannotRate for an empty or repeated rating and for a unit that rates itself.
    """
    may_rate = _rules.get(subject.kind)
    if may_rate is None or not may_rate(subject.id, by_side, by):
        raise NotPermitted("ratings.give")
    if solved is None and satisfied is None:
        raise CannotRate(_("请选择是否解决或是否满意。"))
    by_unit = None if by_side is Side.RESIDENT else by.unit_id
    if by_unit == about_unit:
        raise CannotRate(_("单位不能评价自己。"))
    row = Rating(
        subject_kind=subject.kind,
        subject_id=subject.id,
        turn=turn,
        by_side=by_side,
        by_unit_id=by_unit,
        about_unit_id=about_unit,
        solved=solved or "",
        satisfied=satisfied or "",
        remark=remark.strip(),
        at=at,
    )
    with transaction.atomic():
        _insert(row)
        record(_event(row, by=by))
    return view_of(row)


def erase_remarks(subject: Subject) -> int:
    """Erase the free words of a subject's ratings in the caller's transaction; answers stay."""
    rows = Rating.objects.filter(subject_kind=subject.kind, subject_id=subject.id)
    return rows.exclude(remark="").update(remark="")


def _forget_old_remarks(*, cutoff: datetime, limit: int, at: datetime) -> int:  # noqa: ARG001
    old = Rating.objects.filter(at__lt=cutoff).exclude(remark="").order_by("at")
    return Rating.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).update(
        remark=""
    )


def declare_privacy() -> None:
    """Remarks may hold what people wrote about themselves: the words go, the answers stay."""
    declare_retention(RetentionRule("ratings.remark", "评价时写的话", 1095, _forget_old_remarks))


def _insert(row: Rating) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        again = Rating.objects.filter(
            subject_kind=row.subject_kind,
            subject_id=row.subject_id,
            turn=row.turn,
            by_side=row.by_side,
            by_unit_id=row.by_unit_id,
            about_unit_id=row.about_unit_id,
        )
        if not again.exists():
            raise
        raise CannotRate(_("已经评价过了，谢谢。")) from error


def _event(row: Rating, *, by: Actor) -> NewEvent:
    return NewEvent(
        Subject("rating", row.pk),
        GIVEN,
        row.at,
        unit_id=row.by_unit_id,
        person_id=by.person_id,
        data={
            "subject_kind": row.subject_kind,
            "subject": row.subject_id,
            "turn": row.turn,
            "side": row.by_side,
            "about": row.about_unit_id,
            "solved": row.solved,
            "satisfied": row.satisfied,
        },
        opens=True,
    )
