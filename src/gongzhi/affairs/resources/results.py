"""Step 4: it is done, or nobody came; both sides and the people served say how it went."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.affairs.resources import events
from gongzhi.affairs.resources.choices import ClaimState, SignupChannel
from gongzhi.affairs.resources.claims import CannotClaim, claim_of, gives, receives, release
from gongzhi.affairs.resources.lifecycle import CLAIM, NotInPool, Step, move, tell
from gongzhi.affairs.resources.models import Claim, Need, Offer
from gongzhi.affairs.resources.needs import follow_counts
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import RESIDENT, Actor, Voice
from gongzhi.commons.permissions.table import NotPermitted
from gongzhi.commons.privacy.links import read_link, sign_link
from gongzhi.commons.ratings.rating import Satisfied, Side, Solved, declare_ratable, rate

_RATABLE = {ClaimState.DONE, ClaimState.CONFIRMED, ClaimState.NO_SHOW}


@transaction.atomic
def report_done(*, claim_id: int, report: str, by: Actor, at: datetime) -> None:
    """The giver says what was done; the receiving side has to confirm it."""
    claim = claim_of(claim_id)
    if not gives(by, claim):
        raise NotPermitted("claims.give")
    if not report.strip():
        raise CannotClaim(_("请写明做了什么、结果如何"))
    if localdate(at) < claim.day:
        raise CannotClaim(_("约定的日期还没有到：%(day)s") % {"day": claim.day})
    move(claim, CLAIM, Step.FINISH, touched_at=at, done_at=at, report=report.strip())
    Need.objects.filter(pk=claim.need_id).update(met=F("met") + claim.quantity, touched_at=at)
    _tell(claim, events.CLAIM_DONE, by=by, at=at, need=claim.need_id, quantity=claim.quantity)
    follow_counts(claim.need_id, by=by, at=at)


@transaction.atomic
def return_claim(*, claim_id: int, reason: str, by: Actor, at: datetime) -> None:
    """The receiving side says that it isn't done yet; the giver goes on."""
    claim = claim_of(claim_id)
    if not receives(by, claim):
        raise NotPermitted("claims.receive")
    if not reason.strip():
        raise CannotClaim(_("请说明理由，对方会看到"))
    _return(claim, reason=reason, by_served=False, by=by, at=at)


def _return(claim: Claim, *, reason: str, by_served: bool, by: Actor, at: datetime) -> None:
    move(claim, CLAIM, Step.RETURN, touched_at=at, done_at=None, reason=reason.strip())
    Need.objects.filter(pk=claim.need_id).update(met=F("met") - claim.quantity, touched_at=at)
    _tell(claim, events.CLAIM_RETURNED, by=by, at=at, by_served=by_served)
    follow_counts(claim.need_id, by=by, at=at)


@transaction.atomic
def confirm_claim(*, claim_id: int, by: Actor, at: datetime) -> None:
    """The receiving side confirms the result; with its last claim the need is confirmed."""
    claim = claim_of(claim_id)
    if not receives(by, claim):
        raise NotPermitted("claims.receive")
    move(claim, CLAIM, Step.CONFIRM, touched_at=at, confirmed_at=at)
    Need.objects.filter(pk=claim.need_id).update(
        confirmed=F("confirmed") + claim.quantity, touched_at=at
    )
    if claim.offer_id is not None:
        Offer.objects.filter(pk=claim.offer_id).update(last_used_at=at)
    _tell(claim, events.CLAIM_CONFIRMED, by=by, at=at, need=claim.need_id, quantity=claim.quantity)
    follow_counts(claim.need_id, by=by, at=at)


