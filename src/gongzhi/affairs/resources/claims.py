"""Step 3: two-way claims. What is claimed is reserved at once; both sides have to say yes."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Max
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.affairs.resources import events
from gongzhi.affairs.resources.choices import ClaimSide, ClaimState, NeedState, OfferState
from gongzhi.affairs.resources.fitting import misfit
from gongzhi.affairs.resources.lifecycle import (
    CLAIM,
    CannotMove,
    NotInPool,
    Step,
    grow_pool,
    move,
    tell,
)
from gongzhi.affairs.resources.models import Claim, Need, Offer, OfferDay
from gongzhi.affairs.resources.needs import follow_counts
from gongzhi.affairs.resources.rules import limit_rules
from gongzhi.commons.calendar.queries import working_time
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.organisations.queries import find_unit
from gongzhi.commons.permissions.actors import SYSTEM, Actor
from gongzhi.commons.permissions.table import NotPermitted, allowed, require
from gongzhi.commons.territory.queries import find_place


class CannotClaim(ValueError):
    """A claim that can't be made or taken further, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is claimed: so much of a need, by a unit, on a day, from an offer where there is one."""

    need: Need
    offer: Offer | None
    giver_id: int
    quantity: int
    day: date
    begun_by: ClaimSide
    plan_id: int | None = None


@transaction.atomic
def claim_need(
    *,
    need_id: int,
    unit_id: int,
    quantity: int,
    day: date,
    offer_id: int | None,
    by: Actor,
    at: datetime,
) -> int:
    """A unit takes up (part of) a need; the community has to agree. Returns the claim's id."""
    require(by, "claims.give", place_path=_path_of_unit(unit_id), unit_ids=[unit_id])
    need, offer = _need(need_id), _offer(offer_id)
    if offer is not None and offer.unit_id != unit_id:
        raise CannotClaim(_("这项资源不是本单位的"))
    wanted = Wanted(
        need=need, offer=offer, giver_id=unit_id, quantity=quantity, day=day,
        begun_by=ClaimSide.GIVER,
    )  # fmt: skip
    return make_claim(wanted, by=by, at=at)


@transaction.atomic
def claim_offer(
    *, offer_id: int, need_id: int, quantity: int, day: date, by: Actor, at: datetime
) -> int:
    """A community takes up an offer for one of its needs; the unit has to agree."""
    need, offer = _need(need_id), _offer(offer_id)
    require(by, "claims.receive", place_path=need.place_path)
    if offer is None:
        raise NotInPool
    wanted = Wanted(
        need=need, offer=offer, giver_id=offer.unit_id, quantity=quantity, day=day,
        begun_by=ClaimSide.RECEIVER,
    )  # fmt: skip
    return make_claim(wanted, by=by, at=at)


def make_claim(wanted: Wanted, *, by: Actor, at: datetime) -> int:
    """Reserve and write a claim in the caller's transaction; permission is the caller's."""
    need, offer = wanted.need, wanted.offer
    _check(wanted, today=localdate(at))
    number = grow_pool()
    _reserve_need(wanted, number=number, at=at)
    if offer is not None:
        _reserve_offer(offer, wanted, number=number, at=at)
    giver, receiver = wanted.begun_by is ClaimSide.GIVER, wanted.begun_by is ClaimSide.RECEIVER
    answers = need.publisher_id if giver else wanted.giver_id
    claim = Claim.objects.create(
        need=need,
        offer=offer,
        giver_id=wanted.giver_id,
        begun_by=wanted.begun_by,
        quantity=wanted.quantity,
        day=wanted.day,
        giver_agreed_at=at if giver else None,
        receiver_agreed_at=at if receiver else None,
        made_at=at,
        expires_at=working_time(answers).deadline(at, limit_rules()["claim.answer"]),
        touched_at=at,
    )
    tell(
        Subject("claim", claim.pk),
        events.CLAIM_MADE,
        by=by,
        at=at,
        place_id=need.place_id,
        opens=True,
        need=need.pk,
        offer=offer.pk if offer else None,
        giver=wanted.giver_id,
        begun_by=wanted.begun_by,
        quantity=wanted.quantity,
        day=wanted.day.isoformat(),
        plan=wanted.plan_id,
    )
    follow_counts(need.pk, by=by, at=at)
    return claim.pk


