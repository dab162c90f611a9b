"""Step 5: the best fair plan for the pool, kept with its reasons; applied, it becomes claims."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from gongzhi.affairs.resources import events
from gongzhi.affairs.resources.choices import ClaimSide, NeedState, OfferState, PlanState
from gongzhi.affairs.resources.claims import Wanted, make_claim
from gongzhi.affairs.resources.lifecycle import NotInPool, grow_pool, pool_number, tell
from gongzhi.affairs.resources.models import Exclusion, Need, Offer, Plan, PlanGap, PlanMatch
from gongzhi.affairs.resources.needs import need_for
from gongzhi.affairs.resources.pool_arrays import Assembled, assemble
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.actors import Actor
from gongzhi.commons.permissions.table import require
from gongzhi.commons.territory.queries import district
from gongzhi.engines.matching.choices import NO_OFFER, explain_choices
from gongzhi.engines.matching.planning import Plan as Computed
from gongzhi.engines.matching.planning import plan_matches
from gongzhi.engines.matching.pool import Order
from gongzhi.engines.matching.unmet import explain_unmet

AT_ONCE = 100  # matches applied in one transaction, about a third of a second
_SHOWN_CHANGES = 20


@dataclass(frozen=True, slots=True)
class PoolChange:
    """One need or offer that changed after a plan was computed."""

    kind: str  # need, offer
    id: int
    title: str
    what: str


class CannotPlan(ValueError):
    """There is nothing to plan, or the plan was used already."""


class PlanIsOld(ValueError):
    """The pool has changed since the plan was computed: what changed."""

    def __init__(self, changes: list[PoolChange]) -> None:
        self.changes = changes
        shown = "；".join(f"{each.title}（{each.what}）" for each in changes[:_SHOWN_CHANGES])
        words = _("方案算出以后情况有变，请重新计算。变化：%(changes)s") % {"changes": shown}
        super().__init__(words + ("…" if len(changes) > _SHOWN_CHANGES else ""))


def compute_plan(*, aims: Order, by: Actor, at: datetime) -> int:
    """Propose the best plan for the next four weeks; stored with the pool's number. Its id."""
    require(by, "plans.compute", place_path=district().path)
    with transaction.atomic():
        revision = pool_number()
        assembled = assemble(first_day=localdate(at))
    if not assembled.need_ids:
        raise CannotPlan(_("现在没有待认领的需求"))
    if not assembled.offer_ids:
        raise CannotPlan(_("现在没有可用的资源"))
    computed = plan_matches(pool=assembled.pool, order=aims)
    with transaction.atomic():
        return _store(assembled, computed, revision=revision, by=by, at=at)


def _store(
    assembled: Assembled, computed: Computed, *, revision: int, by: Actor, at: datetime
) -> int:
    needed = int(assembled.pool.needs.quantity.sum())
    plan = Plan.objects.create(
        revision=revision,
        aims=computed.order,
        computed_at=at,
        computed_by_id=by.person_id,
        needed=needed,
        met=int(computed.met.sum()),
        value=computed.value,
        proved=computed.proved,
        facts=_facts(assembled, computed),
    )
    PlanMatch.objects.bulk_create(_matches(plan, assembled, computed), batch_size=500)
    PlanGap.objects.bulk_create(_gaps(plan, assembled, computed), batch_size=500)
    tell(
        Subject("plan", plan.pk), events.PLAN_COMPUTED, by=by, at=at, opens=True,
        revision=revision, aims=plan.aims, needed=needed, met=plan.met, proved=plan.proved,
    )  # fmt: skip
    return plan.pk


def _facts(assembled: Assembled, computed: Computed) -> dict[str, Any]:
    """What holds for the plan as a whole: each community's units, and the bounds if any."""
    bound, wanted = computed.bound, assembled.pool.needs.quantity
    return {
        # Needs, not units: units of different kinds of help can't be added for people.
        "needs": len(wanted),
        "full": int((computed.met == wanted).sum()),
        "part": int(((computed.met > 0) & (computed.met < wanted)).sum()),
        "communities": [
            [community, received, attainable]
            for community, received, attainable in zip(
                assembled.community_ids,
                computed.received.tolist(),
                computed.attainable.tolist(),
                strict=True,
            )
        ],
        "distance": computed.total_distance,
        "hand_overs": len(computed.rows),
        "fewest": computed.fewest_rows,
        "bound": None
        if bound is None
        else {
            "units": bound.units,
            "lowest_share": round(bound.lowest_share, 4),
            "value": bound.value,
        },
    }