@transaction.atomic
def report_no_show(*, claim_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Nobody came on the day; what was reserved can be claimed again."""
    claim = claim_of(claim_id)
    if not receives(by, claim):
        raise NotPermitted("claims.receive")
    if localdate(at) < claim.day:
        raise CannotClaim(_("约定的日期还没有到：%(day)s") % {"day": claim.day})
    if not reason.strip():
        raise CannotClaim(_("请说明理由，对方会看到"))
    move(claim, CLAIM, Step.NO_SHOW, touched_at=at, reason=reason.strip())
    _tell(claim, events.CLAIM_NO_SHOW, by=by, at=at, need=claim.need_id)
    release(claim, by=by, at=at)


def rate_other_side(
    *, claim_id: int, satisfied: Satisfied, remark: str, by: Actor, at: datetime
) -> None:
    """Giver of receiver, or receiver of giver: how was it to work together?"""
    claim = claim_of(claim_id)
    side = Side.GIVER if gives(by, claim) and claim.giver_id == by.unit_id else Side.RECEIVER
    about = claim.need.publisher_id if side is Side.GIVER else claim.giver_id
    rate(
        subject=Subject("claim", claim_id), by_side=side, about_unit=about, by=by, at=at,
        satisfied=satisfied, remark=remark,
    )  # fmt: skip


def served_link(claim_id: int) -> str:
    """The token by which the people served say how it went, without an account."""
    claim = claim_of(claim_id)
    return sign_link("claim", claim.pk, claim.link_version)


def claim_of_link(token: str) -> int:
    """The claim that a token opens; raises `NotInPool` for one that opens none."""
    read = read_link("claim", token)
    if read is None or not Claim.objects.filter(pk=read.id, link_version=read.version).exists():
        raise NotInPool
    return read.id


@transaction.atomic
def answer_as_served(
    *, token: str, solved: Solved, satisfied: Satisfied, remark: str, by: Actor, at: datetime
) -> None:
    """Who was served says how it went; "not done" before the confirmation sends it back."""
    claim = claim_of(claim_of_link(token))
    _take_answer(
        claim, solved=solved, satisfied=satisfied, remark=remark, channel=SignupChannel.PAGE,
        by=by, at=at,
    )  # fmt: skip


@transaction.atomic
def note_answer_of_served(
    *,
    claim_id: int,
    channel: SignupChannel,
    solved: Solved,
    satisfied: Satisfied,
    remark: str,
    by: Actor,
    at: datetime,
) -> None:
    """Staff of the receiving side write down what the people served said on the phone or in person.

    The event says who noted it and how it was heard. Never the unit that gave the help.
    """
    claim = claim_of(claim_id)
    if not receives(by, claim):
        raise NotPermitted("claims.receive")
    if claim.giver_id in {role.unit_id for role in by.roles}:
        raise CannotClaim(_("应当由提供单位以外的人员询问受助人"))
    if channel is SignupChannel.PAGE:
        raise CannotClaim(_("请写明是电话问的，还是当面问的"))
    _take_answer(
        claim, solved=solved, satisfied=satisfied, remark=remark, channel=channel, by=by, at=at
    )


def _take_answer(
    claim: Claim,
    *,
    solved: Solved,
    satisfied: Satisfied,
    remark: str,
    channel: SignupChannel,
    by: Actor,
    at: datetime,
) -> None:
    rate(
        subject=Subject("claim", claim.pk), by_side=Side.RESIDENT, about_unit=claim.giver_id,
        by=RESIDENT, at=at, solved=solved, satisfied=satisfied, remark=remark,
        turn=claim.turn,
    )  # fmt: skip
    tell(
        Subject("claim", claim.pk), events.CLAIM_SERVED_ANSWERED, by=by, at=at,
        place_id=claim.need.place_id, solved=solved, satisfied=satisfied, channel=channel,
    )  # fmt: skip
    if solved is Solved.NO and claim.state == ClaimState.DONE:
        # Each return opens a new turn, so that the people served can answer again.
        Claim.objects.filter(pk=claim.pk).update(turn=F("turn") + 1)
        _return(claim, reason=_("受助人反映还没有办到"), by_served=True, by=by, at=at)


def _tell(claim: Claim, kind: str, /, *, by: Actor, at: datetime, **data: Any) -> None:
    tell(
        Subject("claim", claim.pk), kind, by=by, at=at, place_id=claim.need.place_id,
        giver=claim.giver_id, **data,
    )  # fmt: skip


def _may_rate(subject_id: int, side: Side, by: Actor) -> bool:
    claim = Claim.objects.select_related("need").filter(pk=subject_id).first()
    if claim is None or claim.state not in _RATABLE:
        return False
    if side is Side.RESIDENT:
        return by.voice is Voice.RESIDENT and claim.state != ClaimState.NO_SHOW
    return gives(by, claim) if side is Side.GIVER else receives(by, claim)


def declare_ratings() -> None:
    """Let claims be rated; called once when the app is ready."""
    declare_ratable("claim", _may_rate)
