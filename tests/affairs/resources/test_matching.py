"""Plans: feasible, explained, applied as claims; refused with what changed once they are old."""

from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta
from typing import Any

import pytest
from django.db import connections

from gongzhi.affairs.resources import matching
from gongzhi.affairs.resources.choices import ClaimState, PlanState
from gongzhi.affairs.resources.claims import agree_claim, claim_need, decline_claim
from gongzhi.affairs.resources.matching import (
    CannotPlan,
    PlanIsOld,
    allow_pair,
    apply_plan,
    claim_match,
    compute_plan,
    exclude_pair,
)
from gongzhi.affairs.resources.models import Claim, Need, Offer, Plan, PlanGap, PlanMatch
from gongzhi.affairs.resources.offers import Opening
from gongzhi.affairs.resources.pool_arrays import assemble
from gongzhi.commons.ledger.reading import events_of
from gongzhi.commons.ledger.recording import Subject
from gongzhi.commons.permissions.table import NotPermitted
from tests.affairs.resources.pools import DAY, MONDAY, SmallPool, build_pool
from tests.affairs.small_district import build

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def plan_of(pool: SmallPool) -> Plan:
    made = compute_plan(aims="fair-first", by=pool.district.officer, at=MONDAY)
    return Plan.objects.get(pk=made)


def test_scarce_help_is_shared_between_communities(pool: SmallPool) -> None:
    here, there = pool.need(quantity=10), pool.need(quantity=10, place="pine")
    pool.offer(total=10, per_day=10)
    plan = plan_of(pool)
    assert plan.proved
    assert (plan.needed, plan.met) == (20, 10)
    given = dict.fromkeys((here, there), 0)
    for match in plan.matches.all():
        given[match.need_id] += match.quantity
    assert given == {here: 5, there: 5}


def test_what_is_reserved_and_what_is_closed_that_day_is_not_planned(pool: SmallPool) -> None:
    need = pool.need(quantity=30)
    offer = pool.offer(total=12, per_day=6, openings=(Opening(1, time(9), time(17)),))
    claim_need(
        need_id=need, unit_id=pool.unit("bank"), quantity=4, day=DAY, offer_id=offer,
        by=pool.bank, at=MONDAY,
    )  # fmt: skip
    assembled = assemble(first_day=MONDAY.date())
    (given,) = assembled.pool.offers.per_period
    assert given.sum() == 2 + 3 * 6  # four Tuesdays in four weeks
    assert assembled.pool.offers.total.tolist() == [8]
    assert assembled.pool.needs.quantity.tolist() == [26]
    assert {match.day.weekday() for match in plan_of(pool).matches.all()} == {1}


def test_an_unmet_need_says_what_binds_and_what_would_help(pool: SmallPool) -> None:
    no_category = pool.need(category="skill.legal", quantity=3)
    too_much = pool.need(quantity=20)
    pool.offer(total=12)
    plan = plan_of(pool)
    gaps = {gap.need_id: gap for gap in PlanGap.objects.filter(plan=plan)}
    assert gaps[no_category].reason == "category"
    assert gaps[no_category].change is None
    assert (gaps[too_much].reason, gaps[too_much].units) == ("capacity", 8)
    assert gaps[too_much].change["units"] == 8


def test_an_applied_plan_becomes_claims_that_both_sides_confirm(pool: SmallPool) -> None:
    need, offer = pool.need(quantity=4), pool.offer()
    plan = plan_of(pool)
    assert apply_plan(plan_id=plan.pk, by=pool.district.officer, at=MONDAY) == 1
    claim = Claim.objects.get()
    assert (claim.need_id, claim.offer_id, claim.quantity) == (need, offer, 4)
    agree_claim(claim_id=claim.pk, by=pool.bank, at=MONDAY)
    assert Claim.objects.get().state == ClaimState.PROPOSED
    agree_claim(claim_id=claim.pk, by=pool.community, at=MONDAY)
    assert Claim.objects.get().state == ClaimState.AGREED
    assert PlanMatch.objects.get().claim_id == claim.pk
    assert Plan.objects.get().state == PlanState.APPLIED


