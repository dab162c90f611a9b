"""Volunteers: posts, hours certified by the organiser, and the volunteer's right to have them put
right. Working members' reports, which the member sees first. Nobody is compared with anybody."""

import re
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.affairs.resources import events
from gongzhi.affairs.resources.lifecycle import POST, SLIP, STINT, NotInPool, Step, move, tell
from gongzhi.affairs.resources.models import ReportSlip, Stint, VolunteerPost
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.queries import find_unit
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.commons.privacy.encryption import seal_text
from gongzhi.commons.privacy.links import read_link, sign_link
from gongzhi.commons.territory.queries import find_place

_DAY_MINUTES = 24 * 60
_QUARTER = re.compile(r"20\d\d-Q[1-4]")


class CannotVolunteer(ValueError):
    """Something about volunteers that can't be written down, and why."""


@transaction.atomic
def open_post(
    *,
    title: str,
    text: str,
    organiser_id: int,
    place_id: int,
    wanted: int,
    begins: date,
    ends: date,
    by: Actor,
    at: datetime,
) -> int:
    """Say what volunteers are wanted for; taking part is free. Returns the post's id."""
    place = find_place(place_id)
    if place is None or find_unit(organiser_id) is None:
        raise CannotVolunteer(_("没有这个地点或单位，请重新选择"))
    require(by, "volunteers.organise", place_path=place.path, unit_ids=[organiser_id])
    if not 0 < len(title.strip()) <= 80:
        raise CannotVolunteer(_("请用 1 到 80 个字写明岗位"))
    if not 1 <= wanted <= 10_000 or ends < begins or ends < localdate(at):
        raise CannotVolunteer(_("请核对人数和起止日期"))
    row = VolunteerPost.objects.create(
        title=title.strip(), text=text.strip(), organiser_id=organiser_id, place_id=place.id,
        place_path=place.path, wanted=wanted, begins=begins, ends=ends, opened_at=at,
    )  # fmt: skip
    tell(
        Subject("post", row.pk), events.POST_OPENED, by=by, at=at, place_id=place.id, opens=True,
        wanted=wanted, until=ends.isoformat(),
    )  # fmt: skip
    return row.pk


def _post(by: Actor, post_id: int) -> VolunteerPost:
    post = VolunteerPost.objects.filter(pk=post_id).first()
    if post is None:
        raise NotInPool
    require(by, "volunteers.organise", place_path=post.place_path, unit_ids=[post.organiser_id])
    return post


@transaction.atomic
def close_post(*, post_id: int, by: Actor, at: datetime) -> None:
    """No more volunteers are wanted; hours can still be certified."""
    post = _post(by, post_id)
    move(post, POST, Step.CLOSE)
    tell(Subject("post", post.pk), events.POST_CLOSED, by=by, at=at, place_id=post.place_id)


@transaction.atomic
def certify_hours(
    *, post_id: int, name: str, day: date, minutes: int, by: Actor, at: datetime
) -> int:
    """Who organised it writes down what a volunteer gave; returns the stint's id.

    The volunteer is given the private link of `stint_link`, sees the record and can object.
    """
    post = _post(by, post_id)
    if not name.strip():
        raise CannotVolunteer(_("请写明志愿者怎么称呼"))
    if not 0 < minutes <= _DAY_MINUTES:
        raise CannotVolunteer(_("一天的时长应在 1 分钟和 24 小时之间"))
    if not post.begins <= day <= min(post.ends, localdate(at)):
        raise CannotVolunteer(_("日期应在岗位的起止日期之内，且不晚于今天"))
    row = Stint.objects.create(
        post=post, name_sealed=seal_text(name.strip()), day=day, minutes=minutes,
        certified_by_id=by.unit_id or post.organiser_id, certified_at=at,
    )  # fmt: skip
    tell(
        Subject("stint", row.pk), events.HOURS_CERTIFIED, by=by, at=at, place_id=post.place_id,
        opens=True, post=post.pk, minutes=minutes,
    )  # fmt: skip
    return row.pk


def stint_link(stint_id: int) -> str:
    """The token of the volunteer's own page."""
    version = Stint.objects.values_list("link_version", flat=True).filter(pk=stint_id).first()
    if version is None:
        raise NotInPool
    return sign_link("stint", stint_id, version)


def stint_of_link(token: str) -> Stint:
    """The stint that a token opens; raises `NotInPool` for one that opens none."""
    read = read_link("stint", token)
    if read is None:
        raise NotInPool
    found = Stint.objects.select_related("post").filter(
        pk=read.id, link_version=read.version, erased_at=None
    )
    stint = found.first()
    if stint is None:
        raise NotInPool
    return stint


@transaction.atomic
def dispute_hours(*, token: str, minutes: int, reason: str, by: Actor, at: datetime) -> None:
    """The volunteer says that the record is wrong; the organiser has to look at it."""
    stint = stint_of_link(token)
    if not 0 <= minutes <= _DAY_MINUTES or minutes == stint.minutes:
        raise CannotVolunteer(_("请写明正确的时长"))
    if not reason.strip():
        raise CannotVolunteer(_("请写明哪里不对"))
    move(stint, STINT, Step.DISPUTE, claimed_minutes=minutes, objection=reason.strip()[:500])
    tell(
        Subject("stint", stint.pk), events.HOURS_DISPUTED, by=by, at=at,
        place_id=stint.post.place_id, minutes=minutes,
    )  # fmt: skip


@transaction.atomic
def answer_dispute(*, stint_id: int, agreed: bool, by: Actor, at: datetime) -> None:
    """The organiser puts the hours right as the volunteer says, or stands by the record."""
    stint = Stint.objects.select_related("post").filter(pk=stint_id).first()
    if stint is None:
        raise NotInPool
    _post(by, stint.post_id)
    was, subject = stint.minutes, Subject("stint", stint.pk)
    if agreed:
        move(stint, STINT, Step.CORRECT, minutes=stint.claimed_minutes)
        tell(
            subject, events.HOURS_CORRECTED, by=by, at=at, place_id=stint.post.place_id,
            minutes=stint.minutes, was=was,
        )  # fmt: skip
    else:
        move(stint, STINT, Step.UPHOLD)
        tell(subject, events.HOURS_UPHELD, by=by, at=at, place_id=stint.post.place_id)


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
        raise CannotVolunteer(_("没有这个地点或单位，请重新选择"))
    require(by, "slips.draft", place_path=place.path)
    if not name.strip() or not deeds.strip():
        raise CannotVolunteer(_("请写明姓名和所做的事"))
    if not _QUARTER.fullmatch(quarter) or not 0 <= minutes <= 92 * _DAY_MINUTES:
        raise CannotVolunteer(_("请核对季度（如 2026-Q1）和时长"))
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