def _check(wanted: Wanted, *, today: date) -> None:
    need, offer, day = wanted.need, wanted.offer, wanted.day
    unit = find_unit(wanted.giver_id)
    if unit is None or not unit.exists_on(today):
        raise CannotClaim(_("没有这个单位，请重新选择"))
    if wanted.quantity < 1:
        raise CannotClaim(_("数量应至少为 1"))
    if need.whole and wanted.quantity != need.quantity:
        raise CannotClaim(_("这个需求须整份认领：%(quantity)s") % {"quantity": need.quantity})
    if not max(need.begins, today) <= day <= need.ends:
        raise CannotClaim(
            _("日期应在 %(begins)s 和 %(ends)s 之间")
            % {"begins": max(need.begins, today), "ends": need.ends}
        )
    if need.after_id is not None:
        _check_earlier(need.after_id, day)
    if offer is not None and (why := misfit(need, offer, day)):
        raise CannotClaim(why)


_WAITED_FOR = {NeedState.PUBLISHED, NeedState.CLAIMED, NeedState.DONE, NeedState.CONFIRMED}


def _check_earlier(after_id: int, day: date) -> None:
    """A need that waits for another comes after it; one that was given up keeps nobody waiting."""
    earlier = Need.objects.get(pk=after_id)
    if earlier.state not in _WAITED_FOR:
        return
    if earlier.state == NeedState.PUBLISHED:
        raise CannotClaim(_("要等“%(need)s”先有人认领") % {"need": earlier.title})
    alive = [ClaimState.PROPOSED, ClaimState.AGREED, ClaimState.DONE, ClaimState.CONFIRMED]
    last = earlier.claims.filter(state__in=alive).aggregate(last=Max("day"))["last"]
    if last is not None and day <= last:
        raise CannotClaim(
            _("要等“%(need)s”先办，最早 %(day)s")
            % {"need": earlier.title, "day": last + timedelta(days=1)}
        )


def _reserve_need(wanted: Wanted, *, number: int, at: datetime) -> None:
    standing = Need.objects.filter(
        pk=wanted.need.pk,
        state=NeedState.PUBLISHED,
        claimed__lte=F("quantity") - wanted.quantity,
    )
    if standing.update(claimed=F("claimed") + wanted.quantity, touched_at=at, changed_in=number):
        return
    now = Need.objects.get(pk=wanted.need.pk)
    if now.state not in {NeedState.PUBLISHED, NeedState.CLAIMED}:
        raise CannotClaim(
            _("这个需求现在是“%(state)s”，不能认领") % {"state": NeedState(now.state).label}
        )
    raise CannotClaim(_("这个需求只剩 %(left)s 未认领") % {"left": now.quantity - now.claimed})


def _reserve_offer(offer: Offer, wanted: Wanted, *, number: int, at: datetime) -> None:
    standing = Offer.objects.filter(
        pk=offer.pk, state=OfferState.OPEN, used__lte=F("total") - wanted.quantity
    )
    if not standing.update(used=F("used") + wanted.quantity, touched_at=at, changed_in=number):
        now = Offer.objects.get(pk=offer.pk)
        if now.state != OfferState.OPEN:
            raise CannotClaim(
                _("这项资源现在是“%(state)s”，不能认领") % {"state": OfferState(now.state).label}
            )
        raise CannotClaim(_("这项资源只剩 %(left)s 可用") % {"left": now.total - now.used})
    OfferDay.objects.bulk_create([OfferDay(offer=offer, day=wanted.day)], ignore_conflicts=True)
    day = OfferDay.objects.filter(
        offer=offer, day=wanted.day, used__lte=offer.per_day - wanted.quantity
    )
    if not day.update(used=F("used") + wanted.quantity):
        used = OfferDay.objects.values_list("used", flat=True).get(offer=offer, day=wanted.day)
        raise CannotClaim(
            _("这项资源当天只剩 %(left)s 可用") % {"left": max(0, offer.per_day - used)}
        )


def release(claim: Claim, *, by: Actor, at: datetime) -> None:
    """Give back what a claim had reserved, in the caller's transaction, after its state moved."""
    number = grow_pool()
    quantity = claim.quantity
    Need.objects.filter(pk=claim.need_id).update(
        claimed=F("claimed") - quantity, touched_at=at, changed_in=number
    )
    if claim.offer_id is not None:
        Offer.objects.filter(pk=claim.offer_id).update(
            used=F("used") - quantity, touched_at=at, changed_in=number
        )
        OfferDay.objects.filter(offer_id=claim.offer_id, day=claim.day).update(
            used=F("used") - quantity
        )
    follow_counts(claim.need_id, by=by, at=at)


def _need(need_id: int) -> Need:
    need = Need.objects.filter(pk=need_id).first()
    if need is None:
        raise NotInPool
    return need


def _offer(offer_id: int | None) -> Offer | None:
    if offer_id is None:
        return None
    offer = Offer.objects.filter(pk=offer_id).first()
    if offer is None:
        raise NotInPool
    return offer