def _matches(plan: Plan, assembled: Assembled, computed: Computed) -> list[PlanMatch]:
    choices = explain_choices(pool=assembled.pool, plan=computed)
    rows = computed.rows
    return [
        PlanMatch(
            plan=plan,
            need_id=assembled.need_ids[need],
            offer_id=assembled.offer_ids[offer],
            day=assembled.day(period),
            quantity=quantity,
            distance=distance,
            options=options,
            nearer=nearer,
            next_offer_id=None if after == NO_OFFER else assembled.offer_ids[after],
            next_distance=far,
        )
        for need, offer, period, quantity, distance, options, nearer, after, far in zip(
            rows.need.tolist(),
            rows.offer.tolist(),
            rows.period.tolist(),
            rows.quantity.tolist(),
            computed.distance.tolist(),
            choices.options.tolist(),
            choices.nearer.tolist(),
            choices.next_offer.tolist(),
            choices.next_distance.tolist(),
            strict=True,
        )
    ]


def _gaps(plan: Plan, assembled: Assembled, computed: Computed) -> list[PlanGap]:
    return [
        PlanGap(
            plan=plan,
            need_id=assembled.need_ids[unmet.need],
            units=unmet.units,
            reason=unmet.reason,
            fitting=unmet.offers,
            change=None
            if unmet.change is None
            else {
                "offer": assembled.offer_ids[unmet.change.offer],
                "day": assembled.day(unmet.change.period).isoformat(),
                "units": unmet.change.units,
                "metres": unmet.change.metres,
                "days": unmet.change.periods,
                "conditions": unmet.change.conditions,
                "lifts_exclusion": unmet.change.lifts_exclusion,
            },
        )
        for unmet in explain_unmet(pool=assembled.pool, plan=computed)
    ]


def apply_plan(*, plan_id: int, by: Actor, at: datetime) -> int:
    """Turn every match into a claim that both sides have to confirm; returns how many.

    A big plan goes in several transactions, so that others get in between. Ended half-way, what was
    claimed stays and the plan stays proposed: applied again, it goes on with the rest.

    Raises `PlanIsOld` with what changed: at first if anything in the pool is no longer as it was,
    later if a need or an offer of the next matches isn't.
    """
    require(by, "plans.compute", place_path=district().path)
    claimed = 0
    while count := _apply_some(plan_id, by=by, at=at):
        claimed += count
        if count < AT_ONCE:
            break
    return claimed


@transaction.atomic
def _apply_some(plan_id: int, *, by: Actor, at: datetime) -> int:
    grow_pool()  # first, which keeps everybody else from changing the pool meanwhile
    plan = _plan(plan_id)
    if plan.state != PlanState.PROPOSED:
        raise CannotPlan(_("这个方案已经采用过了"))
    left = plan.matches.filter(claim=None)
    matches = list(left.select_related("need", "offer").order_by("id")[:AT_ONCE])
    begun = plan.matches.exclude(claimed_in=None).exists()
    if changes := changes_since(plan, only=matches if begun else None):
        raise PlanIsOld(changes)
    if left.filter(day__lt=localdate(at)).exists():
        raise CannotPlan(_("方案里有已经过去的日期，请重新计算"))
    for match in matches:
        _claim(match, by=by, at=at)
    PlanMatch.objects.bulk_update(matches, ["claim", "claimed_in"], batch_size=500)
    if len(matches) < AT_ONCE:
        Plan.objects.filter(pk=plan_id).update(state=PlanState.APPLIED, applied_at=at)
        tell(
            Subject("plan", plan_id), events.PLAN_APPLIED, by=by, at=at,
            claims=plan.matches.exclude(claimed_in=None).count(),
        )  # fmt: skip
    return len(matches)


