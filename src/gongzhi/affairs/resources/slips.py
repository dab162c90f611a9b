"""Dual reports of working members: the member sees a slip first, and it goes nowhere unseen."""

import re
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from gongzhi.affairs.resources import events
from gongzhi.affairs.resources.lifecycle import SLIP, NotInPool, Step, move, tell
from gongzhi.affairs.resources.models import ReportSlip
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.queries import find_unit
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.commons.privacy.encryption import seal_text
from gongzhi.commons.privacy.links import read_link, sign_link
from gongzhi.commons.territory.queries import find_place

_QUARTER = re.compile(r"20\d\d-Q[1-4]")
_QUARTER_MINUTES = 92 * 24 * 60


class CannotReport(ValueError):
    """A slip that can't be written or answered, and why."""


@transaction.atomic
def draft_slip(
    *,
    employer_id: int,
    place_id: int,
    name: str,
    quarter: str,
    minutes: int,
    deeds: str,
    by: Actor,
    at: datetime,
) -> int:
    """A community writes what a working member did; only the member sees it at first."""
    place = find_place(place_id)
    if place is None or find_unit(employer_id) is None:
        raise CannotReport(_("没有这个地点或单位，请重新选择"))
    require(by, "slips.draft", place_path=place.path)
    if not name.strip() or not deeds.strip():
        raise CannotReport(_("请写明姓名和所做的事"))
    if not _QUARTER.fullmatch(quarter) or not 0 <= minutes <= _QUARTER_MINUTES:
        raise CannotReport(_("请核对季度（如 2026-Q1）和时长"))
    row = ReportSlip.objects.create(
        employer_id=employer_id, place_id=place.id, place_path=place.path,
        name_sealed=seal_text(name.strip()), quarter=quarter, minutes=minutes,
        deeds=deeds.strip()[:2000], drafted_at=at,
    )  # fmt: skip
    tell(
        Subject("slip", row.pk), events.SLIP_DRAFTED, by=by, at=at, place_id=place.id, opens=True,
        quarter=quarter,
    )  # fmt: skip
    return row.pk


def slip_link(slip_id: int) -> str:
    """The token of the member's own page."""
    version = ReportSlip.objects.values_list("link_version", flat=True).filter(pk=slip_id).first()
    if version is None:
        raise NotInPool
    return sign_link("slip", slip_id, version)


def slip_of_link(token: str) -> ReportSlip:
    """The slip that a token opens; raises `NotInPool` for one that opens none."""
    read = read_link("slip", token)
    if read is None:
        raise NotInPool
    slip = ReportSlip.objects.filter(pk=read.id, link_version=read.version, erased_at=None).first()
    if slip is None:
        raise NotInPool
    return slip


@transaction.atomic
def answer_slip(*, token: str, release: bool, remark: str, by: Actor, at: datetime) -> None:
    """The member lets the slip go to the employer, or keeps it back."""
    slip = slip_of_link(token)
    step = Step.RELEASE if release else Step.WITHHOLD
    move(slip, SLIP, step, answered_at=at, remark=remark.strip()[:500])
    more: dict[str, Any] = {"minutes": slip.minutes} if release else {}
    tell(
        Subject("slip", slip.pk),
        events.SLIP_RELEASED if release else events.SLIP_WITHHELD,
        by=by,
        at=at,
        place_id=slip.place_id,
        **more,
    )