def _path_of_unit(unit_id: int) -> str:
    unit = find_unit(unit_id)
    place = find_place(unit.place_id) if unit else None
    return place.path if place else ""


def claim_of(claim_id: int) -> Claim:
    """The claim with its need; raises `NotInPool`."""
    claim = Claim.objects.select_related("need").filter(pk=claim_id).first()
    if claim is None:
        raise NotInPool
    return claim


def gives(by: Actor, claim: Claim) -> bool:
    """Whether `by` speaks for the unit that gives."""
    return allowed(
        by, "claims.give", place_path=_path_of_unit(claim.giver_id), unit_ids=[claim.giver_id]
    )


def receives(by: Actor, claim: Claim) -> bool:
    """Whether `by` speaks for the community that receives."""
    return allowed(by, "claims.receive", place_path=claim.need.place_path)


def sides_of(by: Actor, claim: Claim) -> list[ClaimSide]:
    """For which sides of a claim `by` may speak; refuses who may for neither."""
    found = [
        side
        for side, speaks in (
            (ClaimSide.GIVER, gives(by, claim)),
            (ClaimSide.RECEIVER, receives(by, claim)),
        )
        if speaks
    ]
    if not found:
        raise NotPermitted("claims.give")
    return found


@transaction.atomic
def agree_claim(*, claim_id: int, by: Actor, at: datetime) -> None:
    """A side that hasn't answered yet says yes; with both yeses the claim is agreed."""
    claim = claim_of(claim_id)
    sides = sides_of(by, claim)
    columns = {ClaimSide.GIVER: "giver_agreed_at", ClaimSide.RECEIVER: "receiver_agreed_at"}
    side = next((each for each in sides if getattr(claim, columns[each]) is None), None)
    if side is None:
        raise CannotClaim(_("本方已经确认过了，等对方确认"))
    answered = Claim.objects.filter(pk=claim_id, state=ClaimState.PROPOSED, **{columns[side]: None})
    if not answered.update(**{columns[side]: at}, touched_at=at):
        raise CannotClaim(_("这次认领已经有了结果"))
    both = not Claim.objects.filter(pk=claim_id).filter(**{columns[_other(side)]: None}).exists()
    subject, where = Subject("claim", claim.pk), claim.need.place_id
    if both:
        move(claim, CLAIM, Step.AGREE, touched_at=at)
        tell(
            subject, events.CLAIM_AGREED, by=by, at=at, place_id=where, need=claim.need_id,
            giver=claim.giver_id,
        )  # fmt: skip
    else:
        tell(subject, events.CLAIM_SIDE_AGREED, by=by, at=at, place_id=where, side=side)


def _other(side: ClaimSide) -> ClaimSide:
    return ClaimSide.RECEIVER if side is ClaimSide.GIVER else ClaimSide.GIVER


@transaction.atomic
def decline_claim(*, claim_id: int, reason: str, by: Actor, at: datetime) -> None:
    """The other side says no; the plan won't propose the pair again."""
    _end(claim_id, Step.DECLINE, events.CLAIM_DECLINED, reason=reason, by=by, at=at)


@transaction.atomic
def withdraw_claim(*, claim_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Step back before it is done; the other side is told why."""
    _end(claim_id, Step.WITHDRAW, events.CLAIM_WITHDRAWN, reason=reason, by=by, at=at)


def _end(claim_id: int, step: Step, kind: str, *, reason: str, by: Actor, at: datetime) -> None:
    claim = claim_of(claim_id)
    side = sides_of(by, claim)[0]
    if not reason.strip():
        raise CannotClaim(_("请说明理由，对方会看到"))
    move(claim, CLAIM, step, touched_at=at, reason=reason.strip())
    tell(
        Subject("claim", claim.pk), kind, by=by, at=at, place_id=claim.need.place_id, side=side,
        need=claim.need_id, giver=claim.giver_id,
    )  # fmt: skip
    release(claim, by=by, at=at)


def expire_claims(*, at: datetime, most: int = 200) -> int:
    """Give back what was reserved for claims that the other side didn't answer in time."""
    late = Claim.objects.filter(state=ClaimState.PROPOSED, expires_at__lte=at)
    count = 0
    for claim in late.select_related("need").order_by("expires_at", "id")[:most]:
        with suppress(CannotMove), transaction.atomic():  # answered meanwhile
            move(claim, CLAIM, Step.EXPIRE, touched_at=at)
            tell(
                Subject("claim", claim.pk), events.CLAIM_EXPIRED, by=SYSTEM, at=at,
                place_id=claim.need.place_id, need=claim.need_id, giver=claim.giver_id,
            )  # fmt: skip
            release(claim, by=SYSTEM, at=at)
            count += 1
    return count
