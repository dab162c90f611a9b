"""Volunteers: posts, hours certified by the organiser, and the volunteer's right to have them put
right. Nobody is compared with anybody."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.affairs.resources import events
from gongzhi.affairs.resources.choices import SignupState
from gongzhi.affairs.resources.lifecycle import POST, STINT, NotInPool, Step, move, tell
from gongzhi.affairs.resources.models import Signup, Stint, VolunteerPost
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.queries import find_unit
from gongzhi.commons.permissions.actors import Actor, Voice
from gongzhi.commons.permissions.table import NotPermitted, allowed
from gongzhi.commons.privacy.encryption import seal_text
from gongzhi.commons.privacy.links import read_link, sign_link
from gongzhi.commons.territory.queries import find_place

_DAY_MINUTES = 24 * 60
MOST_WORDS = 4000


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
    _require_organiser(by, place.path, organiser_id)
    if not 0 < len(title.strip()) <= 80:
        raise CannotVolunteer(_("请用 1 到 80 个字写明岗位"))
    if len(text) > MOST_WORDS:
        raise CannotVolunteer(_("说明最多 4000 字，请精简"))
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


def organises(by: Actor, place_path: str, organiser_id: int) -> bool:
    """Whether `by` speaks for the unit that organises: who organises certifies, and nobody else."""
    if by.voice is Voice.SYSTEM:
        return True
    may = allowed(by, "volunteers.organise", place_path=place_path, unit_ids=[organiser_id])
    return may and organiser_id in {role.unit_id for role in by.roles}


def _require_organiser(by: Actor, place_path: str, organiser_id: int) -> None:
    if not organises(by, place_path, organiser_id):
        raise NotPermitted("volunteers.organise")


def post_for(by: Actor, post_id: int) -> VolunteerPost:
    """The post, once `by` is known to speak for its organiser."""
    post = VolunteerPost.objects.filter(pk=post_id).first()
    if post is None:
        raise NotInPool
    _require_organiser(by, post.place_path, post.organiser_id)
    return post


@transaction.atomic
def close_post(*, post_id: int, by: Actor, at: datetime) -> None:
    """No more volunteers are wanted; hours can still be certified."""
    post = post_for(by, post_id)
    move(post, POST, Step.CLOSE)
    tell(Subject("post", post.pk), events.POST_CLOSED, by=by, at=at, place_id=post.place_id)


@transaction.atomic
def certify_hours(
    *,
    post_id: int,
    name: str,
    day: date,
    minutes: int,
    by: Actor,
    at: datetime,
    signup_id: int | None = None,
) -> int:
    """Who organised it writes down what a volunteer gave; returns the stint's id.

    Who signed up is named as they signed up, once a day. The volunteer holds a private link (of the
    sign-up, or `stint_link`), sees the record and can object.
    """
    post = post_for(by, post_id)
    signup = _signup(post, signup_id) if signup_id is not None else None
    sealed = signup.name_sealed if signup else seal_text(name.strip())
    if signup is None and not 0 < len(name.strip()) <= 40:
        raise CannotVolunteer(_("请用 1 到 40 个字写明志愿者怎么称呼"))
    if not 0 < minutes <= _DAY_MINUTES:
        raise CannotVolunteer(_("一天的时长应在 1 分钟和 24 小时之间"))
    if not post.begins <= day <= min(post.ends, localdate(at)):
        raise CannotVolunteer(_("日期应在岗位的起止日期之内，且不晚于今天"))
    row = Stint(
        post=post, signup=signup, name_sealed=sealed, day=day, minutes=minutes,
        certified_by_id=post.organiser_id, certified_at=at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise CannotVolunteer(_("这位志愿者当天的时长已经登记过了")) from error
    tell(
        Subject("stint", row.pk), events.HOURS_CERTIFIED, by=by, at=at, place_id=post.place_id,
        opens=True, post=post.pk, minutes=minutes,
    )  # fmt: skip
    return row.pk


def _signup(post: VolunteerPost, signup_id: int) -> Signup:
    found = Signup.objects.filter(
        pk=signup_id, post=post, state=SignupState.STANDS, erased_at=None
    ).first()
    if found is None:
        raise CannotVolunteer(_("没有这条报名，可能已经退出"))
    return found


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
    dispute_stint(stint_of_link(token), minutes=minutes, reason=reason, by=by, at=at)


def dispute_stint(stint: Stint, *, minutes: int, reason: str, by: Actor, at: datetime) -> None:
    """The same in the caller's transaction, for a stint that a link has opened."""
    if not 0 <= minutes <= _DAY_MINUTES or minutes == stint.minutes:
        raise CannotVolunteer(_("请写明正确的时长"))
    if not 0 < len(reason.strip()) <= 500:
        raise CannotVolunteer(_("请用 1 到 500 个字写明哪里不对"))
    move(stint, STINT, Step.DISPUTE, claimed_minutes=minutes, objection=reason.strip())
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
    post_for(by, stint.post_id)
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
