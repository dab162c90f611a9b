"""Plans with their reasons, as pages show them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from gongzhi.affairs.resources.choices import PlanState
from gongzhi.affairs.resources.lifecycle import NotInPool
from gongzhi.affairs.resources.matching import PoolChange, changes_since
from gongzhi.affairs.resources.models import Offer, Plan
from gongzhi.commons.organisations.queries import units
from gongzhi.commons.territory.queries import find_place, public_name


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """One plan in a list."""

    id: int
    state: PlanState
    aims: str
    computed_at: datetime
    needs: int
    full: int
    proved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchView:
    """One hand-over and why."""

    id: int
    need_id: int
    need_title: str
    place_name: str
    offer_id: int
    offer_title: str
    unit_name: str
    day: date
    quantity: int
    distance: int
    options: int
    nearer: int
    next_title: str
    next_distance: int
    claim_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GapView:
    """What stays unmet of one need: why, and what would help most cheaply."""

    need_id: int
    need_title: str
    place_name: str
    units: int
    reason: str
    fitting: int
    change: dict[str, Any] | None
    change_title: str  # of the offer that would have to change


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareView:
    """One community: what it receives of what it could have."""

    name: str
    received: int
    attainable: int

    @property
    def percent(self) -> int | None:
        return round(100 * self.received / self.attainable) if self.attainable else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStory:
    """One plan whole, with what has changed since."""

    row: PlanRow
    matches: tuple[MatchView, ...]
    match_count: int
    gaps: tuple[GapView, ...]
    gap_count: int
    shares: tuple[ShareView, ...]
    facts: dict[str, Any]
    changes: tuple[PoolChange, ...]


def plans(*, most: int = 20) -> list[PlanRow]:
    """The newest plans."""
    return [_row(plan) for plan in Plan.objects.order_by("-id")[:most]]


def _row(plan: Plan) -> PlanRow:
    return PlanRow(
        id=plan.pk,
        state=PlanState(plan.state),
        aims=plan.aims,
        computed_at=plan.computed_at,
        needs=plan.facts["needs"],
        full=plan.facts["full"],
        proved=plan.proved,
    )


def plan_story(*, plan_id: int, most: int = 200) -> PlanStory:
    """One plan with at most so many matches and gaps; a fixed number of queries."""
    plan = Plan.objects.filter(pk=plan_id).first()
    if plan is None:
        raise NotInPool
    matches = list(plan.matches.select_related("need", "offer").order_by("id")[:most])
    gaps = list(plan.gaps.select_related("need").order_by("-units", "id")[:most])
    others = {match.next_offer_id for match in matches if match.next_offer_id}
    others |= {gap.change["offer"] for gap in gaps if gap.change}
    titles = dict(Offer.objects.filter(pk__in=others).values_list("id", "title"))
    names = units({match.offer.unit_id for match in matches})
    fresh = plan.state == PlanState.PROPOSED
    return PlanStory(
        row=_row(plan),
        matches=tuple(
            MatchView(
                id=match.pk,
                need_id=match.need_id,
                need_title=match.need.title,
                place_name=public_name(match.need.place_id),
                offer_id=match.offer_id,
                offer_title=match.offer.title,
                unit_name=names[match.offer.unit_id].name if match.offer.unit_id in names else "",
                day=match.day,
                quantity=match.quantity,
                distance=match.distance,
                options=match.options,
                nearer=match.nearer,
                next_title=titles.get(match.next_offer_id or 0, ""),
                next_distance=match.next_distance,
                claim_id=match.claim_id,
            )
            for match in matches
        ),
        match_count=plan.matches.count(),
        gaps=tuple(
            GapView(
                need_id=gap.need_id,
                need_title=gap.need.title,
                place_name=public_name(gap.need.place_id),
                units=gap.units,
                reason=gap.reason,
                fitting=gap.fitting,
                change=gap.change,
                change_title=titles.get(gap.change["offer"], "") if gap.change else "",
            )
            for gap in gaps
        ),
        gap_count=plan.gaps.count(),
        shares=_shares(plan.facts),
        facts=plan.facts,
        changes=tuple(changes_since(plan)) if fresh else (),
    )


def _shares(facts: dict[str, Any]) -> tuple[ShareView, ...]:
    """Communities by the share they receive, the worst-off first."""
    found = []
    for community, received, attainable in facts.get("communities", []):
        place = find_place(community)
        found.append(
            ShareView(name=place.name if place else "", received=received, attainable=attainable)
        )
    return tuple(sorted(found, key=lambda s: (s.percent is None, s.percent or 0, s.name)))