@transaction.atomic
def claim_match(*, match_id: int, by: Actor, at: datetime) -> int:
    """Turn one match into a claim; refused if its need or its offer changed since (`PlanIsOld`)."""
    matches = PlanMatch.objects.filter(pk=match_id)
    path = matches.values_list("need__place_path", flat=True).first()
    if path is None:
        raise NotInPool
    require(by, "claims.receive", place_path=path)
    grow_pool()  # and read again: of two who claim it at once the second is told
    match = matches.select_related("plan", "need", "offer").get()
    if match.claim_id is not None:
        raise CannotPlan(_("这一条已经成为认领"))
    if touched := changes_since(match.plan, only=[match]):
        raise PlanIsOld(touched)
    claim_id = _claim(match, by=by, at=at)
    match.save(update_fields=["claim", "claimed_in"])
    return claim_id


def _claim(match: PlanMatch, *, by: Actor, at: datetime) -> int:
    wanted = Wanted(
        need=match.need, offer=match.offer, giver_id=match.offer.unit_id,
        quantity=match.quantity, day=match.day, begun_by=ClaimSide.PLAN, plan_id=match.plan_id,
    )  # fmt: skip
    match.claim_id = make_claim(wanted, by=by, at=at)
    match.claimed_in = pool_number()
    return match.claim_id


def _plan(plan_id: int) -> Plan:
    plan = Plan.objects.filter(pk=plan_id).first()
    if plan is None:
        raise NotInPool
    return plan


def changes_since(plan: Plan, *, only: Sequence[PlanMatch] | None = None) -> list[PoolChange]:
    """Needs and offers that others changed after the plan was computed, by kind and id.

    At most so many of each as are shown, and one more; `only`: those of these matches. What last
    changed by a claim of this very plan is as the plan wants it.
    """
    found: list[PoolChange] = []
    by_itself = plan.matches.exclude(claimed_in=None).values("claimed_in")
    since = Q(changed_in__gt=plan.revision) & ~Q(changed_in__in=by_itself)
    needs, offers = Need.objects.filter(since), Offer.objects.filter(since)
    if only is not None:
        needs = needs.filter(pk__in={match.need_id for match in only})
        offers = offers.filter(pk__in={match.offer_id for match in only})
    for need in needs.order_by("id")[: _SHOWN_CHANGES + 1]:
        if need.published_at and need.published_at > plan.computed_at:
            what = _("新需求")
        elif need.state != NeedState.PUBLISHED:
            what = str(NeedState(need.state).label)
        else:
            what = _("还剩 %(left)s") % {"left": need.quantity - need.claimed}
        found.append(PoolChange("need", need.pk, need.title, what))
    for offer in offers.order_by("id")[: _SHOWN_CHANGES + 1]:
        if offer.opened_at > plan.computed_at:
            what = _("新资源")
        elif offer.state != OfferState.OPEN:
            what = str(OfferState(offer.state).label)
        else:
            what = _("还剩 %(left)s") % {"left": offer.total - offer.used}
        found.append(PoolChange("offer", offer.pk, offer.title, what))
    return found


@transaction.atomic
def exclude_pair(*, need_id: int, offer_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Decide that an offer shall not serve a need; plans keep to it from now on."""
    need = need_for(by, "needs.review", need_id)
    if not reason.strip():
        raise CannotPlan(_("请说明理由"))
    if not Offer.objects.filter(pk=offer_id).exists():
        raise NotInPool
    number = grow_pool()
    Need.objects.filter(pk=need_id).update(touched_at=at, changed_in=number)
    Exclusion.objects.update_or_create(
        need=need, offer_id=offer_id, defaults={"reason": reason.strip(), "at": at}
    )
    tell(
        Subject("need", need_id), events.EXCLUDED, by=by, at=at, place_id=need.place_id,
        offer=offer_id,
    )  # fmt: skip


@transaction.atomic
def allow_pair(*, need_id: int, offer_id: int, by: Actor, at: datetime) -> None:
    """Take such a decision back."""
    need = need_for(by, "needs.review", need_id)
    number = grow_pool()
    if Exclusion.objects.filter(need=need, offer_id=offer_id).delete()[0]:
        Need.objects.filter(pk=need_id).update(touched_at=at, changed_in=number)
        tell(
            Subject("need", need_id), events.ALLOWED, by=by, at=at, place_id=need.place_id,
            offer=offer_id,
        )  # fmt: skip