def test_a_plan_for_an_older_pool_is_refused_with_what_changed(pool: SmallPool) -> None:
    pool.need(quantity=4)
    pool.offer()
    plan = plan_of(pool)
    pool.need(title="搬家需要帮手", category="people.moving", at=MONDAY + timedelta(minutes=5))
    with pytest.raises(PlanIsOld, match="搬家需要帮手（新需求）"):
        apply_plan(plan_id=plan.pk, by=pool.district.officer, at=MONDAY)
    assert not Claim.objects.exists()
    assert Plan.objects.get().state == PlanState.PROPOSED


def test_one_match_is_claimed_while_its_own_need_and_offer_are_unchanged(pool: SmallPool) -> None:
    need, other = pool.need(quantity=4), pool.need(quantity=4, place="pine")
    pool.offer()
    plan = plan_of(pool)
    match = PlanMatch.objects.get(plan=plan, need_id=need)
    claim_need(
        need_id=other, unit_id=pool.unit("clinic"), quantity=1, day=DAY, offer_id=None,
        by=pool.clinic, at=MONDAY,
    )  # fmt: skip
    claim_match(match_id=match.pk, by=pool.community, at=MONDAY)
    late = PlanMatch.objects.get(plan=plan, need_id=other)
    with pytest.raises(PlanIsOld, match="还剩 3"):
        claim_match(match_id=late.pk, by=pool.district.officer, at=MONDAY)


def test_two_matches_of_one_need_are_claimed_one_after_the_other(pool: SmallPool) -> None:
    need = pool.need(quantity=10)
    pool.offer(total=6)
    pool.offer(unit="clinic", total=6)
    plan = plan_of(pool)
    first, second = plan.matches.filter(need_id=need).order_by("pk")[:2]
    claim_match(match_id=first.pk, by=pool.community, at=MONDAY)
    claim_match(match_id=second.pk, by=pool.community, at=MONDAY)
    assert Need.objects.get(pk=need).claimed == first.quantity + second.quantity


