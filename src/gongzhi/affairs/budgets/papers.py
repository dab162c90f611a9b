"""Papers from the box: read by two people who don't see each other's reading; only what agrees
counts, and what differs is shown."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.affairs.budgets import events
from gongzhi.affairs.budgets.ballots import CannotVote, check_choices, numbers_of
from gongzhi.affairs.budgets.choices import RoundState
from gongzhi.affairs.budgets.lifecycle import round_of, tell_of_round
from gongzhi.affairs.budgets.models import PaperSheet, Round
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require

INVALID: dict[str, Any] = {"invalid": True}


class CannotEnter(ValueError):
    """A reading of a paper that is refused, and why."""


def enter_sheet(
    *, round_id: int, number: int, choices: Sequence[object] | None, by: Actor, at: datetime
) -> None:
    """Write down what one paper says, as the first or the second of two people.

    None stands for a paper on which nothing valid can be read. A person who enters the same
    number again mends their own reading.
    """
    try:
        with transaction.atomic():
            _enter(round_id, number, choices, by=by, at=at)
    except IntegrityError as twice:
        raise CannotEnter(_("另一人同时录入了这一张，请再录一次")) from twice


def _enter(
    round_id: int, number: int, choices: Sequence[object] | None, *, by: Actor, at: datetime
) -> None:
    row = _counting(by, round_id, at)
    if by.person_id is None:
        raise CannotEnter(_("录入要由本人登录后进行"))
    if not 1 <= number <= row.papers:
        raise CannotEnter(
            _("共收到 %(count)d 张纸质票，没有第 %(number)d 张")
            % {"count": row.papers, "number": number}
        )
    if choices is None:
        read = INVALID
    else:
        try:
            read = {"choices": check_choices(row, choices, numbers_of(row.pk))}
        except CannotVote as wrong:
            raise CannotEnter(str(wrong)) from wrong
    me = by.person_id
    sheet, _made = PaperSheet.objects.get_or_create(round=row, number=number)
    standing = PaperSheet.objects.filter(pk=sheet.pk, set_aside="")
    first = standing.filter(Q(first_person_id=None) | Q(first_person_id=me))
    if first.exclude(second_person_id=me).update(first=read, first_person_id=me):
        return
    second = standing.filter(Q(second_person_id=None) | Q(second_person_id=me))
    if not second.exclude(first_person_id=me).update(second=read, second_person_id=me):
        raise CannotEnter(_("这一张已经由两人录入，或已作废"))


@transaction.atomic
def set_aside_sheet(*, round_id: int, number: int, reason: str, by: Actor, at: datetime) -> None:
    """Leave a paper out on which two readings can't agree; the reason is kept and shown."""
    row = _counting(by, round_id, at)
    require(by, "rounds.run", place_path=row.place_path)
    if not reason.strip():
        raise CannotEnter(_("请说明理由"))
    sheet = PaperSheet.objects.filter(round=row, number=number, set_aside="").first()
    if sheet is None or sheet.first is None or sheet.second is None:
        raise CannotEnter(_("要先由两人各录入一次，才能作废"))
    if sheet.first == sheet.second:
        raise CannotEnter(_("两次录入一致，不能作废"))
    PaperSheet.objects.filter(pk=sheet.pk, set_aside="").update(set_aside=reason.strip()[:200])
    tell_of_round(row, events.SHEET_SET_ASIDE, by=by, at=at, sheet=number)


def _counting(by: Actor, round_id: int, at: datetime) -> Round:
    """The round, when its papers may be read: after the last day of the vote."""
    row = round_of(round_id)
    require(by, "ballots.enter", place_path=row.place_path)
    if row.state != RoundState.VOTING or (
        row.ballots_until is not None and localdate(at) <= row.ballots_until
    ):
        raise CannotEnter(_("投票结束以后、计票以前，才能录入纸质票"))
    # Locks the round: what is entered while it is being counted comes too late, and is told so.
    Round.objects.filter(pk=row.pk, state=RoundState.VOTING).update(papers=F("papers"))
    return row