def many_matches(pool: SmallPool, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """A plan of five matches that is applied two at once."""
    monkeypatch.setattr(matching, "AT_ONCE", 2)
    for _each in range(5):
        pool.need(quantity=2)
    pool.offer(total=20, per_day=20)
    return plan_of(pool)


def test_a_big_plan_is_applied_bit_by_bit_and_once(
    pool: SmallPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = many_matches(pool, monkeypatch)
    assert plan.matches.count() == 5
    assert apply_plan(plan_id=plan.pk, by=pool.district.officer, at=MONDAY) == 5
    with pytest.raises(CannotPlan, match="已经采用过"):
        apply_plan(plan_id=plan.pk, by=pool.district.officer, at=MONDAY)
    assert Claim.objects.count() == 5
    (told,) = [e for e in events_of(Subject("plan", plan.pk)) if e.kind == "plan.applied"]
    assert told.data["claims"] == 5


def test_a_plan_whose_application_broke_off_goes_on_with_the_rest(
    pool: SmallPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = many_matches(pool, monkeypatch)
    write, left = matching.make_claim, [1, 1, 1]

    def killed(*given: Any, **named: Any) -> int:
        left.pop()  # the fourth finds nothing
        return write(*given, **named)

    with monkeypatch.context() as broken:
        broken.setattr(matching, "make_claim", killed)
        with pytest.raises(IndexError):
            apply_plan(plan_id=plan.pk, by=pool.district.officer, at=MONDAY)
    assert Claim.objects.count() == 2
    assert Plan.objects.get().state == PlanState.PROPOSED
    assert apply_plan(plan_id=plan.pk, by=pool.district.officer, at=MONDAY) == 3
    assert (Claim.objects.count(), Plan.objects.get().state) == (5, PlanState.APPLIED)


def test_between_two_bits_of_a_plan_a_change_stops_the_rest(
    pool: SmallPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = many_matches(pool, monkeypatch)
    last = plan.matches.order_by("-pk")[0]
    apply_some, done = matching._apply_some, []

    def changed_meanwhile(*given: Any, **named: Any) -> int:
        if len(done) == 2:
            claim_need(
                need_id=last.need_id, unit_id=pool.unit("clinic"), quantity=1, day=DAY,
                offer_id=None, by=pool.clinic, at=MONDAY,
            )  # fmt: skip
        done.append(apply_some(*given, **named))
        return int(done[-1])

    monkeypatch.setattr(matching, "_apply_some", changed_meanwhile)
    with pytest.raises(PlanIsOld, match="还剩 1"):
        apply_plan(plan_id=plan.pk, by=pool.district.officer, at=MONDAY)
    assert PlanMatch.objects.exclude(claim=None).count() == 4


def test_a_pair_that_was_declined_or_excluded_is_not_proposed_again(pool: SmallPool) -> None:
    need, offer = pool.need(quantity=4), pool.offer()
    made = claim_need(
        need_id=need, unit_id=pool.unit("bank"), quantity=4, day=DAY, offer_id=offer,
        by=pool.bank, at=MONDAY,
    )  # fmt: skip
    decline_claim(claim_id=made, reason="时间不合适", by=pool.community, at=MONDAY)
    assert plan_of(pool).gaps.get().reason == "exclusion"
    second = pool.offer(unit="clinic")
    exclude_pair(need_id=need, offer_id=second, reason="改天", by=pool.community, at=MONDAY)
    assert plan_of(pool).met == 0
    allow_pair(need_id=need, offer_id=second, by=pool.community, at=MONDAY)
    assert plan_of(pool).met == 4


def test_the_plan_and_the_rules_of_claiming_agree(pool: SmallPool) -> None:
    """Whatever the plan proposes can be claimed: both know the same rules."""
    for place, asks in (("willow", ()), ("plum", ("certified",)), ("pine", ())):
        pool.need(place=place, quantity=7, asks=asks, gives=("venue",))
    north = pool.district.places["north"].pk
    pool.offer(gives=("certified",), area_id=north, asks=("venue",), total=9, per_day=4)
    pool.offer(unit="clinic", total=8, per_day=3, openings=(Opening(4, time(9), time(12)),))
    plan = plan_of(pool)
    assert plan.met == 17
    applied = apply_plan(plan_id=plan.pk, by=pool.district.officer, at=MONDAY)
    assert applied == plan.matches.count()
    assert sum(Need.objects.values_list("claimed", flat=True)) == 17
    assert sum(Offer.objects.values_list("used", flat=True)) == 17


def test_only_the_district_plans_and_an_empty_pool_says_so(pool: SmallPool) -> None:
    with pytest.raises(CannotPlan, match="没有待认领"):
        plan_of(pool)
    pool.need()
    with pytest.raises(CannotPlan, match="没有可用的资源"):
        plan_of(pool)
    with pytest.raises(NotPermitted):
        compute_plan(aims="fair-first", by=pool.district.street, at=MONDAY)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("whole", [True, False])
def test_of_many_who_adopt_at_once_each_match_is_claimed_once(
    monkeypatch: pytest.MonkeyPatch, whole: bool
) -> None:
    pool = build_pool(build())
    plan = many_matches(pool, monkeypatch)
    first = plan.matches.order_by("pk")[0]
    officer = pool.district.officer

    def one(_number: int) -> str:
        try:
            if whole:
                apply_plan(plan_id=plan.pk, by=officer, at=MONDAY)
            else:
                claim_match(match_id=first.pk, by=officer, at=MONDAY)
        except CannotPlan:
            return "refused"
        finally:
            connections.close_all()
        return "adopted"

    with ThreadPoolExecutor(4) as threads:
        outcomes = list(threads.map(one, range(4)))
    assert "adopted" in outcomes
    assert Claim.objects.count() == (5 if whole else 1)
    assert PlanMatch.objects.exclude(claim=None).count() == Claim.objects.count()
